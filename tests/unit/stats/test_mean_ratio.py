"""The interval of a ratio of means: its coverage, its symmetry, its cautions."""

from math import comb, fsum, inf, isfinite, log
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_ind

from skope.stats.histogram_spread import spread
from skope.stats.mean_ratio import (
    MOST_SKEWNESS,
    MeanRatio,
    common_skewness,
    least_p,
    mean_of,
)
from tests.unit.stats.histograms import counted

TRIALS = 700
TIMES = {
    "normal": lambda random: 1 + 0.05 * random.gauss(0, 1),
    "lognormal": lambda random: random.lognormvariate(0, 0.5),
    "exponential": lambda random: random.expovariate(1),
    "bimodal": lambda random: random.choices((1.0, 10.0), (0.95, 0.05))[0],
    "pareto": lambda random: random.paretovariate(2.5),
}


def sample(values):
    """The mean of `values` as an aggregate knows it, and its skewness."""
    mean = fsum(values) / len(values)
    found = spread(mean=mean, n=len(values), **counted(values)._asdict())
    known = mean_of(mean, n=len(values), variance=found.variance, skewness=found.skewness)
    return known, found.skewness


def drawn(random, kind, n, scale=1.0):
    return [max(scale * TIMES[kind](random), 1e-9) for _ in range(n)]


@pytest.mark.parametrize(("n", "m"), [(5, 5), (10, 10), (30, 30), (100, 100)])
@pytest.mark.parametrize("kind", TIMES)
def test_a_ratio_of_1_1_is_held_as_often_as_stated(kind, n, m):
    random = Random(f"{kind} {n}")
    held = 0
    for _ in range(TRIALS):
        base, _ = sample(drawn(random, kind, n))
        head, _ = sample(drawn(random, kind, m, 1.1))
        bounds = MeanRatio(base, head, least_p=least_p(n, m)).interval(0.05)
        held += bounds.low <= log(1.1) <= bounds.high
    assert held / TRIALS >= 0.935


@pytest.mark.parametrize(("n", "m"), [(5, 20), (10, 300), (300, 10), (40, 300)])
@pytest.mark.parametrize("kind", TIMES)
def test_where_one_side_is_small_the_skewness_says_which_bound_to_doubt(kind, n, m):
    """Wrong bounds that are trusted stay as rare as they may be, whatever the tail."""
    random = Random(f"{kind} {n} {m}")
    wrong = [0, 0]
    for _ in range(TRIALS):
        base, old = sample(drawn(random, kind, n))
        head, new = sample(drawn(random, kind, m))
        ratio = MeanRatio(base, head)
        common = common_skewness(max(old, new, key=abs), n, m)
        bounds = ratio.interval(0.05)
        wrong[0] += bounds.low > 0 and min(common, ratio.skewness) >= -MOST_SKEWNESS
        wrong[1] += bounds.high < 0 and max(common, ratio.skewness) <= MOST_SKEWNESS
    assert max(wrong) / TRIALS <= 0.045


@pytest.mark.parametrize(("n", "m"), [(4, 4), (9, 31)])
def test_p_is_welchs(n, m):
    """But for the bound of the variance, which is loosest for tight values."""
    random = Random(n)
    base, head = drawn(random, "exponential", n), drawn(random, "exponential", m)
    expected = ttest_ind(base, head, equal_var=False).pvalue
    assert MeanRatio(sample(base)[0], sample(head)[0]).p_value() == pytest.approx(expected, abs=0.1)


MEANS = st.builds(
    mean_of,
    st.floats(1e-9, 1e6),
    n=st.integers(2, 10**9),
    variance=st.floats(0, 1e4),
    skewness=st.floats(-100, 100),
)
LEVELS = st.sampled_from([0.1, 0.05, 0.01, 1e-5])


@given(MEANS, MEANS, LEVELS)
def test_p_and_interval_agree_and_swapping_turns_them_round(base, head, level):
    there, back = MeanRatio(base, head), MeanRatio(head, base)
    bounds, turned = there.interval(level), back.interval(level)
    assert (bounds.low, bounds.high) == (-turned.high, -turned.low)
    assert there.p_value() == back.p_value()
    assert there.skewness == -back.skewness
    assert bounds.low <= there.estimate <= bounds.high
    excludes = not bounds.low <= 0 <= bounds.high
    p = there.p_value()
    assert excludes == (p <= level) or p == pytest.approx(level, rel=1e-6)


def test_wider_for_more_confidence_and_unbounded_when_a_mean_may_be_nought():
    base, head = (mean_of(v, n=10, variance=1.0, skewness=0.0) for v in (1.0, 1.2))
    narrow, wide = (MeanRatio(base, head).interval(level) for level in (0.1, 0.001))
    assert wide.low < narrow.low < narrow.high < wide.high
    doubtful = mean_of(1.0, n=2, variance=9.0, skewness=0.0)
    assert MeanRatio(doubtful, head).interval(0.05).high == inf
    assert MeanRatio(head, doubtful).interval(0.05).low == -inf


def test_equal_values_prove_no_more_than_their_number_can():
    one, other = (mean_of(v, n=3, variance=0.0, skewness=0.0) for v in (1.0, 2.0))
    ratio = MeanRatio(one, other, least_p=least_p(3, 3))
    assert ratio.p_value() == pytest.approx(0.1)
    bounds = ratio.interval(0.05)
    assert not bounds.reached
    assert bounds.confidence == pytest.approx(0.9)


@pytest.mark.parametrize(("n", "m"), [(2, 2), (1, 1), (4, 4), (5, 1000), (59, 59)])
def test_the_least_p_is_that_of_relabelling(n, m):
    assert least_p(n, m) == min(1.0, 2 / comb(n + m, n))
    assert least_p(m, n) == least_p(n, m)


def test_of_millions_it_is_nothing():
    assert least_p(10**9, 10**9) == 0.0


def test_skewness_is_cochrans_rule_where_one_side_is_huge():
    """n > 25 g1² says that g1 / sqrt(n) is below 1/5."""
    skewness = 3.0
    n = round(25 * skewness**2)
    assert abs(common_skewness(skewness, n - 1, 10**9)) > MOST_SKEWNESS
    assert abs(common_skewness(skewness, n + 1, 10**9)) < MOST_SKEWNESS
    assert common_skewness(skewness, 7, 7) == 0.0


def test_an_unknown_spread_is_no_error():
    unknown = mean_of(1.0, n=3, variance=inf, skewness=inf)
    known = mean_of(2.0, n=3, variance=0.1, skewness=0.0)
    for ratio in (MeanRatio(unknown, known), MeanRatio(known, unknown)):
        bounds = ratio.interval(0.05)
        assert ratio.p_value() == 1.0
        assert not isfinite(bounds.low)
        assert not isfinite(bounds.high)
