"""What all handlers and all connections of one front worker share, and the types that say so."""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TypeAlias

from sanic import Request, Sanic
from sanic.config import Config

from skope._fast import Turn
from skope.front.admission import Admission
from skope.front.limits import Limits
from skope.front.services import Services
from skope.schema.wire import FrontConfig


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
    turn: Turn
    """What may be answered past the routes."""


App: TypeAlias = Sanic[Config, Context]
Asked: TypeAlias = Request[App, SimpleNamespace]
