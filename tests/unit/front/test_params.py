from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skope.errors import BadRequest
from skope.front.params import SAVING, SignalParams, signal_params


@dataclass
class Sent:
    """The three parts of a request that parameters can come in."""

    query_string: str = ""
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def typed(kind: str) -> dict[str, str]:
    return {"content-type": kind}


FORM = typed("application/x-www-form-urlencoded")
JSON = typed("application/json; charset=utf-8")
MULTIPART = typed("multipart/form-data; boundary=b")


@pytest.mark.parametrize(
    "sent",
    [
        Sent("name=a+b&restart=true"),
        Sent("name=a%20b&restart=1&name=a%20b&_=17"),
        Sent("", b"name=a+b&restart=1", FORM),
        Sent("", b"name=a+b&restart=1"),
        Sent("", b' {"name":"a b","restart":true,"_":[1]}\n', JSON),
        Sent("", b'{"name":"a b","restart":true,"module":null}', FORM),
        Sent("name=a%20b", b"restart=1", FORM),
    ],
)
def test_all_ways_say_the_same(sent):
    assert signal_params(sent) == SignalParams(name="a b", restart=True)


def test_nothing_asked_is_nothing_given():
    assert signal_params(Sent()) == SignalParams()
    assert signal_params(Sent("", b"  ", JSON)) == SignalParams()
    assert signal_params(Sent("restart=0")) == SignalParams()


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_any_name_is_kept_verbatim(name):
    assert signal_params(Sent(urlencode({"name": name}))).name == name
    body = msgspec.json.encode({"name": name})
    assert signal_params(Sent("", body, JSON)).name == name


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (Sent("nme=a"), "no parameter 'nme' here"),
        (Sent("name=a", b"tag=b", FORM), "no parameter 'tag' here"),
        (Sent("", b'{"Name":"a"}', JSON), "no parameter 'Name' here"),
        (Sent("x" * 9000), "no parameter '%s' here" % ("x" * 40)),
        (Sent("name=%ff"), "UTF-8"),
        (Sent("name=a&name=b"), "given twice"),
        (Sent("name=a", b'{"name":"b"}', JSON), "given twice"),
        (Sent("restart=perhaps"), "`restart` cannot be 'perhaps'"),
        (Sent("", b'{"name":1}', JSON), "`name` cannot be 1$"),
        (Sent("", b'{"module":[{"a":1}]}', JSON), "`module` cannot be"),
        (Sent("pid=self"), "`pid` cannot be 'self'"),
        (Sent("", b"pid=" + b"x" * 1000), f"`pid` cannot be '{'x' * 39}…$"),
        (Sent("name=a", b"name=" + b"x" * 1000), f"as 'a' and '{'x' * 39}…$"),
        (Sent("port=65536"), "`port` cannot be '65536'"),
        (Sent("", b'{"name":', JSON), "not a JSON object"),
        (Sent("", b"[1]", JSON), "not a JSON object"),
        (Sent("", b'{"a":' * 5000, JSON), "not a JSON object"),
        (Sent("", b'{"name":"\xff"}', JSON), "not a JSON object"),
        (Sent("", b"name=x", typed("text/plain")), "text/plain"),
        (Sent("", b"--x", typed("multipart/form-data")), "malformed"),
        (Sent("", b"--x", typed("multipart/form-data; boundary=\udcff")), "malformed"),
    ],
)
def test_malformed_parameters_are_refused(sent, words):
    with pytest.raises(BadRequest, match=words):
        signal_params(sent)


@pytest.mark.parametrize(
    ("sent", "known", "hint"),
    [
        (Sent("nme=a"), (), "did you mean `name`?"),
        (Sent("RESTART=1"), (), "did you mean `restart`?"),
        (Sent("tag=a"), (), "known: name, module, restart, pid, port"),
        (Sent("module=a"), (SAVING,), "known: name"),
    ],
)
def test_a_parameter_nobody_knows_is_refused_with_the_one_that_was_meant(sent, known, hint):
    with pytest.raises(BadRequest) as caught:
        signal_params(sent, *known)
    assert caught.value.hint == hint


@given(st.binary(max_size=200), st.sampled_from([FORM, JSON, MULTIPART]))
def test_any_body_is_parameters_or_a_bad_request(body, headers):
    with suppress(BadRequest):
        signal_params(Sent("", body, headers))


@given(st.binary(max_size=120))
def test_any_multipart_body_is_parameters_or_a_bad_request(middle):
    body = b'--b\r\nContent-Disposition: form-data; name="name"' + middle + b"\r\n--b--\r\n"
    with suppress(BadRequest):
        signal_params(Sent("", body, MULTIPART))
