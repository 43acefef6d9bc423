"""Who serves: the processes of each mode, as the watch starts and restarts them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from socket import socket
from typing import Final

from skope._fast import FIRST_WORKER_LINE, PUBLISH_LINE, SAMPLER_LINE, Role
from skope.supervisor.children import Spec, module_command


@dataclass(frozen=True, kw_only=True, slots=True)
class Inherited:
    """The descriptors every start of Skope has."""

    shm: int
    lifeline: int
    config: int
    sockets: tuple[int, ...]

    @property
    def common(self) -> tuple[str, ...]:
        """The words that name what all processes inherit."""
        return ("--shm", str(self.shm), "--lifeline", str(self.lifeline))


Crew = Callable[[Inherited], Sequence[Spec]]
"""The specs of a mode's processes, in the order they are started."""


def sampler(inherited: Inherited, *, early: bool = False) -> Spec:
    """The one that reads the machine; `early`: scripts will begin between two of its ticks."""
    return Spec(
        title="sampler",
        role=Role.ROLE_SAMPLER,
        line=SAMPLER_LINE,
        command=(
            *module_command("skope.sampler"),
            *inherited.common,
            *(["--early"] if early else []),
        ),
        fds=(inherited.shm, inherited.lifeline),
    )


def front(
    inherited: Inherited,
    worker: int = 0,
    *,
    title: str = "front",
    extra: tuple[tuple[str, int], ...] = (),
    link: Callable[[], socket] | None = None,
) -> Spec:
    """One that serves; `extra` are descriptors of its mode, by the word that names them."""
    serving = [word for fd in inherited.sockets for word in ("--sock", str(fd))]
    further = [word for name, fd in extra for word in (name, str(fd))]
    return Spec(
        title=title,
        role=Role.ROLE_FRONT,
        worker=worker,
        line=FIRST_WORKER_LINE + worker,
        command=(
            *module_command("skope.front"),
            *inherited.common,
            *("--config", str(inherited.config), "--worker", str(worker)),
            *further,
            *serving,
        ),
        fds=(
            inherited.shm,
            inherited.lifeline,
            inherited.config,
            *inherited.sockets,
            *(fd for _, fd in extra),
        ),
        link=link,
    )


def signals_crew(link: Callable[[], socket] | None) -> Crew:
    """For `server` and `runner`: one sampler, one front; `link` makes a runner's control line."""
    return lambda inherited: (
        sampler(inherited, early=link is not None),
        front(inherited, link=link),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class IntakeCrew:
    """For `agg`: one sampler, `workers` fronts, one publisher."""

    workers: int
    stripes: int
    bell: int

    def __call__(self, inherited: Inherited) -> Sequence[Spec]:
        """Its specs."""
        shared = (("--stripes", self.stripes), ("--bell", self.bell))
        titles: Final = ["front"] if self.workers == 1 else _numbered(self.workers)
        return (
            sampler(inherited),
            *(
                front(inherited, worker, title=title, extra=shared)
                for worker, title in enumerate(titles)
            ),
            self._publisher(inherited),
        )

    def _publisher(self, inherited: Inherited) -> Spec:
        return Spec(
            title="publisher",
            role=Role.ROLE_PUBLISH,
            line=PUBLISH_LINE,
            command=(
                *module_command("skope.publish"),
                *inherited.common,
                *("--config", str(inherited.config)),
                *("--stripes", str(self.stripes), "--bell", str(self.bell)),
            ),
            fds=(inherited.shm, inherited.lifeline, inherited.config, self.stripes, self.bell),
        )


def _numbered(workers: int) -> list[str]:
    return [f"front {worker}" for worker in range(workers)]
