"""Every endpoint, and every way to miss one."""

import json

import pytest

from tests.integration.front.worker import FrontWorker


def form(body: bytes):
    return {"body": body, "content_type": "application/x-www-form-urlencoded"}


def in_json(body: bytes):
    return {"body": body, "content_type": "application/json"}


MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nways\r\n'
    b'--b\r\nContent-Disposition: form-data; name="restart"\r\n\r\n1\r\n--b--\r\n'
)


@pytest.mark.parametrize(
    ("target", "asked"),
    [
        ("/start?name=ways", {}),
        ("/start?name=ways", {"method": "POST"}),
        ("/start", {"method": "POST", **form(b"name=ways")}),
        ("/start", {"method": "POST", **in_json(b'{"name":"ways"}')}),
        ("/start", {"method": "POST", **form(b'{"name":"ways","module":null}')}),
        ("/start", {"method": "POST", "body": b"name=ways&_=17"}),
        ("/start?name=ways", {"method": "POST", **in_json(b'{"name":"ways","restart":true}')}),
        ("/start?restart=1", {"method": "POST", **form(b"name=ways")}),
        (
            "/start",
            {
                "method": "POST",
                "body": MULTIPART,
                "content_type": "multipart/form-data; boundary=b",
            },
        ),
    ],
)
def test_a_signal_can_be_sent_in_many_ways(raw, target, asked):
    raw.send(raw.get(target, **asked))
    started = raw.answer()
    assert started.status == 200, started.body
    assert started.json["name"] == "ways"
    assert started.json["status"] == "started"
    raw.send(raw.get("/stop?name=ways"))
    stopped = raw.answer().json
    leading = ["name", "module", "timestamp", "system_manager", "exec_time", "run", "report"]
    assert list(stopped) == leading


def test_signals_answer_in_json_lines(raw):
    raw.send(raw.get("/start?name=line") + raw.get("/cancel?name=line"))
    answer = raw.answer()
    assert answer.headers["content-type"] == "application/json"
    assert answer.body.endswith(b"}\n")
    assert raw.answer().body == b'{"name":"line","status":"cancelled"}\n'


@pytest.mark.parametrize(
    "name", ["../../x", "a/b", "report_agg", "😀" * 200, "..", "%", "a b", "ü", "~", "-x"]
)
def test_a_name_is_only_a_name(raw, name):
    raw.send(raw.get("/start", method="POST", **in_json(json.dumps({"name": name}).encode())))
    assert raw.answer().json["name"] == name
    raw.send(raw.get("/cancel", method="POST", **in_json(json.dumps({"name": name}).encode())))
    assert raw.answer().status == 200


@pytest.mark.parametrize(
    ("target", "asked"),
    [
        ("/start?name=", {}),
        ("/start?name=%00", {}),
        ("/start?name=a%0Ab", {}),
        ("/start?name=%1b[31m", {}),
        ("/start?name=" + "x" * 201, {}),
        ("/start?name=%ff", {}),
        ("/start?name=a&name=b", {}),
        ("/start?name=a&restart=maybe", {}),
        ("/start?nme=a", {}),
        ("/start", {"method": "POST", **in_json(b'{"nme":"a"}')}),
        ("/start?module=%7f&name=a", {}),
        ("/start?name=a", {"method": "POST", **form(b"name=b")}),
        ("/start", {"method": "POST", **form(b"name=%ff")}),
        ("/start", {"method": "POST", **form(b"name=\xff")}),
        ("/start", {"method": "POST", **in_json(b"{")}),
        ("/start", {"method": "POST", **in_json(b"[]")}),
        ("/start", {"method": "POST", **in_json(b"null")}),
        ("/start", {"method": "POST", **in_json(b'{"name":1}')}),
        ("/start", {"method": "POST", **in_json(b'{"name":"\xff"}')}),
        ("/start", {"method": "POST", **in_json(b'{"name":"\\ud800"}')}),
        ("/start", {"method": "POST", **in_json(b'{"x":' + b"[" * 100_000)}),
        ("/start", {"method": "POST", "body": b"x", "content_type": "multipart/form-data"}),
        ("/start", {"method": "POST", "body": b"--b", "content_type": "text/plain"}),
        ("/start?" + "&".join(f"x{n}=1" for n in range(100)), {}),
        ("/api/diff", {}),
        ("/api/diff?base=a", {}),
    ],
)
def test_bad_parameters_are_refused(front, raw, target, asked):
    raw.send(raw.get(target, **asked))
    answer = raw.answer()
    assert (answer.status, answer.error) == (400, "BadRequest"), answer.body
    raw.send(raw.get("/stop"))
    assert raw.answer().status == 404


def test_stop_without_a_name_takes_the_one_or_says_which(raw):
    raw.send(raw.get("/stop") + raw.get("/start?name=one") + raw.get("/start?name=one"))
    assert [raw.answer().status for _ in range(3)] == [404, 200, 409]
    raw.send(raw.get("/start?name=two") + raw.get("/stop"))
    assert raw.answer().status == 200
    several = raw.answer()
    assert (several.status, several.error) == (409, "SeveralOpen")
    raw.send(raw.get("/cancel?name=one") + raw.get("/cancel") + raw.get("/cancel"))
    assert [raw.answer().status for _ in range(3)] == [200, 200, 404]


@pytest.mark.parametrize(
    ("method", "target", "status", "error"),
    [
        ("GET", "/nowhere", 404, "NotFound"),
        ("GET", "/start/", 404, "NotFound"),
        ("GET", "/../start", 404, "NotFound"),
        ("GET", "//start", 404, "NotFound"),
        ("GET", "//", 404, "NotFound"),
        ("GET", "//?name=x", 404, "NotFound"),
        ("POST", "/start" + "/" * 5000, 404, "NotFound"),
        ("GET", "/%2e%2e/etc/passwd", 404, "NotFound"),
        ("DELETE", "/start", 405, "MethodNotAllowed"),
        ("OPTIONS", "/start", 405, "MethodNotAllowed"),
        ("BREW", "/start", 405, "MethodNotAllowed"),
        ("get", "/start", 405, "MethodNotAllowed"),
        ("TRACE", "/", 405, "MethodNotAllowed"),
        ("POST", "/", 404, "WrongMode"),
        ("GET", "/report_agg.json", 404, "WrongMode"),
        ("GET", "/report_apps.json", 404, "WrongMode"),
        ("GET", "/api/agg", 404, "WrongMode"),
        ("POST", "/api/agg/save", 404, "WrongMode"),
        ("GET", "/api/reports/none", 404, "UnknownReport"),
        ("GET", "/api/reports/..%2f..%2fetc%2fpasswd", 404, "UnknownReport"),
        ("GET", "/api/reports//etc/passwd", 404, "UnknownReport"),
        ("GET", "/api/diff?base=a&head=b", 404, "UnknownReport"),
    ],
)
def test_what_is_not_there_is_said_in_json(raw, method, target, status, error):
    raw.send(raw.get(target, method=method) + raw.get("/healthz"))
    answer = raw.answer()
    assert (answer.status, answer.error) == (status, error), answer.body
    assert answer.headers["content-type"] == "application/json"
    assert answer.body.endswith(b"}\n")
    if error == "WrongMode":
        said = f"{method} {target} is not served by `skope server`: use `skope agg`"
        assert answer.json["detail"] == said
    if status == 405:
        assert "GET" in answer.headers["allow"]
        assert answer.json["detail"].endswith(f": it takes {answer.headers['allow']}")
    assert raw.answer().status == 200


def test_aggregating_front_names_the_command_for_signals(tmp_path):
    with FrontWorker(tmp_path, mode="agg") as worker:
        worker.start()
        answer = worker.ask("/start?name=x")
        assert (answer.status, answer.error) == (404, "WrongMode")
        said = "GET /start is not served by `skope agg`: use `skope server`"
        assert answer.json["detail"] == said
        assert worker.ask("/healthz").json["mode"] == "agg"


def test_reports_can_be_listed_read_and_compared(raw):
    for name in ("first", "second"):
        raw.send(raw.get(f"/start?name={name}") + raw.get(f"/stop?name={name}"))
        assert [raw.answer().status, raw.answer().status] == [200, 200]
    raw.send(raw.get("/api/reports") + raw.get("/api/reports/first"))
    listed = {entry["address"] for entry in raw.answer().json["captures"]}
    assert listed >= {"first", "second"}
    assert raw.answer().json["name"] == "first"
    raw.send(raw.get("/api/diff?base=first&head=second"))
    diff = raw.answer().json
    assert diff["name"] == "first-second"
    assert diff["schema"] == "skope.diff/1"


def test_head_of_a_report_has_no_body(raw):
    raw.send(raw.get("/api/reports", method="HEAD") + raw.get("/healthz"))
    assert raw.answer(head_only=True).status == 200
    assert raw.answer().json["status"] == "ok"


def test_root_lists_the_endpoints(raw):
    raw.send(raw.get("/"))
    answer = raw.answer()
    assert answer.headers["content-type"].startswith("text/plain")
    assert b"/start?name=NAME" in answer.body
