"""A page as one file that needs nothing else: no server, no network, no second file.

What it may run is in its own policy, by hash; its data is text that no markup can end.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

import msgspec

_IMPORT: Final = re.compile(r'^import \{[^}]*\} from "\./[a-z]+\.js";\n', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export (?=(?:async )?(?:function|const|class) )", re.MULTILINE)
_UNSAFE: Final = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


def standalone(
    title: str, data: msgspec.Struct, *, scripts: Sequence[str], styles: Sequence[str]
) -> str:
    """The file.

    Parameters
    ----------
    title : of the window; any text
    data : what the page shows; the scripts find it as JSON in ``#data``
    scripts, styles : their sources, in order
    """
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(map(_hash, scripts))}",
            f"style-src {' '.join(map(_hash, styles))}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en">',
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{escape(title)}</title>",
            *(f"<style>{style}</style>" for style in styles),
            '<div id="app"></div>',
            f'<script type="application/json" id="data">{as_data(data)}</script>',
            *(f"<script>{script}</script>" for script in scripts),
            "</html>",
            "",
        )
    )


def joined(modules: Mapping[str, str]) -> str:
    """Modules as one script: each after what it imports, with names that are theirs alone."""
    bodies = (_EXPORT.sub("", _IMPORT.sub("", source)) for source in modules.values())
    return '"use strict";\n{\n' + "\n".join(bodies) + "}\n"


def as_data(data: msgspec.Struct) -> str:
    """JSON that may stand in a script element whatever its texts say."""
    text = msgspec.json.encode(data).decode()
    return "".join(_UNSAFE.get(char, char) for char in text)


def _hash(source: str) -> str:
    digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
    return f"'sha256-{digest}'"
