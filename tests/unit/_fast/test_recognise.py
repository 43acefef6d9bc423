"""What the recogniser accepts is what the framer, the rules of admission and a parser find."""

import random
from urllib.parse import parse_qsl

import pytest

from skope._fast import ARRAY, LINES, OBJECT, START, STOP, Batch, Recogniser
from skope.front.admission import Admission
from skope.front.framing import Framer

HOST = b"Host: localhost:9001\r\n"
NAMED = {b"/start": START, b"/stop": STOP}
RECORD = b'{"name":"chat","exec_time":0.018}'
TOKEN = "secret"
BEARER = b"Authorization: Bearer secret\r\n"
WORDS = [
    b"\r\n", b"\r", b"\n", b" ", b":", b"\t", b"\0", b"&", b"=", b"?", b"%41", b"+", b"#", b"name=",
    b"module=", b"restart=1", b"pid=1", b"/start", b"/stop", b"/", b"GET ", b"POST ", b"HEAD ",
    b"HTTP/1.0", b"HTTP/1.1", HOST, b"Host: evil.example\r\n", b"host:localhost\r\n", BEARER,
    b"Authorization: Bearer secreT\r\n", b"Content-Length: 1\r\n", b"Content-Length: 33\r\n",
    b"Content-Length: 0\r\n", b"Content-Length: -1\r\n", b"Transfer-Encoding: chunked\r\n",
    b"Connection: close\r\n", b"Connection: Keep-Alive\r\n", b"Expect: 100-continue\r\n",
    b"Upgrade: websocket\r\n", b"Content-Encoding: gzip\r\n", b"Origin: http://evil.example\r\n",
    b"Referer: http://evil.example/\r\n", b"Sec-Fetch-Site: cross-site\r\n", b"X-Y: z\r\n",
    b"X-Forwarded-For: 10.0.0.1\r\n", b"Content-Type: application/x-ndjson\r\n",
    b"Content-Type: Application/X-NDJSON;x\r\n", b"Accept: */*\r\n", b"User-Agent:  a b \r\n",
    b" folded\r\n", RECORD, b"[", b"{", b"\xff", b"a" * 210, b"b" * 9000,
    b"?partial=1", b"partial=1",
]  # fmt: skip


def signal(target=b"/start?name=a", more=b"", method=b"GET"):
    return method + b" " + target + b" HTTP/1.1\r\n" + HOST + more + b"\r\n"


def post(body=RECORD, more=b""):
    return (
        b"POST / HTTP/1.1\r\n"
        + HOST
        + b"Content-Length: %d\r\n" % len(body)
        + more
        + b"\r\n"
        + body
    )


SIGNALS = [
    signal(),
    signal(b"/stop?name=a&module=b/c"),
    signal(b"/start?module=x&name=y", b"User-Agent: curl/8.5.0\r\nAccept: */*\r\n"),
    signal(b"/start", b"Content-Length: 0\r\n", b"POST"),
    signal(b"/stop", b"accept-encoding: gzip, deflate\r\nConnection: Keep-Alive\r\n"),
    signal(more=BEARER),
]
POSTS = [
    post(),
    post(b"[" + RECORD + b"]", b"Content-Type: application/json\r\n"),
    post(RECORD + b"\n" + RECORD, b"content-type: application/x-ndjson\r\n"),
    post(more=b"User-Agent: python-requests/2.32\r\n" + BEARER),
    post().replace(b"/", b"/?partial=1", 1),
]


def recogniser(*, posts, token=None):
    admission = Admission(hostname="here", allow_hosts=[], token=token)
    return Recogniser(posts=posts, knows_host=admission.knows_host, token=token)


def found_by(kernel, posts):
    if posts:
        return [(b"/", None, None, body, shape) for body, shape in kernel.bodies()]
    paths = {value: path for path, value in NAMED.items()}
    return [(paths[what], name, module, b"", OBJECT) for what, name, module in kernel.signals()]


def parsed(chunk, *, posts, token, peer):
    """What the reference finds in a chunk; None where it refuses any of it."""
    framer = Framer()
    if framer.feed(chunk) != chunk or framer.partial or framer.fault:
        return None
    admission = Admission(hostname="here", allow_hosts=[], token=token)
    asked = []
    while chunk:
        head, _, chunk = chunk.partition(b"\r\n\r\n")
        line, *fields = head.decode().split("\r\n")
        method, target, version = line.split(" ")
        pairs = [field.split(":", 1) for field in fields]
        headers = {name.lower(): value.strip() for name, value in pairs}
        path, _, query = target.partition("?")
        admission.judge(path, headers, peer)
        given = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)))
        body, chunk = (chunk[: (n := int(headers.get("content-length", 0)))], chunk[n:])
        assert (version, len(headers), method in ("GET", "POST")) == ("HTTP/1.1", len(pairs), True)
        assert headers.get("connection", "keep-alive").lower() == "keep-alive"
        assert not {"expect", "upgrade", "transfer-encoding"} & set(headers)
        lines = headers.get("content-type", "").lower() == "application/x-ndjson"
        shape = LINES if lines and posts else ARRAY if body[:1] == b"[" else OBJECT
        if posts:
            assert (method, path, query in ("", "partial=1")) == ("POST", "/", True)
            given.pop("partial", None)
        else:
            assert not body
        assert not given.keys() - {"name", "module"}
        asked.append((path.encode(), given.get("name"), given.get("module"), body, shape))
    return asked


def mutate(draw, seeds):
    """One to three requests with nothing or up to four things done to their bytes."""
    data = bytearray(b"".join(draw.choices(seeds, k=draw.choice((1, 1, 2, 3)))))
    for _ in range(draw.choice((0, 1, 1, 1, 2, 4))):
        at = draw.randrange(len(data) + 1)
        what = draw.random()
        if what < 0.3:
            data[at:at] = draw.choice(WORDS)
        elif what < 0.5 and (line := data.find(b"\r\n", at)) >= 0:
            data[line + 2 : line + 2] = draw.choice(WORDS)
        elif what < 0.65:
            data[at : at + draw.randrange(4)] = draw.choice(WORDS)
        elif what < 0.8 and at < len(data):
            data[at] = draw.randrange(256)
        elif what < 0.9:
            del data[at : at + draw.randrange(1, 12)]
        else:
            del data[at:]
    return bytes(data)


@pytest.mark.parametrize("posts", [False, True], ids=["signals", "posts"])
@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(s, marks=pytest.mark.slow) for s in range(2, 12))]
)
def test_any_bytes_are_declined_or_read_as_the_reference_reads_them(seed, posts):
    draw = random.Random(seed)
    seeds = POSTS if posts else SIGNALS
    kernels = {token: recogniser(posts=posts, token=token) for token in (None, TOKEN)}
    accepted = 0
    for _ in range(50_000):
        chunk = mutate(draw, seeds)
        token, local = draw.choice((None, TOKEN)), draw.random() < 0.7
        kernel = kernels[token]
        if kernel.read(chunk, token is None or local):
            accepted += 1
            peer = "127.0.0.1" if local else "10.0.0.9"
            assert found_by(kernel, posts) == parsed(chunk, posts=posts, token=token, peer=peer)
        elif kernel.count:
            pytest.fail("it declined and kept requests")
    assert 5_000 < accepted < 45_000


@pytest.mark.parametrize("chunk", SIGNALS[:5])
def test_plain_signals_are_accepted(chunk):
    kernel = recogniser(posts=False)
    assert kernel.read(chunk, True) == 1
    assert kernel.read(chunk * 700, True) == 700
    for end in range(len(chunk)):
        assert kernel.read(chunk + chunk[:end], True) == (end == 0)


@pytest.mark.parametrize("chunk", POSTS[:3])
def test_plain_posts_are_accepted_and_counted(chunk):
    kernel, batch = recogniser(posts=True), Batch(5)
    assert kernel.read(chunk * 3, True) == 3
    batch.begin(lambda: None)
    assert batch.take(kernel, 1.5)
    one = batch.count // 3
    answers = kernel.accepted().split(b"HTTP/1.1 200 OK\r\n")[1:]
    assert [answer.rpartition(b"\r\n")[2] for answer in answers] == [b'{"accepted":%d}\n' % one] * 3
    head = chunk.index(b"\r\n\r\n") + 4
    for end in range(1, len(chunk)):
        assert not kernel.read(chunk + chunk[:end], True)
        assert kernel.wanting(chunk[:end], True) == (len(chunk) - end if end >= head else 0)
    assert kernel.wanting(chunk, True) == kernel.wanting(chunk * 2, True) == 0
    assert kernel.wanting(chunk[:-1], False) == 0


@pytest.mark.parametrize("body", [b"[]", b"[" + RECORD, b"{}", b'{"name":"","exec_time":1}'])
def test_a_batch_takes_all_bodies_or_none(body):
    kernel, batch = recogniser(posts=True), Batch()
    assert kernel.read(post() + post(body), True) == 2
    batch.begin(lambda: None)
    assert not batch.take(kernel, 1.5)
    assert batch.count == batch.text_bytes == 0


@pytest.mark.parametrize(
    ("token", "chunk", "local", "count"),
    [
        (TOKEN, signal(), True, 1),
        (TOKEN, signal(), False, 0),
        (TOKEN, signal(more=BEARER), False, 1),
        (TOKEN, signal(more=BEARER).replace(b"localhost", b"elsewhere"), False, 1),
        (TOKEN, signal(more=BEARER.replace(b"secret", b"secreT")), True, 0),
        (TOKEN, signal(more=BEARER.replace(b"secret", b"secrets")), True, 0),
        (TOKEN, signal(more=BEARER).replace(HOST, b""), True, 0),
        (None, signal(more=BEARER), True, 0),
        (None, signal().replace(b"localhost", b"elsewhere"), True, 0),
        (None, signal().replace(b"localhost", b"127.0.0.1"), True, 1),
    ],
)
def test_who_may_ask(token, chunk, local, count):
    assert recogniser(posts=False, token=token).read(chunk, local) == count


def test_a_name_has_at_most_200_characters():
    kernel = recogniser(posts=False)
    assert kernel.read(signal(b"/start?name=" + b"n" * 200), True) == 1
    assert kernel.read(signal(b"/start?name=" + b"n" * 201), True) == 0


def test_a_head_has_at_most_8_kib():
    kernel = recogniser(posts=False)
    filler = 8192 - len(signal(more=b"Accept: \r\n"))
    assert kernel.read(signal(more=b"Accept: " + b"x" * filler + b"\r\n"), True) == 1
    assert kernel.read(signal(more=b"Accept: " + b"x" * (filler + 1) + b"\r\n"), True) == 0
