"""Who is let in, over the wire."""

import socket

import pytest

from tests.integration.front.worker import FrontWorker

TOKEN = "a-token-of-some-length"


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:9001", "127.0.0.1:1", "[::1]:80", "10.1.2.3", socket.gethostname()],
)
def test_own_hosts_are_served(raw, host):
    raw.send(raw.get("/start?name=host", host=host) + raw.get("/cancel?name=host"))
    assert [raw.answer().status, raw.answer().status] == [200, 200]


@pytest.mark.parametrize(
    ("headers", "hint"),
    [
        ({"host": "evil.example"}, "--allow-host"),
        ({"host": "localhost.evil.example"}, "--allow-host"),
        ({"host": "localhost:9001:9001"}, "--allow-host"),
        ({"host": ""}, "--allow-host"),
        ({"host": None}, "Host"),
        ({"origin": "http://evil.example"}, "--allow-host"),
        ({"origin": "null"}, "--allow-host"),
        ({"origin": "http://localhost:1"}, "--allow-host"),
        ({"referer": "http://evil.example/page"}, "--allow-host"),
        ({"sec_fetch_site": "cross-site"}, "own address"),
        ({"sec_fetch_site": "same-site"}, "own address"),
    ],
)
def test_foreign_requests_are_refused_and_begin_nothing(front, raw, headers, hint):
    for method in ("GET", "POST"):
        raw.send(raw.get("/start?name=foreign", method=method, **headers))
        answer = raw.answer()
        assert (answer.status, answer.error) == (403, "Forbidden")
        assert hint in answer.json["detail"]
        assert not [name for name in answer.headers if name.startswith("access-control")]
    assert front.ask("/cancel?name=foreign").status == 404


def test_own_page_is_served(front, raw):
    own = f"http://localhost:{front.port}"
    raw.send(raw.get("/healthz", origin=own, referer=own + "/x", sec_fetch_site="same-origin"))
    raw.send(raw.get("/cancel?name=x", origin=own, referer=own + "/x", sec_fetch_site="none"))
    assert [raw.answer().status, raw.answer().status] == [200, 404]


def test_health_is_for_anyone(raw):
    raw.send(raw.get("/healthz", host=None))
    raw.send(raw.get("/healthz", host="evil.example", origin="http://evil.example"))
    assert [raw.answer().json["status"], raw.answer().json["status"]] == ["ok", "ok"]


def test_compressed_body_is_refused(raw):
    raw.send(raw.get("/start", method="POST", body=b"name=x", content_encoding="gzip"))
    raw.send(raw.get("/healthz"))
    answer = raw.answer()
    assert (answer.status, answer.error) == (415, "UnsupportedEncoding")
    assert raw.answer().status == 200


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("guarded")
    with FrontWorker(folder, token=TOKEN, allow_hosts=[".example.org"]) as worker:
        yield worker.start()


def test_client_on_this_machine_needs_no_token(guarded):
    assert guarded.ask("/cancel?name=x").status == 404
    assert guarded.ask("/cancel?name=x", host="a.example.org").status == 404
    assert guarded.ask("/cancel?name=x", host="evil.example").status == 403


@pytest.mark.parametrize("relay", ["Forwarded", "X-Forwarded-For", "Via", "X-Forwarded-Proto"])
def test_client_behind_a_relay_needs_the_token(guarded, relay):
    answer = guarded.ask("/start?name=relayed", **{relay: "x"})
    assert (answer.status, answer.error) == (401, "Unauthorized")
    assert "Authorization: Bearer TOKEN" in answer.json["detail"]
    assert "$SKOPE_TOKEN" in answer.json["detail"]
    assert answer.headers["www-authenticate"] == "Bearer"
    for wrong in ("Bearer nonsense", "Bearer", "Basic " + TOKEN, TOKEN, "Bearer " + TOKEN + "x"):
        assert guarded.ask("/start?name=x", **{relay: "x", "authorization": wrong}).status == 401
    right = {relay: "x", "authorization": f"bearer {TOKEN}", "host": "evil.example"}
    assert guarded.ask("/cancel?name=relayed", **right).status == 404
    assert guarded.ask("/healthz", **{relay: "x"}).status == 200


def test_token_is_asked_for_before_the_body_is_read(guarded):
    with guarded.connect() as raw:
        raw.send(raw.get("/start", method="POST", content_length="1000000", via="x"))
        assert raw.answer().status == 401
