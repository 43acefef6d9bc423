"""The brief's own example, word for word: curl on port 9001."""

import json
import socket

import pytest

from tests.e2e.command_line import run

SCRIPT = """\
#!/bin/bash
echo "Sending START signal..."
curl -s http://localhost:9001/start
sleep 2; for i in {1..20000}; do :; done
echo "Sending STOP signal..."
curl -s http://localhost:9001/stop
"""


def is_taken(port):
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with socket.socket(family) as client:
            if client.connect_ex((address, port)) == 0:
                return True
    return False


@pytest.mark.parametrize("words", [(), ("--host", "0.0.0.0"), ("-h", "0.0.0.0")], ids=" ".join)
def test_it_works_verbatim(tmp_path, words):
    if is_taken(9001):
        pytest.skip("port 9001, which the brief's script names, is taken on this machine")
    (tmp_path / "bench.sh").write_text(SCRIPT)
    ended = run(tmp_path, "runner", *words, "--script", "bench.sh", "--tag", "test1")
    assert ended.code == 0, ended
    report = json.loads((tmp_path / ".skope" / "test1.json").read_text())
    assert list(report)[:5] == ["name", "module", "timestamp", "system_manager", "exec_time"]
    assert report["name"] == "test1"
    assert 2 <= report["exec_time"] < 10
    assert list(report["system_manager"]) == ["memory_usage", "cpu_usage"]
    first, rest = ended.out.split("\n", 1)
    assert first == "Sending START signal..."
    assert rest.startswith('{"name":"test1","status":"started"')
    assert '"run":1,"report":"test1"}\n' in ended.out
    assert "test1   1 run, /start to /stop" in ended.out
