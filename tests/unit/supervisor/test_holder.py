import time

import pytest

from skope.probe.process import ListenerInfo
from skope.supervisor.holder import refusal, skope_title


@pytest.mark.parametrize(
    ("command", "title"),
    [
        ("/usr/bin/python3 /home/a/.venv/bin/skope server --port 9001", "skope server"),
        ("python -P -m skope -p 9001 runner --script s --tag server", "skope runner"),
        ("python -P -m skope.front --shm 3", "skope"),
        ("/opt/skope/bin/nginx -g daemon", None),
        ("python manage.py runserver", None),
        ("", None),
    ],
)
def test_skope_knows_its_own(command, title):
    assert skope_title(command) == title


def test_skopes_own_port_can_be_used():
    holder = ListenerInfo(4711, 1e9, "/srv/api", "python -m skope server")
    since = time.strftime("%H:%M", time.localtime(1e9))
    error = refusal(holder, "localhost", 9001, "skope runner", "test1")
    assert error.message == (
        "cannot listen on localhost:9001: `skope server` "
        f"(pid 4711, started {since} in /srv/api) holds it"
    )
    assert error.hint.splitlines() == [
        "use it:     curl 'localhost:9001/start?name=test1'",
        'or beside:  skope runner --port 0 ...  with curl "$SKOPE_URL/start" in S',
    ]


def test_somebody_elses_is_named():
    holder = ListenerInfo(7, 0.0, None, "/usr/sbin/nginx -g off")
    error = refusal(holder, "localhost", 9001, "skope server", None)
    assert "`nginx` (pid 7, started " in error.message
    assert error.hint == "beside:  skope server --port 0"


def test_nobody_to_be_seen_is_said():
    said = refusal(None, "localhost", 9001, "skope server", None).message
    assert "another user's process" in said


@pytest.mark.parametrize(
    ("command", "holder", "hints"),
    [
        (
            "skope ui",
            "skope agg",
            ["http://a:1 in a browser, or skope ui --tty http://a:1", "skope ui --port 0"],
        ),
        (
            "skope agg",
            "skope agg",
            ['curl -d \'{"name":"chat","exec_time":0.1}\' a:1', "skope agg --port 0"],
        ),
        ("skope agg", "skope server", ["skope agg --port 0"]),
        ("skope server", "skope agg", ["skope server --port 0"]),
        ("skope ab", "skope server", ['skope ab --port 0 ...  with curl "$SKOPE_URL/start" in S']),
        ("skope server", "skope ab", ["curl 'a:1/start?name=NAME'", "skope server --port 0"]),
    ],
)
def test_the_ways_on_are_those_of_the_command_that_was_refused(command, holder, hints):
    error = refusal(ListenerInfo(7, 0.0, None, f"python -m {holder}"), "a", 1, command, None)
    assert [line.partition(":  ")[2].strip() for line in error.hint.splitlines()] == hints
