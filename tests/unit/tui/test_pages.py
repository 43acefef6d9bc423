"""Every page at every size, drawn without a screen."""

import itertools

import pytest

from skope.agg.merge import merge
from skope.tui import edges, machine_page, names_page, shelf_page
from skope.tui.counting import Counting
from skope.tui.feed import Lost
from skope.tui.help_page import of_help
from skope.tui.ink import Ink, length
from skope.tui.looking import TITLES, Looking
from skope.tui.names_page import Scene
from skope.tui.watching import Watching
from tests.unit.schema.tallies import a_tally
from tests.unit.tui.lines import text_of
from tests.unit.tui.made import NOON, aggregate_now, capture, listing, live, machine

NAMES = ("chat", "聊天机器人" * 9, "🚀 e\u0301", "", "\x1b[2Jx")
SIZES = [*itertools.product([1, 8, 20, 79, 80, 200], [1, 2, 5, 9, 20, 56])]


def some(count):
    return {
        NAMES[index % 5] + str(index): a_tally([0.01 * (index + 1), 0.02], memory=index - 2.0)
        for index in range(count)
    }


def scene_of(count, *, compared):
    watching, counting, looking = Watching(), Counting(), Looking()
    opened = [capture(name) for name in NAMES]
    now = some(count)
    watching.take(live(aggregate=aggregate_now(now), machine=machine(500), captures=opened))
    looking.serve("agg")
    if compared:
        counting.capture(now, NOON)
        counting.stop(merge([now, some(count + 1)]), NOON + 1)
    return Scene(watching, counting, looking)


def drawn(scene, page, columns, rows):
    scene.looking.page = page
    if page == "machine":
        return machine_page.of_machine(scene.watching, columns, rows)
    if page in scene.looking.shelves:
        stored = listing(*NAMES, aggregates=NAMES)
        return shelf_page.of_shelf(stored, scene.looking, NOON, columns, rows)
    return names_page.of_page(scene, columns, rows)


@pytest.mark.parametrize("compared", [False, True], ids=["counting", "compared"])
@pytest.mark.parametrize("count", [0, 1, 5, 300])
def test_every_page_fits_every_terminal(count, compared):
    scene = scene_of(count, compared=compared)
    for page, (columns, rows) in itertools.product(TITLES, SIZES):
        lines = drawn(scene, page, columns, rows)
        assert [length(line) for line in lines] == [columns] * rows, (page, columns, rows)
        above = edges.head(scene.watching, scene.looking, "http://localhost:9001", columns)
        below = edges.foot(scene, Ink("聊天 " * 50), columns)
        assert [length(line) for line in above + below] == [columns] * 4


def test_the_help_fits_and_names_every_key():
    text = "\n".join(text_of(line).rstrip() for line in of_help(80, 20))
    assert "…" not in text
    for key in ("/", "?", "q", "h l", "c ", "s ", "r ", "a ", "m", "o", "d", "Enter", "Space"):
        assert key in text
    for columns, rows in SIZES:
        assert [length(line) for line in of_help(columns, rows)] == [columns] * rows


def test_an_opened_document_fits():
    looking = Looking()
    shelf = looking.shelf
    shelf.open("聊天", [*map(str, range(100)), "x" * 300])
    for columns, rows in SIZES:
        shelf.top = 1_000_000
        lines = shelf_page.of_shelf(listing(), looking, NOON, columns, rows)
        assert [length(line) for line in lines] == [columns] * rows
    assert shelf.top == 101 - (56 - 2)


def test_the_curves_have_gaps_where_nothing_was_heard():
    watching = Watching()
    watching.take(live("server", machine=machine(4, end=NOON, step=0.25)))
    watching.take(live("server", machine=machine(4, end=NOON + 10, step=0.25), whole=False))
    lines = machine_page.of_machine(watching, 80, 20)
    drawn_at = {
        index
        for line in lines[1:9]
        for index, character in enumerate(text_of(line).partition("│")[2])
        if character != " "
    }
    # A column holds two steps: 0.75 s of points at the right, 10 s before them the others.
    assert drawn_at == {47, 48, 67, 68}


def test_the_rate_is_that_of_the_last_two_events():
    watching = Watching()
    for seconds, count in ((0, 10), (2, 30)):
        watching.take(
            live(aggregate=aggregate_now({"a": a_tally([1.0] * count)}), time=NOON + seconds)
        )
    assert watching.per_second == 10
    watching.take(Lost("gone"))
    assert watching.per_second is None


def test_names_of_an_earlier_server_are_forgotten():
    watching = Watching()
    watching.take(live(aggregate=aggregate_now(some(3))))
    watching.take(live(aggregate=aggregate_now({"new": a_tally([1.0])}), whole=False))
    assert len(watching.names) == 4
    watching.take(live(aggregate=aggregate_now({"new": a_tally([1.0])}), whole=True))
    assert [*watching.names] == ["new"]
