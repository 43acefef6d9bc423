"""Every page as it looks, and every key as it works, on a screen that is fed by the test."""

import random

import pytest

from skope.agg.merge import merge
from skope.tui.feed import Lost, Over, Said
from tests.unit.schema.reports import a_report
from tests.unit.schema.tallies import a_tally
from tests.unit.tui.made import NOON, Fake, aggregate_now, capture, live, machine, staged

NAMES = ("chat", "load 🚀 model", "search", "summarise-the-long-document", "聊天机器人-answer")


def executions(names=NAMES, *, faster=0.0, seed=1, count=400):
    """Of each name; the later the name the longer, and by `faster` less so."""
    chance = random.Random(seed)
    found = {}
    for index, name in enumerate(names):
        factor = (1 + index) * (1 - faster * (index - 2))
        times = [factor * chance.lognormvariate(-4.0, 0.3) for _ in range(count)]
        found[name] = a_tally(times, memory=-0.5 if name == "search" else 1.25 + index)
    return found


def test_the_pages_of_an_intake(expect):
    before = executions()
    after = merge([before, executions(faster=0.1, seed=2)])
    fake = Fake(now=before, reports={"main": a_report("main"), "feature/pool": a_report("b")})

    async def act(stage):
        expect("waiting", stage.text)
        await stage.news(live(aggregate=aggregate_now(before, rejected=3), machine=machine(90)))
        expect("totals", stage.text)
        for page in ("averages", "explained", "table", "machine", "reports", "aggregates"):
            await stage.press("l")
            expect(page, stage.text)
        await stage.press("question_mark")
        expect("help", stage.text)
        await stage.press("c", "3")
        fake.now = after
        await stage.news(live(aggregate=aggregate_now(after), time=NOON + 2, whole=False))
        expect("so-far", stage.text)
        await stage.press("s")
        expect("compared", stage.text)
        await stage.press("m", "m")
        expect("compared-p95", stage.text)
        await stage.press("4")
        expect("table-compared", stage.text)

    staged(act, fake)


def test_the_pages_where_there_is_room(expect):
    names = [*NAMES, *(f"name{index:03}" for index in range(295))]
    before = executions(names, count=80)
    after = merge([before, executions(names, seed=2, count=80)])
    fake = Fake(now=before)

    async def act(stage):
        await stage.news(live(aggregate=aggregate_now(before), machine=machine(300)))
        assert "+282 more" in stage.text
        await stage.press("c")
        fake.now = after
        await stage.news(live(aggregate=aggregate_now(after), time=NOON + 2, whole=False))
        await stage.press("s", "4", "o", "o", "o")
        expect("large-table", stage.text)
        await stage.press("end")
        assert "300 of 300" in stage.text

    staged(act, fake, size=(200, 60))


def test_the_pages_of_a_server(expect):
    opened = [capture("nightly"), capture("聊天机器人", "web")]

    async def act(stage):
        await stage.news(live("server", machine=machine(100, step=0.25), captures=opened))
        expect("server", stage.text)
        await stage.press("c", "s", "r", "m", "o")
        await stage.press("l")
        assert "no report yet" in stage.text

    staged(act, Fake())


def test_the_reports_at_rest(expect):
    runs = [{"exec_time": 1.0 + i / 1000} for i in range(10)]
    slower = [{"exec_time": 1.2 + i / 1000} for i in range(10)]
    fake = Fake(reports={"head": a_report("head", slower), "main": a_report("main", runs)})

    async def act(stage):
        await stage.news(live("ui", machine=None, tag=None))
        expect("stored", stage.text)
        await stage.press("enter")
        assert "head   10 runs" in stage.text
        assert "exec_time" in stage.text
        await stage.press("escape", "d")
        assert "Space marks two" in stage.text
        await stage.press("j", "space", "k", "space", "d")
        assert stage.rows[2].startswith("base main, head head ")
        assert "▲ REGRESSION: exec_time is 19.9 % higher" in stage.text
        assert len(stage.app.looking.shelf.opened[1]) > 20
        await stage.press("end")
        assert "100 %" in stage.rows[2]
        await stage.press("escape", "slash", *"ma", "enter")
        assert "head" not in stage.rows[3]
        assert "main" in stage.rows[3]

    staged(act, fake, with_aggregate=False)


def test_the_aggregates_at_rest(expect):
    fake = Fake(
        reports={"night": a_report("night")},
        aggregates={"day": executions(faster=0.1, seed=2), "night": executions()},
    )

    async def act(stage):
        await stage.news(live("ui", machine=None, tag=None))
        await stage.press("l")
        expect("stored-aggregates", stage.text)
        await stage.press("enter")
        assert stage.rows[2].startswith("day ")
        assert "P99" in stage.text
        assert "聊天机器人-answer" in stage.text
        await stage.press("h")
        assert "Esc closes" not in stage.text  # it lies over its own list alone
        await stage.press("l", "escape", "d")
        assert "Space marks two" in stage.text
        await stage.press("j", "space", "k", "space", "d")
        assert stage.rows[2].startswith("base night, head day ")
        assert "▲ REGRESSION: " in stage.text
        await stage.press("escape", "slash", *"nig", "enter")
        assert "day" not in stage.rows[3]
        assert "night" in stage.rows[3]

    staged(act, fake, with_aggregate=False)


def test_keys_turn_the_pages():
    async def act(stage):
        await stage.news(live())
        seen = []
        for key in ("l", "right", "l", "h", "left", "h", "h", "6", "4", "9"):
            await stage.press(key)
            seen.append(stage.app.looking.page)
        assert seen == [
            "averages", "difference", "table", "difference", "averages", "totals", "aggregates",
            "reports", "table", "table",
        ]  # fmt: skip

    staged(act, Fake())


def test_keys_of_the_table():
    fake = Fake(now=executions())

    async def act(stage):
        await stage.news(live(aggregate=aggregate_now(fake.now)))
        await stage.press("4")

        def first():
            return stage.rows[3].split()[0]

        assert first() == "chat"
        await stage.press("O")
        assert first() == "聊天机器人-answer"
        await stage.press("o", "o")
        assert stage.app.looking.order == ("total", True)
        assert first() == "聊天机器人-answer"
        await stage.press("O")
        assert first() == "chat"
        moved = []
        for key in ("j", "down", "k", "up", "pagedown", "pageup", "end", "home", "G", "g"):
            await stage.press(key)
            moved.append(stage.app.looking.views["table"].cursor)
        assert moved == [1, 2, 1, 0, 4, 0, 4, 0, 4, 0]

    staged(act, fake)


def test_the_filter_is_edited_kept_and_dropped():
    fake = Fake(now=executions())

    async def act(stage):
        await stage.news(live(aggregate=aggregate_now(fake.now)))
        await stage.press("4", "slash", *"SEARCH")
        assert "search" in stage.rows[3]
        assert "chat" not in stage.text
        await stage.press("enter", "1")
        assert "/SEARCH" in stage.text
        assert "load" not in stage.text
        await stage.press("slash", "x", "enter")
        assert "no name holds 'SEARCHx'" in stage.text
        await stage.press("escape")
        assert "load" in stage.text

    staged(act, fake)


def test_reset_counts_from_now_and_a_counts_all():
    before = executions()
    fake = Fake(now=before)

    async def act(stage):
        await stage.news(live(aggregate=aggregate_now(before)))
        await stage.press("s")
        assert "c keeps a baseline first" in stage.text
        await stage.press("r")
        assert "no executions since then" in stage.text
        fake.now = merge([before, {"chat": a_tally([0.5, 0.25])}])
        await stage.news(live(aggregate=aggregate_now(fake.now), whole=False))
        assert stage.app.counting.figures["chat"].n == 2
        assert stage.app.counting.figures["chat"].total_time == 0.75
        assert stage.app.counting.figures["chat"].high is None
        assert "0.750 s" in stage.text
        assert "search" not in stage.text
        await stage.press("a")
        assert "search" in stage.text

    staged(act, fake)


def test_counting_stands_still_once_it_is_stopped():
    before = executions()
    fake = Fake(now=before)

    async def act(stage):
        await stage.news(live(aggregate=aggregate_now(before)))
        await stage.press("c")
        fake.now = merge([before, executions(seed=3)])
        await stage.press("s")
        asked = fake.asked
        fake.now = merge([fake.now, executions(seed=4)])
        await stage.news(live(aggregate=aggregate_now(fake.now), whole=False))
        await stage.press("s")
        assert "it is stopped" in stage.text
        assert fake.asked == asked
        assert stage.app.counting.figures["chat"].n == 400
        await stage.press("c")
        assert stage.app.counting.base["chat"].n == 800

    staged(act, fake)


def test_a_session_that_was_begun_anew_is_counted_whole():
    fake = Fake(now=executions())

    async def act(stage):
        await stage.news(live(aggregate=aggregate_now(fake.now)))
        await stage.press("c")
        fake.now = executions(("chat",), count=3)
        await stage.news(live(aggregate=aggregate_now(fake.now)))
        assert "everything is counted again" in stage.text
        assert not stage.app.counting.partial

    staged(act, fake)


def test_a_server_that_is_gone_and_back_is_told():
    fake = Fake(now=executions(), gone=True)
    reason = "http://localhost:9001 does not answer: Connection refused"

    async def act(stage):
        await stage.news(live(aggregate=aggregate_now(fake.now)))
        await stage.news(Lost(reason))
        assert "not connected since 12:00, trying again: http://localhost:9001" in stage.text
        assert "chat" in stage.text
        await stage.press("c")
        assert not stage.app.counting.partial
        await stage.news(live(aggregate=aggregate_now(fake.now), time=NOON + 9))
        assert "the server is back" in stage.text

    staged(act, fake)


def test_what_the_owner_says_is_shown_and_cannot_draw():
    async def act(stage):
        await stage.news(live(), Said("skope: the sampler \x1b[2Jended"))
        assert "skope: the sampler [2Jended" in stage.text

    staged(act, Fake())


@pytest.mark.parametrize("key", ["q", "ctrl+c", "over"])
def test_it_ends_with_zero(key):
    async def act(stage):
        if key == "over":
            await stage.news(live(), Over())
        else:
            await stage.pilot.press(key)
        await stage.pilot.pause()

    assert staged(act, Fake()).return_value == 0


def test_q_is_a_letter_in_the_filter():
    async def act(stage):
        await stage.news(live())
        await stage.press("slash", "q")
        assert stage.app.looking.filter == "q"
        assert stage.app.return_value is None

    staged(act, Fake())


def test_it_draws_when_there_is_news_and_no_more_often_than_four_times_a_second():
    async def act(stage):
        body = stage.app.query_one("#body")
        await stage.news(live())
        before = body.drawings
        await stage.pilot.pause(0.6)
        assert body.drawings == before
        await stage.news(*[live(time=NOON + i) for i in range(50)])
        assert before < body.drawings <= before + 2

    staged(act, Fake())
