"""Numbers in sentences."""

from math import inf, log, nan

import pytest

from skope.diff import wording


@pytest.mark.parametrize(
    ("metric", "unit", "by", "said"),
    [
        ("cpu_time", "s", 1.124, "head uses 12.4 % more"),
        ("exec_time", "s", 1.069, "head takes 6.9 % longer"),
        ("exec_time", "s", 0.9, "head takes 10.0 % less time"),
        ("ctx_switches", "count", 3.5, "head has 250 % more"),
        ("memory_peak", "MiB", 1.0001, "head uses as much as base"),
    ],
)
def test_what_head_does(metric, unit, by, said):
    assert wording.finding(metric, unit, log(by), "ratio") == said


def test_differences_keep_their_unit():
    assert wording.finding("read_bytes", "B", -4096, "difference") == "head has 4096 B less"
    assert wording.finding("faults_major", "count", 0, "difference") == "head has as much as base"
    assert wording.finding("wait_cpu", "s", 0.0164812, "difference") == "head waits 16.48 ms more"
    assert wording.bounds(-1.5, 20, "difference", "MiB") == "-1.5 to +20 MiB"
    assert wording.bounds(-0.002774, 0.001837, "difference", "s") == "-2.774 to +1.837 ms"
    assert wording.bounds(0, 0, "difference", "s") == "+0 to +0 s"
    assert wording.bounds(-1, 2, "difference", "count") == "-1 to +2"


def test_percentages_are_points_apart():
    points = "head uses 8.33 points more"
    assert wording.finding("machine.cpu_usage", "%", 8.33, "difference") == points
    assert wording.bounds(-1.5, 14.75, "difference", "%") == "-1.5 to +14.75 points"
    assert wording.margin(0.5, "difference", "%") == "0.5 points"


def test_intervals_have_signs():
    assert wording.bounds(log(0.98), log(1.158), "ratio", "s") == "-2.0 to +15.8 %"


@pytest.mark.parametrize(
    ("confidence", "said"),
    [(0.95, "95 %"), (0.992063, "99.2 %"), (2 / 3, "66.7 %"), (0.9999999, "99.9 %")],
)
def test_confidence_is_never_rounded_to_certainty(confidence, said):
    assert wording.level(confidence) == said


@pytest.mark.parametrize(
    ("p", "said"),
    [(0.00794, "p = 0.0079"), (1.0, "p = 1"), (1e-4, "p = 0.0001"), (1e-9, "p < 0.0001")],
)
def test_p(p, said):
    assert wording.chance(p) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "1 s"), (40, "40 s"), (193, "3 min"), (4 * 3600, "4 h"), (inf, "long")],
)
def test_durations_are_rough(seconds, said):
    assert wording.duration(seconds) == said


@pytest.mark.parametrize(
    ("words", "said"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_read_as_speech(words, said):
    assert wording.listed(words) == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.05166123, "s", "51.66 ms"),
        (0.001, "s", "1 ms"),
        (0.0000203, "s", "20.3 µs"),
        (0.1, "s", "0.1 s"),
        (0, "s", "0 s"),
        (0.05, "MiB", "0.05 MiB"),
        (9_999, "B", "9999 B"),
        (12_345_678, "B", "11.77 MiB"),
        (-5 << 40, "B", "-5120 GiB"),
        (3e16, "B", "27,939,677 GiB"),
        (nan, "B", "nan B"),
        (999_999, "count", "999999"),
        (12_345_678, "count", "12,345,678"),
        (1_000_000.25, "requests/s", "1,000,000 requests/s"),
        (1e300, "count", "1e+300"),
    ],
)
def test_a_quantity_is_told_in_a_unit_of_its_size(value, unit, said):
    assert wording.quantity(value, unit) == said


def test_an_interval_of_many_bytes_has_a_large_unit_and_no_exponent():
    said = wording.bounds(-3_000_000, 12_345_678, "difference", "B")
    assert said == "-2.861 to +11.77 MiB"
