"""Two aggregates compared, as a page shows them: with the figures that the terminal prints."""

from skope.view.aggregates import of_aggregate_diff
from skope.view.aggregates_page import aggregate_diff_page
from tests.unit.view.test_aggregates import CHANGES, SUM, a_diff


def test_the_page_has_every_row_of_the_terminals_table():
    diff = a_diff(*CHANGES, total=SUM, assumes="intervals take executions to be independent")
    page = aggregate_diff_page(diff)
    printed = of_aggregate_diff(diff).splitlines()
    lines = [line for line in printed if line and line[0] in "▲▼●≈?"][1:]
    rows = [" ".join((r.label, r.count, r.base, r.head, r.change)).split() for r in page.rows]
    assert [line.split()[1 : 1 + len(row)] for line, row in zip(lines, rows, strict=True)] == rows
    assert page.rows[-1].label == "all, at base's counts"
    assert page.assumes.startswith("the sum is without rare: one execution")
    assert page.assumes.endswith("; intervals take executions to be independent")


def test_without_a_sum_nothing_is_said_of_one():
    page = aggregate_diff_page(a_diff(*CHANGES))
    assert [row.label for row in page.rows if not row.name] == []
    assert "the sum" not in page.assumes
