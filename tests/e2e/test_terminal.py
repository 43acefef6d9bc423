"""The screen in a real terminal, watching a real Skope."""

import os
import re
import signal

from skope.agg.report import encode_aggregate
from skope.view.numbers import count, quantity
from tests.e2e.agg_service import agg, get, post
from tests.e2e.command_line import command_of, eventually, is_alive, run
from tests.e2e.terminal import needs_tmux, terminal
from tests.unit.schema.tallies import a_tally

pytestmark = needs_tmux

FIVE = ("chat", "load 🚀 model", "search", "summarise-the-long-document-of-a-user", "聊天机器人")


def records(names, seconds, count=40, memory=1.0):
    """Executions of each name; the later the name the longer."""
    return [
        {"name": name, "exec_time": seconds * (1 + at), "exec_memory_usage": memory * (1 - at)}
        for at, name in enumerate(names)
        for _ in range(count)
    ]


def numbers_of(text):
    """What the table on the screen says, name by name."""
    rows = [line for line in text.splitlines()[3:-3] if line.strip()]
    found = {}
    for row in rows:
        parts = re.split(r" {2,}", row.strip())
        found[parts[0]] = parts[1:]
    return found


def numbers_in(report, names):
    """The same of the report, in the words of every other output."""
    keys = ("total_exec_time", "avg_exec_time", "p50", "p95", "p99", "max")
    return {
        name: [count(report[name]["total_execs"]), *(quantity(report[name][k], "s") for k in keys)]
        for name in names
    }


def port_of(running):
    return running.url.rpartition(":")[2]


def test_a_running_intake_is_watched_at_every_size_and_beyond_its_end(tmp_path):
    with terminal(tmp_path) as screen:
        with agg(tmp_path, "--tag", "monday") as first:
            port = port_of(first)
            screen.show("ui", "--tty", first.url)
            screen.see("skope agg monday", "no executions yet")
            post(first, records(["chat"], 0.5))
            screen.see("40 records", "1 name", "20.000 s", "40.0 MiB")
            post(first, records(FIVE[1:], 0.25))
            text = screen.see(
                "200 records", "5 names", "load 🚀 model", "summarise-the-…", "聊天机器人"
            )
            assert len(text.splitlines()) == 24
            below = text.splitlines()[text.splitlines().index("total memory") :]
            assert any("-80.0 MiB" in line for line in below)

            screen.press("c", "3")
            screen.see("differences so far", "baseline of 200 executions")
            post(first, records(FIVE[:2], 0.2))
            screen.see("average time, now - baseline", "-0.300 s", "+0.150 s")
            screen.press("s")
            screen.see("REGRESSION", "▲ +0.150 s", "▼ -0.300 s")

            screen.press("a", "1")
            post(
                first, records([f"{'聊天' * (i % 9)}name{i:03}" for i in range(295)], 0.01, count=2)
            )
            screen.see("300 names", "+293 more")
            screen.resize(200, 60)
            text = screen.see("+282 more")
            assert len(text.splitlines()) == 60
            screen.press("4")
            text = screen.see("LONGEST", "1-54 of 300")
            _, report = get(first, "/report_agg.json")
            assert numbers_of(text) == numbers_in(report, sorted(report)[:54])
        screen.see("not connected since", "Connection refused")
        with agg(tmp_path, "--tag", "monday", "--port", port) as again:
            screen.see("the server is back")
            post(again, records(["chat"], 0.5))
            screen.until(lambda text: "not connected" not in text and "910 records" in text)
            screen.press("q")
            screen.see("ended: 0")


def test_agg_shows_itself_and_ends_in_order_with_its_screen(tmp_path):
    with terminal(tmp_path) as screen:
        screen.show("agg", "--tag", "day", "--port", "0")
        screen.see("skope agg day", "no executions yet")
        screen.press("q")
        text = screen.see("ended: 0")
        assert "skope: collecting on http://localhost:" in text
        assert "saved .skope/report_agg.json" in text
        assert "-icanon" not in text
        assert text.count("collecting on") == 1


def test_agg_outlives_its_screen_and_its_words_wait_for_the_terminal(tmp_path):
    with terminal(tmp_path) as screen:
        screen.show("agg", "--tag", "day", "--port", "0")
        screen.see("skope agg day", "no executions yet")
        child = {word: pid for pid in screen.pids for word in command_of(pid) if "skope." in word}
        os.kill(child["skope.sampler"], signal.SIGKILL)
        screen.see("skope: the sampler works again", "1 Totals")
        os.kill(child["skope.tui"], signal.SIGKILL)
        text = screen.see("the screen ended (SIGKILL)")
        assert "1 Totals" not in text
        assert "skope: the sampler ended" in text
        assert is_alive(child["skope.front"])
        screen.press("C-c")
        screen.see("saved .skope/report_agg.json", "ended: 0")
        assert "-icanon" not in screen.text
        assert eventually(lambda: not any(map(is_alive, child.values())))


def test_a_screen_ends_with_the_agg_it_belongs_to(tmp_path):
    with terminal(tmp_path) as screen:
        screen.show("agg", "--tag", "day", "--port", "0")
        screen.see("skope agg day", "no executions yet")
        child = {word: pid for pid in screen.pids for word in command_of(pid) if "skope" in word}
        os.kill(child["skope"], signal.SIGKILL)
        text = screen.see("ended: 137")
        assert "1 Totals" not in text
        assert eventually(lambda: not any(map(is_alive, child.values())))
        assert "-icanon" not in screen.text


def test_without_a_screen_it_says_a_line_now_and_then(tmp_path):
    with terminal(tmp_path) as screen:
        screen.show("agg", "--tag", "day", "--port", "0", "--no-ui")
        screen.see("skope: collecting on")
        assert not any("skope.tui" in command_of(pid) for pid in screen.pids)
        screen.press("C-c")
        screen.see("saved .skope/report_agg.json", "ended: 0")


def test_the_stored_reports_are_shown(tmp_path):
    for tag in ("base", "head"):
        assert run(tmp_path, "runner", "--tag", tag, "--port", "0", "--", "true").code == 0
    collected = encode_aggregate({"chat": a_tally([0.1, 0.11] * 4_000)})
    for tag in ("night", "day"):
        (tmp_path / ".skope" / f"{tag}.agg.json").write_bytes(collected)
    with terminal(tmp_path) as screen:
        screen.show("ui", "--tty")
        screen.see("1 Reports", "EXEC_TIME", "base", "head")
        screen.press("Enter")
        screen.see("1 run, the whole script", "Esc closes")
        screen.press("Escape")
        screen.until(lambda text: "Esc closes" not in text)
        screen.press("j", "Space", "k", "Space", "d")
        screen.see("base base, head head", "INCONCLUSIVE")
        screen.press("2")
        screen.see("EXECUTIONS", "day", "night")
        screen.press("Enter")
        screen.see("chat", "P99", "Esc closes")
        screen.press("Escape")
        screen.until(lambda text: "Esc closes" not in text)
        screen.press("j", "Space", "k", "Space", "d")
        text = screen.see("EQUIVALENT", "chat", "Esc closes")
        assert re.search(r"base (day, head night|night, head day)", text)
        screen.press("q")
        screen.see("ended: 0")


def test_a_screen_is_refused_where_there_is_none(tmp_path):
    done = run(tmp_path, "ui", "--tty")
    assert done.code == 2
    assert "--tty takes a terminal" in done.err
