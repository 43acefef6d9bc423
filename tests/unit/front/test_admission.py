import pytest

from skope.errors import Forbidden, Unauthorized, UnsupportedEncoding
from skope.front.admission import Admission, is_loopback

LOCAL, REMOTE = "127.0.0.1", "192.0.2.7"


def rules(**settings) -> Admission:
    return Admission(**{"hostname": "box.lan", "allow_hosts": [], "token": None} | settings)


@pytest.mark.parametrize(
    "value",
    [
        "localhost",
        "LocalHost",
        "localhost.",
        "localhost:9001",
        "web.localhost:80",
        "127.0.0.1",
        "127.8.8.8:1",
        "0.0.0.0:9001",
        "192.0.2.1",
        "[::1]",
        "[2001:DB8::1]:9001",
        "box",
        "box.lan:9001",
        "BOX.LAN",
    ],
)
def test_own_names_and_addresses_are_known(value):
    assert rules().knows_host(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        ":9001",
        "evil.example",
        "localhost.evil.example",
        "notlocalhost",
        "127.0.0.1.evil.example",
        "127.1",
        "0x7f000001",
        "2130706433",
        "::1",
        "[::1",
        "[evil]",
        "[::1]x",
        "localhost:",
        "localhost:80:80",
        "localhost:port",
        "localhost:\u0661",
        "user@localhost",
        "localhost, evil.example",
        "lan",
        ".localhost.evil",
    ],
)
def test_everything_else_is_foreign(value):
    known = value == "localhost:"  # an empty port is legal (RFC 3986, 3.2.3)
    assert rules().knows_host(value) is known


def test_allowed_hosts_are_names_or_domains():
    allowed = rules(allow_hosts=["Bench.Example", ".corp.example"])
    for value in ("bench.example:1", "a.corp.example", "a.b.corp.example", "corp.example"):
        assert allowed.knows_host(value)
    for value in ("a.bench.example", "xcorp.example", "example"):
        assert not allowed.knows_host(value)


def test_many_hosts_are_not_remembered_for_ever():
    admission = rules()
    for number in range(1000):
        assert not admission.knows_host(f"h{number}.example")
    assert len(admission._known) <= 256
    assert admission.knows_host("localhost")


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ("127.0.0.1", True),
        ("127.5.5.5", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:192.0.2.1", False),
        ("192.0.2.1", False),
        ("fe80::1%eth0", False),
        ("", False),
        ("localhost", False),
    ],
)
def test_loopback(peer, expected):
    assert is_loopback(peer) is expected


def judge(admission, peer=LOCAL, path="/start", **headers):
    fields = {"host": "localhost:9001"} | headers
    admission.judge(path, {k.replace("_", "-"): v for k, v in fields.items() if v}, peer)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://localhost:9001"},
        {"origin": "https://LOCALHOST:9001"},
        {"referer": "http://localhost:9001/a?b#c"},
        {"sec_fetch_site": "none"},
        {"sec_fetch_site": "same-origin", "origin": "http://localhost:9001"},
        {"host": "localhost", "origin": "http://localhost:80"},
        {"host": "localhost:443", "origin": "https://localhost"},
        {"host": "[::1]:9001", "origin": "http://[::1]:9001"},
        {"content_encoding": "Identity"},
    ],
)
def test_own_requests_pass(headers):
    judge(rules(), **headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"host": None},
        {"host": "evil.example"},
        {"origin": "http://evil.example"},
        {"origin": "http://localhost:9002"},
        {"origin": "http://localhost:9001.evil.example"},
        {"origin": "http://localhost:9001@evil.example"},
        {"origin": "null"},
        {"origin": "file://"},
        {"origin": "ftp://localhost:9001"},
        {"origin": "http://["},
        {"referer": "http://evil.example/http://localhost:9001/"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "same-origin, cross-site"},
        {"sec_fetch_site": "same-origin", "origin": "http://evil.example"},
    ],
)
def test_foreign_requests_do_not(headers):
    with pytest.raises(Forbidden) as raised:
        judge(rules(), **headers)
    assert raised.value.hint


def test_an_allowed_host_may_be_a_page_behind_a_proxy():
    allowed = rules(allow_hosts=["bench.example"])
    judge(allowed, origin="https://bench.example")
    judge(allowed, host="bench.example", origin="https://bench.example")


def test_health_is_open_to_all():
    judge(rules(token="t"), peer=REMOTE, path="/healthz", host=None, origin="http://evil.example")


def test_compressed_bodies_are_refused():
    with pytest.raises(UnsupportedEncoding):
        judge(rules(), content_encoding="br")


def test_a_client_elsewhere_needs_the_token():
    guarded = rules(token="secret")
    judge(guarded, peer=LOCAL)
    judge(guarded, peer="::ffff:127.0.0.1")
    with pytest.raises(Unauthorized):
        judge(guarded, peer=REMOTE)
    judge(guarded, peer=REMOTE, authorization="Bearer secret")
    judge(guarded, peer=REMOTE, authorization="bearer  secret ", host="any.example")


@pytest.mark.parametrize(
    "header", ["forwarded", "via", "x_forwarded_for", "x_forwarded_host", "x_forwarded_proto"]
)
def test_a_relayed_client_needs_it_too(header):
    with pytest.raises(Unauthorized):
        judge(rules(token="secret"), **{header: "x"})
    judge(rules(), **{header: "x"})


@pytest.mark.parametrize(
    "sent", ["", "Bearer", "Bearer ", "Bearer Secret", "Bearer secretx", "secret", "Basic secret"]
)
def test_wrong_tokens_are_no_tokens(sent):
    with pytest.raises(Unauthorized):
        judge(rules(token="secret"), peer=REMOTE, authorization=sent)


def test_a_wrong_token_takes_nothing_away_from_a_local_client():
    judge(rules(token="secret"), authorization="Bearer wrong")


def test_the_token_does_not_excuse_a_foreign_page():
    with pytest.raises(Forbidden):
        judge(rules(token="t"), authorization="Bearer t", sec_fetch_site="cross-site")


def test_without_a_token_anyone_may_ask_by_address():
    judge(rules(), peer=REMOTE, host="192.0.2.1:9001")
    with pytest.raises(Forbidden):
        judge(rules(), peer=REMOTE, host="evil.example")
