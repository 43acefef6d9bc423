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
    foreign: list[tuple[str, tuple[str, ...], str]] = [
        (path, methods, "skope agg") for path, methods in _AGG_ONLY.items()
    ]
    of_signals: list[tuple[str, tuple[str, ...], str]] = [
        (path, methods, "skope server") for path, methods in _SIGNALS_ONLY.items()
    ]
    if mode in ("agg", "ui"):
        foreign = of_signals if mode == "agg" else foreign + of_signals
    for number, (path, methods, command) in enumerate(foreign):

        async def refuse(request: Asked, *, path: str = path, command: str = command) -> NoReturn:
            message = f"{request.method} {path} is not served by `skope {mode}`"
            raise WrongMode(message, hint=f"use `{command}`")

        app.add_route(refuse, path, methods=methods, name=f"other_mode_{number}")
