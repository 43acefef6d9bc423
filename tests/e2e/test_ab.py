"""`skope ab` and `skope calibrate` as processes: what they launch, keep, say and exit with."""

import json
import re
import signal
import socket
import sys

import pytest

from tests.e2e.command_line import eventually, is_alive, run, skope

FIXED = ("--port", "0")
TIME_ALONE = "[metric.cpu_time]\ngate = false\n[metric.memory_peak]\ngate = false\n"
"""Six pairs decide one metric; more are measured here, as a busy machine spoils some."""
MOST_S = 240
"""For an `ab` that takes as many pairs as it wants: a minute of them, and a busy machine's rest."""
SIDES = ("base", "head")
KEPT = 'echo "$SKOPE_SIDE" >>order\n'


@pytest.fixture
def here(tmp_path):
    """Two scripts of which one takes twice as long, whatever else the machine does."""
    (tmp_path / "short.sh").write_text(f"{KEPT}sleep 0.05\n")
    (tmp_path / "long.sh").write_text(f"{KEPT}sleep 0.15\n")
    (tmp_path / "skope.toml").write_text(TIME_ALONE)
    return tmp_path


def ab(folder, *words, **how):
    return run(folder, "ab", *words, *FIXED, **how)


def read(folder, name):
    return json.loads((folder / ".skope" / f"{name}.json").read_text())


def change(diff, metric="exec_time"):
    (found,) = [change for change in diff["changes"] if change["metric"] == metric]
    return found


def test_a_slower_head_is_a_regression_and_gates(here):
    ended = ab(here, "short.sh", "long.sh", "--pairs", "9", "--fail-on", "regression", "--json")
    assert ended.code == 1, ended
    diff = json.loads(ended.out)
    found = change(diff)
    assert found["verdict"] == "regression"
    assert found["pairs"] + diff["pairs"]["left_out"] == 9
    assert found["low"] > 1.05
    sides = (here / "order").read_text().split()
    assert sorted(sides) == ["base"] * 9 + ["head"] * 9
    assert all({*pair} == {"base", "head"} for pair in zip(sides[::2], sides[1::2], strict=True))
    assert "pairs 9/9" in ended.err
    runs = read(here, "ab.base")["runs"]
    assert [run["pair"] for run in runs] == [*range(1, 10)]
    positions = [1 if first == "base" else 2 for first in sides[::2]]
    assert [run["position"] for run in runs] == positions
    again = run(here, "diff", "--base", "ab.base", "--head", "ab.head", "--json")
    assert json.loads(again.out)["changes"] == diff["changes"]


def test_a_faster_head_passes_the_same_gate(here):
    words = ("--pairs", "9", "--fail-on", "regression", "--tag", "night", "--html", "page.html")
    ended = ab(here, "long.sh", "sleep 0.01", *words)
    assert ended.code == 0, ended
    assert "▼ IMPROVEMENT" in ended.out
    assert "base long.sh   head sleep 0.01\n" in ended.err
    assert " pairs" in ended.out
    assert read(here, "night.base-night.head")["verdict"] == "improvement"
    assert "night.base-night.head" in (here / "page.html").read_text()


def test_too_few_pairs_cannot_tell_and_a_gate_may_want_to_know(here):
    ended = ab(here, "short.sh", "long.sh", "--pairs", "2", "--fail-on", "inconclusive")
    assert ended.code == 3, ended
    assert "to settle it: --pairs 10 (about " in ended.out


def test_of_scripts_it_is_said_that_they_never_signalled_of_commands_not(here):
    said = "the script never signalled"
    assert said in ab(here, "short.sh", "long.sh", "--pairs", "1").err
    assert said not in ab(here, "sleep 0.01", "sleep 0.02", "--pairs", "1").err


def test_a_crash_is_no_regression(here):
    (here / "crash.sh").write_text("echo out of luck; exit 7\n")
    ended = ab(here, "short.sh", "crash.sh", "--pairs", "3", "--fail-on", "regression")
    assert ended.code == 4, ended
    assert "crash.sh ended with exit code 7, as head in pair 1 of 3" in " ".join(ended.err.split())
    assert "out of luck" in ended.err
    assert "REGRESSION" not in ended.out
    assert not (here / ".skope" / "ab.base-ab.head.json").exists()


def test_a_failure_may_be_passed_over(here):
    (here / "once.sh").write_text("[ -e done ] || { touch done; exit 1; }; sleep 0.05\n")
    ended = ab(here, "short.sh", "once.sh", "--pairs", "3", "--ignore-failure", "--json")
    assert ended.code == 0, ended
    diff = json.loads(ended.out)
    assert diff["pairs"]["count"] + diff["pairs"]["left_out"] == 2
    assert (diff["head"]["runs"], diff["head"]["failed"]) == (2, 1)
    said = "1 of 3 runs of head did not end well"
    assert diff["summary"].endswith(f"; {said}")
    for how in ("table", "markdown"):
        shown = run(here, "diff", "--base", "ab.base", "--head", "ab.head", "--format", how)
        assert said in " ".join(shown.out.split())


def test_ctrl_c_keeps_and_judges_the_finished_pairs(here):
    with skope(here, "ab", "short.sh", "long.sh", *FIXED, "--pairs", "500", "--json") as running:
        order = here / "order"
        assert eventually(lambda: order.exists() and len(order.read_text().split()) > 6)
        ended = running.stop()
    assert ended.code == 130, ended
    assert change(json.loads(ended.out))["verdict"]
    base, head = ([run["pair"] for run in read(here, f"ab.{side}")["runs"]] for side in SIDES)
    assert sorted(set(base) | set(head)) == list(range(1, max(*base, *head) + 1))
    assert 3 <= len(set(base) & set(head)) < 500
    assert len(set(base) ^ set(head)) <= 1, "the one that was interrupted"


def test_what_surrounds_a_run_is_done_each_time_and_not_measured(here):
    around = ("--prepare", "sleep 1; echo before >>order", "--cleanup", "echo after >>order")
    ended = ab(here, "short.sh", "long.sh", "--pairs", "2", *around, "--setup", "touch built")
    assert ended.code == 0, ended
    assert (here / "built").exists()
    assert (here / "order").read_text().split()[::3] == ["before"] * 4
    assert (here / "order").read_text().split()[2::3] == ["after"] * 4
    assert read(here, "ab.base")["exec_time"] < 1
    kept = (here / ".skope" / "logs" / "ab.log").read_text()
    assert kept.count("== ") == 6


def test_a_run_that_cannot_be_prepared_is_not_launched(here):
    ended = ab(here, "short.sh", "true", "--prepare", "exit 3", "--cleanup", "touch cleaned")
    assert ended.code == 4, ended
    assert "--prepare ended with exit code 3" in ended.err
    assert not (here / "order").exists()
    assert (here / "cleaned").exists()


def test_a_runner_does_the_same_around_each_run(here):
    around = ("--prepare", "echo before >>order", "--cleanup", "echo after >>order")
    ended = run(
        here, "runner", "--script", "short.sh", "--tag", "t", "--runs", "2", *FIXED, *around
    )
    assert ended.code == 0, ended
    assert (here / "order").read_text().split() == ["before", "after"] * 2


def test_it_measures_until_it_is_precise(here):
    words = ("--precision", "100%", "--pairs", "60")
    ended = ab(here, "sleep 0.1", "sleep 0.1", *words)
    assert ended.code == 0, ended
    ((done, wanted),) = re.findall(r"pairs (\d+)/(\d+)", ended.err)
    assert 10 <= int(done) < 60
    assert done == wanted


def test_what_identical_sides_differ_by_is_kept_as_noise(here):
    ended = ab(here, "short.sh", "short.sh", "--pairs", "14")
    assert ended.code == 0, ended
    assert "kept as noise in .skope/calibration.json" in " ".join(ended.err.split())
    (kept,) = read(here, "calibration")["calibrations"]
    assert kept["title"] == "short.sh"
    assert 10 <= len(kept["log_ratios"]["exec_time"]) <= 14
    again = run(here, "diff", "--base", "ab.base", "--head", "ab.head", "--json")
    assert change(json.loads(again.out))["min_effect"] >= 0.02


def test_calibrating_keeps_the_same_with_a_table_of_the_floors(here):
    ended = run(here, "calibrate", "short.sh", "--pairs", "14", *FIXED)
    assert ended.code == 0, ended
    assert "noise of short.sh on this machine" in ended.out
    (row,) = [line for line in ended.out.splitlines() if "exec_time" in line]
    assert row.split()[1] == "unknown"
    assert row.count("±") == 3
    assert read(here, "calibration")["calibrations"][0]["title"] == "short.sh"


@pytest.mark.parametrize(
    ("launches", "said", "kept"),
    [
        (1, "interrupted after 0 of 500 pairs: it takes 10", False),
        (4, "interrupted after 1 of 500 pairs: it takes 10", False),
        (30, "interrupted after 14 of 500 pairs", True),
    ],
)
def test_ctrl_c_while_calibrating_says_what_is_kept(here, launches, said, kept):
    last = f"[ $(wc -l <order) -lt {launches} ] || sleep 60\n"
    (here / "short.sh").write_text(f"{KEPT}{last}sleep 0.01\n")
    with skope(here, "calibrate", "short.sh", "--pairs", "500", *FIXED) as running:
        order = here / "order"
        assert eventually(lambda: order.exists() and len(order.read_text().split()) == launches)
        ended = running.stop()
    assert ended.code == 130, ended
    told = " ".join(ended.err.split())
    assert said in told
    assert (here / ".skope" / "calibration.json").exists() == kept
    assert ("kept as calibrate.base and calibrate.head" in told) == (launches == 4)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "two things to compare are needed"),
        (("sleep", "1", "sleep", "2"), "arguments are one word: skope ab 'sleep 1' 'sleep 2'"),
        (("short.sh",), "two things to compare are needed"),
        (("short.sh", "no-such-thing"), "head: there is no command 'no-such-thing'"),
        (("./no-such-thing -x", "short.sh"), "base: there is no file './no-such-thing'"),
        (("short.sh", "."), "head: . is a directory, not a script"),
        (("short.sh", "long.sh", "--head-ref", "HEAD"), "--head-ref goes with --base-ref"),
        (("short.sh", "long.sh", "--base-ref", "HEAD"), "--base-ref takes --script S"),
        (("true", "--base-ref", "HEAD", "--script", "short.sh"), "or one command"),
        (("--base-ref", "HEAD", "--script", "short.sh"), "in no git repository"),
        (("short.sh", "long.sh", "--pairs", "0"), "is no whole number from 1"),
        (("short.sh", "long.sh", "--precision", "0%"), "is no percentage"),
        (("short.sh", "long.sh", "--prepare", " "), "--prepare is empty"),
    ],
)
def test_what_cannot_be_meant_is_said_in_a_sentence(here, words, said):
    ended = ab(here, *words)
    assert ended.code == 2, ended
    assert said in " ".join(ended.err.split())
    assert not (here / "order").exists()


def test_a_port_that_is_taken_is_the_environments_fault(here):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = run(here, "ab", "short.sh", "long.sh", "--port", port)
    assert ended.code == 5, ended


def test_killed_it_leaves_nothing_running(here):
    (here / "slow.sh").write_text("echo $$ >pid; sleep 60\n")
    with skope(here, "ab", "slow.sh", "slow.sh", *FIXED) as running:
        assert eventually(lambda: (here / "pid").exists() and (here / "pid").read_text().strip())
        running.process.send_signal(signal.SIGKILL)
        assert running.end().code == -signal.SIGKILL
    pid = int((here / "pid").read_text())
    assert eventually(lambda: not is_alive(pid))


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_real_script_against_itself_is_nearly_never_called_different(here):
    (here / "work.sh").write_text("for i in {1..60000}; do :; done\n")
    words = []
    for _ in range(20):
        own = ("--dir", f"d{len(words)}", "--json")
        ended = ab(here, "work.sh", "work.sh", *own, patience=MOST_S)
        words.append(json.loads(ended.out)["verdict"])
    assert words.count("regression") + words.count("improvement") <= 1, words


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_ten_per_cent_more_work_is_found_and_the_truth_is_inside(here):
    # A chain in which every step waits for the one before: what shares the core hardly slows it
    # (2 % from run to run here), where a loop of a shell or of Python differs by 10 to 20 %.
    chain = (
        "import sys, binascii\nfor k in range(int(sys.argv[1])): binascii.crc_hqx(bytes(4096), k)"
    )
    for name, rounds in (("base.sh", 100_000), ("head.sh", 110_000)):
        (here / name).write_text(f"exec '{sys.executable}' -S -E -c '{chain}' {rounds}\n")
    ended = ab(here, "base.sh", "head.sh", "--pairs", "14", "--json", patience=MOST_S)
    found = change(json.loads(ended.out), "cpu_time")
    assert found["verdict"] == "regression", ended.out
    assert found["low"] <= 1.1 <= found["high"], found
