import os
import resource
import signal
import subprocess
import sys
import time

import pytest

from skope.supervisor.command import Command
from skope.supervisor.guard import GRACE_S
from skope.supervisor.script import Script, Stdio
from skope.supervisor.signals import STOPPING
from tests.integration.supervisor.conftest import TARGETS, eventually, is_alive


def command(*argv):
    return Command(argv=argv, title=argv[0])


def target(name, *words):
    return command(sys.executable, str(TARGETS / name), *map(str, words))


def launched(what, stdio=None, **environment):
    script = Script(what, {**os.environ, **environment}, stdio or Stdio())
    script.release()
    return script


def finished(script):
    assert eventually(script.poll)
    return script.ended


@pytest.mark.parametrize(
    ("code", "status"), [("exit 0", 0), ("exit 3", 3), ("kill -SEGV $$", -11), ("kill $$", -15)]
)
def test_how_it_ended_is_told(code, status):
    assert finished(launched(command("sh", "-c", code))).status == status


def test_nothing_runs_before_its_release(tmp_path):
    mark = tmp_path / "mark"
    script = Script(command("touch", str(mark)), os.environ, Stdio())
    time.sleep(0.2)
    assert not mark.exists()
    assert not script.poll()
    script.release()
    finished(script)
    assert mark.exists()


@pytest.fixture
def noted():
    """Signals are noted and nothing else, as in the supervisor."""
    before = {number: signal.signal(number, lambda *_: None) for number in STOPPING}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("group", [True, False])
@pytest.mark.parametrize("number", STOPPING)
@pytest.mark.usefixtures("noted")
def test_a_signal_that_comes_before_its_release_ends_it(monkeypatch, number, group):
    def nobody(*_):
        raise ProcessLookupError

    script = Script(command("sleep", "5"), os.environ, Stdio())
    with monkeypatch.context() as patch:
        if not group:
            patch.setattr(os, "killpg", nobody)
        script.signal(number)
    script.release()
    assert finished(script).status == -number


def test_what_it_used_is_what_the_kernel_says():
    ended = finished(launched(target("burn.py", 0.5)))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert ended.status == 0
    assert ended.user_s + ended.system_s == pytest.approx(0.55, abs=0.25)
    assert (ended.max_rss_bytes or 0) <= before.ru_maxrss * 1024


def test_what_it_waited_for_counts_too():
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    size = own + 64  # of what is less it cannot be told
    burn, hold = (f"{sys.executable} {TARGETS / name}" for name in ("burn.py", "hold.py"))
    script = f"{burn} 0.4; {hold} {size} 0"
    ended = finished(launched(command("sh", "-c", script)))
    assert ended.user_s + ended.system_s > 0.4
    assert size << 20 < ended.max_rss_bytes < (size + 60) << 20


def test_our_own_memory_is_not_its_peak():
    held = b"x" * (64 << 20)
    assert finished(launched(command("true"))).max_rss_bytes is None
    assert len(held) == 64 << 20


def test_it_has_a_session_of_its_own_and_default_signals(tmp_path):
    place = tmp_path / "status"
    script = launched(command("cp", "/proc/self/status", str(place)))
    finished(script)
    fields = dict(line.split(":\t", 1) for line in place.read_text().splitlines())
    assert int(fields["NSsid"].split()[-1]) == script.pid
    assert int(fields["SigIgn"], 16) & (1 << (signal.SIGPIPE - 1)) == 0
    assert int(fields["SigIgn"], 16) & (1 << (signal.SIGINT - 1)) == 0


def test_it_inherits_nothing_of_skopes(tmp_path):
    place = tmp_path / "fds"
    with (tmp_path / "open").open("wb"), place.open("wb") as out:
        finished(launched(command("ls", "-l", "/proc/self/fd"), Stdio(stdout=out.fileno())))
    assert str(place) in place.read_text()
    assert str(tmp_path / "open") not in place.read_text()


def test_bytes_pass_untouched(tmp_path):
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        stdio = Stdio(stdout=out.fileno(), stderr=err.fileno())
        assert finished(launched(target("noise.py"), stdio)).status == 0
    noise = bytes(range(256)) * 4 + b"\x1b[2J\xff\xfe no newline"
    assert (tmp_path / "out").read_bytes() == (tmp_path / "err").read_bytes() == noise


def test_the_environment_is_what_was_given(tmp_path):
    place = tmp_path / "env"
    finished(launched(command("sh", "-c", f'echo "$SKOPE_URL" > {place}'), SKOPE_URL="http://x:1"))
    assert place.read_text() == "http://x:1\n"


@pytest.mark.parametrize(
    ("argv", "fault"),
    [(("/no/such/program",), "No such file"), (("/",), "Permission denied")],
)
def test_what_cannot_be_started_says_why(argv, fault):
    ended = finished(launched(command(*argv)))
    assert ended.status == 127
    assert fault in ended.fault


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("#!/no/such/one\n", "'/no/such/one' is not there"),
        ("#! /no/such/one -x\n", "'/no/such/one' is not there"),
        ("#!/bin/sh\r\n", r"'/bin/sh\r' is not there (its lines end as on Windows)"),
    ],
)
def test_a_missing_interpreter_is_not_a_missing_program(tmp_path, line, said):
    tool = tmp_path / "tool"
    tool.write_text(line)
    tool.chmod(0o755)
    assert finished(launched(command(str(tool)))).fault == f"its interpreter {said}"


def test_a_signal_reaches_its_whole_group_even_when_stopped(tmp_path):
    place = tmp_path / "pid"
    script = launched(
        command("sh", "-c", f"sleep 100 & echo $! > {place}.new; mv {place}.new {place}; wait")
    )
    assert eventually(place.exists)
    sleeper = int(place.read_text())
    os.kill(script.pid, signal.SIGSTOP)
    script.signal(signal.SIGTERM)
    assert finished(script).status == -signal.SIGTERM
    assert eventually(lambda: not is_alive(sleeper))
    script.signal(signal.SIGKILL)


SUPERVISOR = """\
import os, sys, time
sys.path.insert(0, sys.argv[1])
from skope.supervisor.command import Command
from skope.supervisor.guarding import Guard
from skope.supervisor.script import Script, Stdio

words = ("sh", "-c", "trap '' HUP; sleep 1000 & echo $!; wait")
with Guard() as guard:
    script = Script(Command(argv=words, title="s"), os.environ, Stdio())
    if sys.argv[2] == "gated":
        os.write(1, b"%d\\n" % script.pid)
    else:
        guard.tell(script.pid)
        script.release()
    if sys.argv[2] == "ended":
        guard.tell(0)
    os.write(1, b"%d\\n" % script.pid)
    time.sleep(1000)
"""


def supervised(state):
    words = [sys.executable, "-c", SUPERVISOR, str(TARGETS.parents[1]), state]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("state", ["gated", "released"])
def test_all_of_it_ends_with_a_supervisor_that_was_killed(state):
    with supervised(state) as supervisor:
        try:
            pids = {int(supervisor.stdout.readline()) for _ in range(2)}
        finally:
            supervisor.kill()
        assert eventually(lambda: not any(is_alive(pid) for pid in pids))


def test_nobody_is_ended_for_a_script_that_is_over():
    with supervised("ended") as supervisor:
        pids = {int(supervisor.stdout.readline()) for _ in range(2)}
        supervisor.kill()
        supervisor.wait()
        time.sleep(3 * GRACE_S / 2)
        assert all(is_alive(pid) for pid in pids)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)


def test_it_is_looked_for_where_it_works_and_timed_from_its_release(tmp_path):
    own = tmp_path / "own"
    own.write_text("#!/bin/sh\nsleep 0.2\n")
    own.chmod(0o755)
    what = Command(argv=("own",), title="own", directory=str(tmp_path))
    script = Script(what, {**os.environ, "PATH": f".:{os.environ['PATH']}"}, Stdio())
    time.sleep(0.3)
    before_ns = time.monotonic_ns()
    script.release()
    ended = finished(script)
    assert (ended.status, ended.fault) == (0, None)
    assert before_ns <= ended.begin_ns < ended.end_ns - 0.19e9
