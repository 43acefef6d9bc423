"""An application instrumented with `skope.client` is never harmed, and every record is counted."""

import json
import os
import socket
import subprocess
import sys

from tests.e2e.agg_service import agg, get, kill_all
from tests.e2e.command_line import TARGETS, eventually

EACH = 3  # records a call makes, and a fourth every ten calls


def application(url, *words, program="instrumented.py", **env):
    """An instrumented application, started."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("SKOPE_")}
    return subprocess.Popen(
        [sys.executable, str(TARGETS / program), *map(str, words)],
        env={**inherited, "PYTHONPATH": str(TARGETS.parents[1]), "SKOPE_URL": url, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def statistics(process):
    """What each of its processes counted, once it has ended well."""
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert err == ""
    return [json.loads(line) for line in out.splitlines()]


def counted(running):
    return {name: row["total_execs"] for name, row in get(running, "/report_agg.json")[1].items()}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return sock.getsockname()[1]


def test_no_server_is_there():
    (figures,) = statistics(application(f"http://127.0.0.1:{free_port()}", 1000))
    assert figures["sent"] == 0
    assert figures["queued"] + figures["dropped"] == 1000 * EACH + 100


def test_what_was_refused_says_why(tmp_path):
    code = (
        "import json\n"
        "from skope.client import flush, record, refusal, stats\n"
        "record('fine', 1.0)\n"
        "flush(30)\n"
        "print(json.dumps([stats()['rejected'], refusal()]))\n"
        "record('a\\0', 1.0)\n"
        "record('fine', 1.0)\n"
        "flush(30)\n"
        "print(json.dumps([stats()['rejected'], refusal()]))\n"
    )
    (tmp_path / "told.py").write_text(code)
    with agg(tmp_path) as running:
        before, after = statistics(application(running.url, program=tmp_path / "told.py"))
        assert before == [0, None]
        assert after == [1, "$[0].name: control characters are not allowed"]
        assert counted(running) == {"fine": 2}


def test_it_is_switched_off(tmp_path):
    with agg(tmp_path) as running:
        (figures,) = statistics(application(running.url, 100, SKOPE_DISABLED="1"))
        assert figures == {"sent": 0, "rejected": 0, "dropped": 0, "queued": 0}
        assert counted(running) == {}


def test_everything_arrives_also_across_fork(tmp_path):
    with agg(tmp_path, "--workers", 2) as running:
        processes = statistics(application(running.url, 400, FORK="1"))
        assert len(processes) == 5
        assert [each["sent"] for each in processes] == [20] * 4 + [400 * EACH + 40]
        assert all(each["queued"] == each["dropped"] == each["rejected"] == 0 for each in processes)
        assert counted(running) == {
            "work": 400 + 40,
            "block": 400,
            "event": 400,
            "wait": 40,
            "child": 40,
        }


def test_a_fork_at_any_moment_leaves_the_child_whole(tmp_path):
    """Above all while the sender's thread of the parent is still importing what it needs."""
    with agg(tmp_path) as running:
        children = 0
        for _ in range(3):
            process = application(running.url, program="forking.py")
            out, err = process.communicate(timeout=60)
            assert (process.returncode, err) == (0, "")
            made, good = map(int, out.split())
            assert good == made > 0
            children += made
        assert counted(running) == {"parent": 3, "child": children}


def test_the_server_dies_and_comes_back(tmp_path):
    port = free_port()
    calls = 2000
    with agg(tmp_path, "--port", port) as running:
        process = application(running.url, calls, 0.002)
        assert eventually(lambda: sum(counted(running).values()) > 100)
        kill_all(running)
    with agg(tmp_path, "--port", port) as running:
        before = sum(counted(running).values())
        (figures,) = statistics(process)
        total = calls * EACH + calls // 10
        assert sum(figures.values()) == total
        after = sum(counted(running).values())
        assert after > before, "nothing came after the restart"
        # A batch whose answer was lost with the server is sent again.
        assert figures["sent"] <= after <= 2 * total
