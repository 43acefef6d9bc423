"""The clients and load generators people use, each against both services."""

import json
import shutil
import subprocess

import pytest

from tests.e2e.agg_service import Connection, agg, connect
from tests.e2e.command_line import server

RECORD = '{"name":"chat","exec_time":0.018}'
MANY = 400
UNDER_WAY = 8
SCRIPT = """
const [url, body, many] = process.argv.slice(1)
for (let n = 0; n < many; n++) {
  const answer = await fetch(url, { method: "POST", body })
  const told = await answer.json()
  if (answer.status !== 200 || told.accepted !== 1) throw new Error(JSON.stringify(told))
}
for (const call of ["start", "stop"]) await fetch(`${url}${call}?name=x`)
"""


def command(name, *words):
    """Runs a client; what it printed."""
    if shutil.which(name) is None:
        pytest.skip(f"there is no {name} here")
    done = subprocess.run([name, *words], check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def wrk(url, folder):
    script = folder / "post.lua"
    script.write_text(f"wrk.method = 'POST'\nwrk.body = '{RECORD}'\n")
    said = command("wrk", "-t1", f"-c{UNDER_WAY}", "-d1s", "-s", str(script), url)
    assert "Non-2xx" not in said
    assert "Socket errors" not in said
    return int(said.split(" requests in")[0].split()[-1])


def h2load(url, folder):
    body = folder / "body"
    body.write_text(RECORD)
    said = command("h2load", "--h1", f"-n{MANY}", "-c4", "-m4", "-d", str(body), url)
    assert f"{MANY} succeeded, 0 failed" in said
    return MANY


def ab(url, folder, *more):
    body = folder / "body"
    body.write_text(RECORD)
    said = command("ab", "-q", f"-n{MANY}", "-c4", *more, "-p", str(body), f"{url}/")
    assert "Failed requests:        0" in said
    assert "Non-2xx" not in said
    return MANY


def kept_ab(url, folder):
    return ab(url, folder, "-k")


def curl(url, folder):
    said = command(
        "curl", "-sS", *[word for _ in range(20) for word in ("-d", RECORD, url, "-:")][:-1]
    )
    assert [json.loads(line) for line in said.splitlines()] == [{"accepted": 1}] * 20
    return 20


def http_client(url, folder):
    with Connection(url) as connection:
        for _ in range(20):
            assert connection.post(RECORD.encode()) == (200, {"accepted": 1})
    return 20


def node(url, folder):
    command("node", "--input-type=module", "-e", SCRIPT, f"{url}/", RECORD, "20")
    return 20


@pytest.fixture(scope="module")
def collecting(tmp_path_factory):
    with agg(tmp_path_factory.mktemp("agg")) as running:
        yield running


@pytest.mark.parametrize("client", [wrk, h2load, ab, kept_ab, curl, http_client, node])
def test_every_record_a_client_was_told_of_is_counted(collecting, client, tmp_path):
    with connect(collecting) as connection:
        _, before = connection.get("/report_agg.json")
        sent = client(collecting.url, tmp_path)
        _, after = connection.get("/report_agg.json")
    counted = after["chat"]["total_execs"] - before.get("chat", {"total_execs": 0})["total_execs"]
    # wrk stops in the middle: of what is under way then nobody reads the answer.
    assert sent <= counted <= sent + (UNDER_WAY if client is wrk else 0)
    assert sent


def test_curl_and_a_kept_connection_signal_alike(tmp_path):
    with server(tmp_path) as serving:
        url = serving.url
        said = command("curl", "-sS", f"{url}/start?name=by-curl", f"{url}/stop?name=by-curl")
        started, stopped = map(json.loads, said.splitlines())
        assert (started["status"], stopped["report"]) == ("started", "by-curl")
        with Connection(url) as connection:
            assert connection.get("/start?name=kept")[1].keys() == started.keys()
            assert connection.get("/start?name=kept")[0] == 409
            assert connection.get("/stop?name=kept")[1].keys() == stopped.keys()
        assert (tmp_path / ".skope" / "kept.json").exists()
