import random

import pytest

from skope.stats.first import LEAST, first_apart


def test_a_cold_first_run_stands_apart():
    assert first_apart([3.0, 1.0, 1.1, 0.9, 1.0]) == pytest.approx(3.0)


@pytest.mark.parametrize(
    "values",
    [
        [],
        [3.0, 1.0, 1.0, 1.0],
        [1.0, 3.0, 1.0, 1.0, 1.0],
        [1.05, 1.0, 1.0, 1.0, 1.0],
        [1.3, 1.0, 1.2, 0.9, 1.0],
        [0.0] * 6,
        [-1.0] * 6,
    ],
)
def test_what_does_not(values):
    assert first_apart(values) is None


@pytest.mark.parametrize("n", [LEAST, 10, 30])
def test_runs_that_could_have_come_in_any_order_rarely_do(n):
    drawn = random.Random(n)
    said = sum(
        first_apart([drawn.lognormvariate(0, 0.2) for _ in range(n)]) is not None
        for _ in range(2000)
    )
    assert said <= 2000 * 0.02
