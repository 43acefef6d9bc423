"""A tick says when it was due and when it came."""

from skope.sampler.clock import Tick


def test_lateness_is_what_lies_between():
    assert Tick(deadline_ns=100, begin_ns=107, missed=0).late_ns == 7
