"""A diff as a comment: what is seen at once, what is folded, and that no name becomes markup."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from skope.schema.aggregate_diff import AggregateChange, AggregateDiff, AggregateSide
from skope.schema.diff import EnvironmentDifference, Pairs
from skope.schema.report import SystemManager
from skope.view import aggregate_markdown, markdown
from skope.view.markup import LONGEST, code, prose, table
from skope.view.width import clean
from tests.unit.view.comments import OWN_TAGS, Page
from tests.unit.view.diffs import a_change, a_diff, a_side, single_runs, ten_runs

EVIL = [
    "a|b",
    "a\\|b",
    "`x`",
    "``",
    "\\",
    "<img src=x onerror=alert(1)>",
    "</code><b>",
    "--><script>alert(1)</script><!--",
    "@everyone",
    "#1",
    "GH-1",
    "me@example.com",
    "https://example.com/x",
    "www.example.com",
    "[x](javascript:alert(1))",
    "![x](http://x/y.png)",
    "**bold** _it_ ~~no~~ $x$",
    "one\ntwo\r\n\n# three",
    "\x1b[31mred\u202e",
    "&lt;b&gt;&#60;",
    "</details></summary>",
    " - item",
    "x" * 5000,
    "|" * 300,
]
MENTION = re.compile(r"(?<![\w`])@\w|(?<!\w)#\d|GH-\d|[a-z]://|www\.\w", re.IGNORECASE)


def test_the_verdict_what_changed_and_the_rest_folded():
    text = markdown.of_diff(ten_runs(a_change("cpu_user", 1.0, 1.0)))
    first, title, *_ = text.splitlines()
    assert first == "<!-- skope diff -->"
    assert title == "### ▲ Regression: exec_time is 6.9 % higher (memory_peak improved by 16.7 %)"
    seen, folded = text.split("<details>")
    assert (
        "| ▲ | `exec_time` | 1.204 s | 1.297 s | **+6.9 %** | +5.2 to +8.9 | regression |" in seen
    )
    assert "| ▼ | `memory_peak` |" in seen
    assert "`cpu_time`" not in seen
    assert "| ≈ | `cpu_time` | 2.017 s | 2.016 s |" in folded
    assert "<summary>2 more metrics, and why</summary>" in folded
    assert "* `exec_time`: as it is" in folded
    assert "head `feature/pool`, 10 runs, trust A, e4f5a6b&#42;" in seen
    assert len(Page(text).rows) == 6


def test_how_the_pairs_were_measured_is_seen_at_once_and_what_they_name_is_no_markup():
    pairs = Pairs(count=9, base_first=5, left_out=1, drifting=["a|b<br>"])
    seen, _ = markdown.of_diff(replace(ten_runs(), pairs=pairs)).split("<details>")
    assert "9 pairs (and 1 of trust D, left out), order balanced, no order effect" in seen
    assert "drift in a" in seen
    assert "b<br>" not in seen.replace("<br>9 pairs", "")
    assert "pairs" not in markdown.of_diff(ten_runs())


def test_one_run_a_side_says_what_would_settle_it():
    text = markdown.of_diff(single_runs())
    seen, folded = text.split("<details>")
    assert "### ? Inconclusive: one run a side cannot separate change from noise" in seen
    assert "To settle it: skope ab A.sh B.sh, or --runs 10 on both (about 3 min)" in seen
    assert "|" not in seen
    assert "| ? | `exec_time` | 10.128 s | 9.187 s | -9.3 % | -0.941 s |" in folded


def test_what_forbids_to_compare_is_not_folded():
    blocking = EnvironmentDifference(fact="cpus", base="8", head="64", blocking=True)
    quiet = EnvironmentDifference(fact="python", base="3.11", head="3.12", blocking=False)
    seen, folded = markdown.of_diff(ten_runs(environment=[blocking, quiet])).split("<details>")
    assert "* cpus: `8` in base, `64` in head" in seen
    assert "python" not in seen
    assert "* python: `3.11` in base, `3.12` in head" in folded


def test_all_unfolds():
    assert "<details open>" in markdown.of_diff(ten_runs(), every=True)


def test_a_comment_is_never_longer_than_github_takes():
    changes = [a_change(f"m{n}", 1.0, 2.0, reason="r" * 900) for n in range(900)]
    text = markdown.of_diff(a_diff(changes, base=a_side("a"), head=a_side("b"), summary="X: y"))
    assert markdown.MOST_CHARACTERS / 2 < len(text) < 65_536
    assert "does not fit" in text
    assert text.endswith("</details>\n")


@pytest.mark.parametrize("name", EVIL)
def test_a_name_in_a_cell_is_what_is_read(name):
    page = Page("\n".join(table(["a", "b"], "<>", [[code(name), "1"]])))
    shown = clean(name)
    expected = shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"
    assert page.rows[1] == [expected, "1"]
    assert page.code == [expected]
    assert page.links == []


@pytest.mark.parametrize("name", EVIL)
def test_a_name_in_a_sentence_is_no_markup(name):
    page = Page(f"### x: {prose(f'a {name} b')} c")
    assert page.tags == ["h3"]
    assert MENTION.search(page.text) is None
    if len(name) < 900:
        assert page.text.replace("\u2060", "").strip() == f"x: a {clean(name)} b c"


@given(st.text(max_size=60))
def test_any_name_is_only_a_name(name):
    page = Page("\n".join(table(["a", "b"], "<>", [[code(name), prose(name)], ["2", "3"]])))
    assert [len(row) for row in page.rows] == [2, 2, 2]
    assert page.links == []
    assert set(page.tags) <= {"table", "thead", "tbody", "tr", "th", "td", "code"}
    assert MENTION.search(page.outside_code) is None


@pytest.mark.parametrize("name", EVIL)
def test_a_whole_comment_of_hostile_names(name):
    ordinary = Page(markdown.of_diff(hostile("exec_time", "unknown")))
    page = Page(markdown.of_diff(hostile(name, name)))
    assert [len(row) for row in page.rows] == [len(row) for row in ordinary.rows]
    assert set(page.tags) <= OWN_TAGS
    assert page.links == []
    assert MENTION.search(page.outside_code) is None


def hostile(name, trust):
    said = f"head: {name} it is"
    return a_diff(
        [
            a_change(name, 1.0, 2.0, "regression", low=1.5, high=2.5, reason=said, gated=True),
            a_change("cpu_time", 1.0, 1.0, "equivalent", low=0.9, high=1.1, warnings=[said]),
        ],
        base=a_side(name, commit=name, trust=trust),
        head=a_side(f"{name}2"),
        verdict="regression",
        summary=f"REGRESSION: {said}",
        subject=name,
        environment=[
            EnvironmentDifference(fact=name, base=name, head=name, blocking=True),
            EnvironmentDifference(fact=name, base=name, head=None, blocking=False),
        ],
        only_in_base=[name],
        hints=[name],
    )


def an_aggregate_diff(names):
    changes = [
        AggregateChange(
            name=name,
            metric=metric,
            unit="s",
            better="less",
            gated=metric == "exec_time.mean",
            base=0.1,
            head=0.1 * (2 + n),
            n_base=100,
            n_head=200,
            ratio=2.0 + n,
            low=1.9,
            high=30.0,
            confidence=0.95,
            delta=0.1 * (1 + n),
            verdict="regression",
            reason=f"{name} is slow",
        )
        for n, name in enumerate(names)
        for metric in ("exec_time.mean", "exec_time.p50")
    ]
    side = AggregateSide(name="night", names=len(names), records=100, exact=True, timestamp=0)
    return AggregateDiff(
        name="night-day",
        timestamp=0,
        system_manager=SystemManager(memory_usage=0.0, cpu_usage=None),
        exec_time=1.0,
        verdict="regression",
        summary=f"REGRESSION: {names[0]} takes 100 % longer",
        base=side,
        head=side,
        only_in_head=[f"{name} new" for name in names],
        changes=changes,
    )


def test_aggregates_show_what_weighs_most():
    text = aggregate_markdown.of_aggregate_diff(an_aggregate_diff([f"n{n:02}" for n in range(30)]))
    seen, folded = text.split("<details>")
    rows = [row for row in seen.splitlines() if row.startswith("| ▲")]
    assert len(rows) == aggregate_markdown.MOST_NAMES
    assert rows[0].startswith("| ▲ | `n29` | +100.0 % | 0.100 s | 3.100 s | **+3,000 %** |")
    assert "40 more figures" in folded
    assert "`n00` p50" in folded
    assert "and 10 more" in folded


@pytest.mark.parametrize("name", EVIL)
def test_aggregates_of_hostile_names(name):
    page = Page(aggregate_markdown.of_aggregate_diff(an_aggregate_diff([name, "b"])))
    assert {len(row) for row in page.rows} == {8}
    assert set(page.tags) <= OWN_TAGS
    assert page.links == []
    assert MENTION.search(page.outside_code) is None


def test_a_comment_about_many_names_fits_and_begins_with_the_heaviest():
    text = aggregate_markdown.of_aggregate_diff(an_aggregate_diff([f"n{n}" for n in range(2000)]))
    assert len(text) < 65_536
    seen, folded = text.split("<details>")
    assert "| `n1999` |" in seen
    assert "| `n1979` |" in folded
    assert "`n5`" not in folded
    assert "does not fit" in folded
