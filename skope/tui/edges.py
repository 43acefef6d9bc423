"""The two lines above and the two below every page."""

from typing import Final

from skope.tui.ink import Ink, Line, framed, length, plain, spread
from skope.tui.looking import TITLES, Looking, Page
from skope.tui.names_page import Scene, counted_words
from skope.tui.watching import Watching
from skope.view.intake import rate
from skope.view.numbers import count, moment, plural

_KEYS: Final[dict[Page, str]] = {
    "totals": "c baseline  s compare  r reset  a all  / filter",
    "averages": "c baseline  s compare  r reset  a all  / filter",
    "difference": "m figure  c baseline  s compare  r reset  / filter",
    "table": "o sort  O reverse  c baseline  s compare  r reset  / filter",
    "machine": "← → pages",
    "reports": "Enter show  Space mark  d diff  / filter",
    "aggregates": "Enter show  Space mark  d diff  / filter",
}


def head(watching: Watching, looking: Looking, where: str, columns: int) -> list[Line]:
    """What is watched and how much it took; the pages."""
    lines = [spread(_what(watching, where), _standing(watching), columns)]
    tabs: Line = []
    for number, page in enumerate(looking.pages, 1):
        chosen = page == looking.page
        tabs.append(Ink(f" {number} {TITLES[page]} ", "chosen" if chosen else "plain"))
    if length(tabs) > columns:
        tabs[-1] = Ink(tabs[-1].text.rstrip(), tabs[-1].tone)
    return framed([*lines, tabs], columns, 2)


def foot(scene: Scene, notice: Ink | None, columns: int) -> list[Line]:
    """What the person should know now; the keys of the page."""
    watching, looking = scene.watching, scene.looking
    said = _lost(watching) or notice
    if said is None and watching.mode == "agg" and looking.page in ("totals", "averages", "table"):
        said = Ink(counted_words(scene), "quiet")
    if said is None and looking.page == "difference" and scene.counting.has_baseline:
        said = Ink(counted_words(scene), "quiet")
    sought = [Ink(f" /{plain(looking.filter)}", "strong")] if looking.filter else []
    keys = spread([Ink(_KEYS[looking.page], "quiet")], [Ink("? help  q quit", "quiet")], columns)
    return framed([spread([said] if said else [], sought, columns), keys], columns, 2)


def _what(watching: Watching, where: str) -> Line:
    last = watching.last
    if last is None or last.mode == "ui":
        return [Ink("skope", "strong"), Ink(f"  {plain(where)}", "quiet")]
    tag = f" {plain(last.tag)}" if last.tag else ""
    return [Ink(f"skope {last.mode}{tag}", "strong"), Ink(f"  {plain(where)}", "quiet")]


def _standing(watching: Watching) -> Line:
    last = watching.last
    if last is None or last.aggregate is None:
        return []
    speed = f" {rate(watching.per_second)}" if watching.per_second is not None else ""
    said = [Ink(f"{plural(watching.records, 'record')}{speed}")]
    said.append(Ink(f"  {plural(last.aggregate.names, 'name')}"))
    if watching.rejected:
        said.append(Ink(f"  {count(watching.rejected)} rejected", "doubt"))
    return said


def _lost(watching: Watching) -> Ink | None:
    if watching.lost is None:
        return None
    at = watching.lost_at
    since = f" since {moment(at).rpartition(' ')[2]}" if at is not None else ""
    return Ink(f"not connected{since}, trying again: {plain(watching.lost)}", "bad")
