"""Ranks that bracket a quantile, against the binomial distribution itself."""

from random import Random

import pytest
from scipy.stats import binom

from skope.stats.histogram import LEAST
from skope.stats.quantile_ranks import ranks


def exact(q, n, confidence):
    """The innermost ranks that leave at most half of the rest on either side."""
    tail = (1 - confidence) / 2 * (1 + 1e-9)

    def below(p):
        k = max(int(binom.ppf(tail, n, p)) - 2, 0)
        while binom.cdf(k, n, p) <= tail:
            k += 1
        return k

    return below(q), n + 1 - below(1 - q)


@pytest.mark.parametrize(("q", "least"), LEAST.items())
def test_the_least_n_of_every_quantile(q, least):
    assert ranks(q, least - 1) is None
    assert ranks(q, least) == exact(q, least, 0.95)
    assert all(ranks(q, n) is None for n in (0, 1, least // 2))


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.999])
@pytest.mark.parametrize("q", LEAST)
def test_as_counted_or_a_rank_or_two_outside(q, confidence):
    random = Random(f"{q} {confidence}")
    for _ in range(60):
        n = int(10 ** random.uniform(0.5, 8))
        found, wanted = ranks(q, n, confidence), exact(q, n, confidence)
        if found is None:
            assert wanted[0] == 0 or wanted[1] == n + 1
        elif n * q * (1 - q) <= 400:
            assert found == wanted
        else:
            assert 0 <= wanted[0] - found.low <= 2
            assert 0 <= found.high - wanted[1] <= 2


def test_equal_tails_and_coverage_of_the_median_of_ten():
    assert ranks(0.5, 10) == (2, 9)
    assert binom.cdf(8, 10, 0.5) - binom.cdf(1, 10, 0.5) >= 0.95


@pytest.mark.parametrize("q", LEAST)
def test_the_largest_counts_have_ranks(q):
    n = (1 << 63) - 1
    low, high = ranks(q, n)
    assert 1 <= low < high <= n
    assert (high - low) / n < 1e-8
