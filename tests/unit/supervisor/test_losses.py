import signal

import pytest

from skope._fast import Role
from skope.supervisor.losses import Left, losses


def front(status, title="front"):
    return Left(title, Role.ROLE_FRONT, True, status)


def sampler(status):
    return Left("sampler", Role.ROLE_SAMPLER, True, status)


def publisher(status, *, ready=True):
    return Left("publisher", Role.ROLE_PUBLISH, ready, status)


KILLED = -signal.SIGKILL


@pytest.mark.parametrize(
    "children",
    [
        [],
        [front(0), sampler(0), publisher(0)],
        [front(KILLED)],
        [front(-signal.SIGTERM)],
        [sampler(KILLED)],
        [sampler(1)],
        [publisher(-signal.SIGTERM, ready=False)],
    ],
)
def test_nothing_is_lost(children):
    assert losses(children, []) is None


@pytest.mark.parametrize(
    ("left", "how"),
    [
        (front(5), "the front ended (exit code 5)"),
        (front(-signal.SIGSEGV, "front 2"), "the front 2 ended (SIGSEGV)"),
        (publisher(1), "the publisher ended (exit code 1)"),
        (publisher(KILLED), "the publisher ended (SIGKILL)"),
        (publisher(1, ready=False), "the publisher ended (exit code 1)"),
    ],
)
def test_work_was_left(left, how):
    assert losses([front(0), left, sampler(0)], []) == f"{how} before its work was done"


def test_open_captures_are_named_with_the_reason():
    assert losses([front(KILLED), sampler(0)], ["a"]) == (
        "1 open capture could not be saved, the front ended (SIGKILL): a"
    )
    assert losses([sampler(0)], ["a", "b"]) == (
        "2 open captures could not be saved, no front was left: a, b"
    )
    told = losses([front(5)], [f"n{number}" for number in range(1234)])
    assert told.endswith(": n0, n1, n2, n3, n4 and 1229 more")
