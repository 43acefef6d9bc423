from skope.supervisor.progress import progress
from skope.units import NS_PER_S


def test_the_first_run_promises_nothing():
    assert progress(0, 10, 0) == "run 1 of 10"


def test_then_the_time_left_is_an_average():
    assert progress(3, 10, 3 * NS_PER_S) == "run 4 of 10   1 s each   about 7 s left"


def test_long_times_are_in_larger_units():
    assert progress(1, 11, 60 * NS_PER_S).endswith("about 10 min left")
    assert progress(1, 11, 3600 * NS_PER_S).endswith("about 10.0 h left")


def test_after_the_last_run_it_does_not_count_on():
    assert progress(10, 10, NS_PER_S).startswith("run 10 of 10")
