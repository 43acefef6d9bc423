"""Endpoints of the other mode: each says which command serves it."""

from typing import Final, NoReturn

from skope.errors import WrongMode
from skope.front import signals
from skope.front.context import App, Asked
from skope.schema.wire import Mode

_AGG_ONLY: Final[dict[str, tuple[str, ...]]] = {
    "/": ("POST",),
    "/report_agg.json": ("GET",),
    "/report_apps.json": ("GET",),
    "/api/agg": ("GET",),
    "/api/agg/save": ("POST",),
}
_SIGNALS_ONLY: Final = dict.fromkeys(signals.PATHS, signals.METHODS)


def refuse_other_modes(app: App, mode: Mode) -> None:
    """Adds to `app` what the other mode would answer, as a 404 that helps."""
    of_signals = _SIGNALS_ONLY, "skope server"
    foreign, command = of_signals if mode == "agg" else (_AGG_ONLY, "skope agg")
    for number, (path, methods) in enumerate(foreign.items()):

        async def refuse(_: Asked, *, endpoint: str = f"{methods[-1]} {path}") -> NoReturn:
            message = f"{endpoint} is not served by `skope {mode}`"
            raise WrongMode(message, hint=f"use `{command}`")

        app.add_route(refuse, path, methods=methods, name=f"other_mode_{number}")
