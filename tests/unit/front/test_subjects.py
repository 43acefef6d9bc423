"""Whom a capture is about."""

from skope.front.subjects import Subjects
from skope.schema.wire import RunBegin

BEYOND_ALL_PIDS = 1 << 23


class NoTrees:
    """A watch list that may not be used."""

    def __getattr__(self, name):
        raise AssertionError(name)


def test_a_script_that_ended_before_it_could_be_watched_is_not_the_machine():
    subject = Subjects(NoTrees()).of(None, RunBegin(run=1, pid=BEYOND_ALL_PIDS), None)
    assert (subject.words, subject.tree) == ("script", None)
