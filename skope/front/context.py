"""What all handlers and all connections of one front worker share, and the types that say so."""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Protocol, TypeAlias

from sanic import Request, Sanic
from sanic.config import Config

from skope.front.admission import Admission
from skope.front.limits import Limits
from skope.front.services import Services
from skope.schema.wire import FrontConfig


class Hot(Protocol):
    """Answers past the routes. `local` says that the sender needs no token."""

    def __call__(self, chunk: bytes, local: bool, /) -> bytes | None:  # noqa: FBT001 - hot
        """The answers to a chunk of a connection, or None: declined, and nothing was done."""

    def wanting(self, chunk: bytes, local: bool, /) -> int:  # noqa: FBT001
        """How many bytes are to come of the hot request that a declined chunk begins; 0: none."""


@dataclass(kw_only=True, slots=True)
class Gate:
    """What decides who comes in, for how long."""

    admission: Admission
    limits: Limits
    refuse: Callable[[int], object] | None = None
    """Counts, by status, posted records that were refused before anybody read them; only `agg`."""
    stopping: bool = False
    """Set once: a connection ends as soon as what it has asked is answered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """The application's `ctx`."""

    services: Services
    config: FrontConfig
    gate: Gate
    hot: Hot | None = None
    """What may be answered past the routes."""


App: TypeAlias = Sanic[Config, Context]
Asked: TypeAlias = Request[App, SimpleNamespace]
