"""The web interface's files, as they are served and as they are put into a page of its own."""

from importlib.resources import files
from typing import Final

PAGE: Final = "index.html"
MODULES: Final = (
    "dom.js",
    "keys.js",
    "place.js",
    "figures.js",
    "shapes.js",
    "charts.js",
    "copying.js",
    "recordings.js",
    "diff.js",
    "counted.js",
)
"""What a page of its own needs, each after those it imports; `alone.js` starts it."""
LIVE_MODULES: Final = (
    "source.js",
    "sifting.js",
    "live.js",
    "captures.js",
    "aggregates.js",
    "main.js",
)
STYLES: Final = ("vendor/uplot.css", "style.css")
CHARTS: Final = "vendor/uplot.js"
ALONE: Final = "alone.js"
ICON: Final = "icon.png"
SERVED: Final = frozenset({CHARTS, ICON, *STYLES, *MODULES, *LIVE_MODULES})


def read(name: str) -> bytes:
    """One of the files above."""
    return files(__name__).joinpath(name).read_bytes()
