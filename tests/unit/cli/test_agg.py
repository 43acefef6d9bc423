"""`skope agg` on the command line."""

import argparse

import pytest

from skope.cli.agg import MOST_NAMES, MOST_WORKERS, configure
from skope.cli.counts import between


def parsed(*words):
    parser = argparse.ArgumentParser(exit_on_error=False)
    configure(parser)
    return parser.parse_args(words)


def test_what_nobody_says():
    options = parsed()
    assert (options.workers, options.durability, options.tag) == (1, "process", None)
    assert (options.keep, options.max_names) == (1_000_000, 16_384)


def test_numbers_may_be_grouped():
    options = parsed("--keep", "2,000,000", "--max-names", "1_000", "--workers", "4")
    assert (options.keep, options.max_names, options.workers) == (2_000_000, 1000, 4)


@pytest.mark.parametrize(
    "words",
    [
        ("--workers", "0"),
        ("--workers", str(MOST_WORKERS + 1)),
        ("--max-names", "0"),
        ("--max-names", str(MOST_NAMES + 1)),
        ("--max-names", "9" * 400),
        ("--keep", "-1"),
        ("--keep", "many"),
        ("--keep", "1e6"),
        ("--keep", "٣"),
        ("--durability", "none"),
    ],
)
def test_what_cannot_be(words):
    with pytest.raises(argparse.ArgumentError):
        parsed(*words)


def test_a_bound_is_told():
    with pytest.raises(argparse.ArgumentTypeError, match="'7' is no whole number from 1 to 5"):
        between(1, 5)("7")
    assert between(0, 5)("0") == 0
