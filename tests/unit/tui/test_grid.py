import itertools

import pytest

from skope.tui.grid import Column, Order, Row, View, draw, place, scrolled
from skope.tui.ink import length
from tests.unit.tui.lines import text_of

COLUMNS = (Column("n", "N", 5, 3), Column("mean", "MEAN", 8, 2), Column("p99", "P99", 8, 1))
BY_MEAN = Order("mean", descending=True)


def rows_of(count, name="name{:03}"):
    return [Row(name.format(i), (str(i), f"{i} ms", f"{2 * i} ms")) for i in range(count)]


def shown(rows, wide=60, high=8, chosen=-1, order=BY_MEAN):
    return [text_of(line).rstrip() for line in draw(COLUMNS, rows, order, chosen, wide, high)]


def test_a_table_is_a_heading_and_a_line_a_row():
    assert shown(rows_of(3), 44, 5) == [
        "  NAME                 N     MEAN▾       P99",
        "  name000              0      0 ms      0 ms",
        "  name001              1      1 ms      2 ms",
        "  name002              2      2 ms      4 ms",
        "",
    ]


@pytest.mark.parametrize("count", [0, 1, 5, 300])
def test_the_table_has_its_size_at_every_size(count):
    for name in ("name{}", "聊天机器人{}", "🚀" * 40 + "{}", "e\u0301\u0301{}", "\x1b[31m{}"):
        rows = rows_of(count, name)
        for wide, high in itertools.product([0, 1, 10, 30, 80, 200], [0, 1, 2, 20]):
            lines = draw(COLUMNS, rows, BY_MEAN, 0, wide, high)
            assert [length(line) for line in lines] == [wide] * high


def test_columns_stand_in_line_whatever_the_names_are_made_of():
    rows = [
        *rows_of(1),
        *rows_of(1, "聊天机器人"),
        *rows_of(1, "🚀 e\u0301"),
        *rows_of(1, "x" * 99),
    ]
    lines = draw(COLUMNS, rows, BY_MEAN, -1, 60, 5)
    assert {length(line[:1]) for line in lines} == {60}
    assert len({text_of(line)[-10:] for line in lines[1:]}) == 1


def test_where_it_is_narrow_the_columns_of_least_worth_go_first():
    for wide, kept in ((60, "N MEAN▾ P99"), (32, "N MEAN▾"), (20, "N"), (12, "")):
        assert shown(rows_of(2), wide)[0].split()[1:] == kept.split()


def test_the_chosen_row_alone_is_shown_as_such():
    lines = draw(COLUMNS, rows_of(5), BY_MEAN, 2, 60, 8)
    assert [index for index, line in enumerate(lines) if line[0].tone == "chosen"] == [3]


def test_the_cursor_stays_among_the_rows_and_is_seen():
    for count, high, top, cursor in itertools.product(
        [0, 1, 5, 300], [0, 1, 2, 20], [0, 3, 299, 10_000], [-5, 0, 4, 299, 10_000]
    ):
        view = scrolled(View(top, cursor), count, high)
        assert 0 <= view.top <= max(count - 1, 0)
        if count:
            assert 0 <= view.cursor < count
            assert view.top <= view.cursor < view.top + max(high - 1, 1)


def test_a_table_scrolls_no_more_than_it_must():
    assert scrolled(View(10, 12), 300, 11) == View(10, 12)
    assert scrolled(View(10, 20), 300, 11) == View(11, 20)
    assert scrolled(View(10, 9), 300, 11) == View(9, 9)


def test_it_says_where_among_all_rows_it_is():
    assert text_of(place(View(20, 20), 300, 21)) == "21-40 of 300"
    assert place(View(0, 0), 20, 21) == []
    assert [*View(20, 20).of(range(300), 21)] == [*range(20, 40)]
