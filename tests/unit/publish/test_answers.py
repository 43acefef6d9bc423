"""Workers are answered, people are told."""

import pytest

from skope.errors import StorageFault
from skope.publish.answers import Complaints, answer
from skope.shm.bell import Bell


@pytest.fixture
def bell():
    with Bell.create(1) as made:
        yield made


class Publisher:
    """Does as it is told when asked for a report."""

    def __init__(self, outcome):
        self.outcome = outcome
        self.asked = []

    def bring_up(self, which):
        self.asked.append(which)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


def test_who_asked_is_answered_once(bell):
    publisher = Publisher(outcome=True)
    answer(bell, "agg", publisher)
    assert publisher.asked == []
    bell.ring(0, "agg", 1)
    answer(bell, "agg", publisher)
    answer(bell, "agg", publisher)
    assert publisher.asked == ["agg"]
    assert bell.answered_ns("agg") >= 1


def test_a_report_that_may_miss_something_is_no_answer(bell):
    publisher = Publisher(outcome=False)
    bell.ring(0, "agg", 1)
    for _ in range(3):
        answer(bell, "agg", publisher)
    assert len(publisher.asked) == 3
    assert (bell.answered_ns("agg"), bell.refused_ns("agg")) == (0, 0)


def test_a_full_disk_is_told_and_not_tried_again_for_the_same_question(bell):
    publisher = Publisher(StorageFault("full"))
    bell.ring(0, "apps", 1)
    for _ in range(3):
        answer(bell, "apps", publisher)
    assert len(publisher.asked) == 1
    assert bell.answered_ns("apps") == 0
    assert bell.refused_ns("apps") >= 1
    bell.ring(0, "apps", bell.refused_ns("apps") + 1)
    answer(bell, "apps", publisher)
    assert len(publisher.asked) == 2


def test_complaints_are_said_once_and_taken_back_once(capsys):
    complaints = Complaints()
    complaints.say({})
    complaints.say({"agg": "cannot write a"})
    complaints.say({"agg": "cannot write a", "apps": "cannot write b"})
    complaints.say({"apps": "cannot write b"})
    complaints.say({"apps": "cannot write b"})
    complaints.say({})
    complaints.say({})
    assert capsys.readouterr().err.splitlines() == [
        "skope: cannot write a; the records are safe in the journal",
        "skope: cannot write b; the records are safe in the journal",
        "skope: the reports can be written again",
    ]
