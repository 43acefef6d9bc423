"""Student's t against another implementation."""

import pytest
from scipy.stats import t as student

from skope.stats.student import critical, two_sided


@pytest.mark.parametrize("freedom", [1, 2, 3, 10, 57, 400])
@pytest.mark.parametrize("level", [0.9, 0.1, 0.05, 0.001, 1e-6])
def test_the_critical_value(level, freedom):
    assert critical(level, freedom) == pytest.approx(student.isf(level / 2, freedom), rel=1e-7)
    assert two_sided(critical(level, freedom), freedom) <= level
