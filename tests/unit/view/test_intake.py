"""The line for logs."""

import pytest

from skope.view.intake import Standing, line, rate, refusals


def test_the_line_of_the_manual():
    before = Standing(1_248_031, 37, {})
    now = Standing(1_371_902, 37, {"400": 2})
    assert line("07:31:20", now, before, 10) == (
        "07:31:20 agg 1,371,902 records (+123,871, 12.4 k/s) 37 names, 2 rejected: 400 x2"
    )


def test_one_is_no_plural():
    assert line("07:31:20", Standing(1, 1, {}), Standing(0, 0, {}), 10) == (
        "07:31:20 agg 1 record (+1, 0.1 /s) 1 name, 0 rejected"
    )


def test_no_time_has_passed():
    assert "(+5, 0 /s)" in line("0", Standing(5, 1, {}), Standing(0, 0, {}), 0)


@pytest.mark.parametrize(
    ("per_second", "text"),
    [
        (0, "0.0 /s"),
        (99.94, "99.9 /s"),
        (123, "123 /s"),
        (999.4, "999 /s"),
        (12_345, "12.3 k/s"),
        (2e6, "2.0 M/s"),
        (3e12, "3000.0 G/s"),
    ],
)
def test_rates(per_second, text):
    assert rate(per_second) == text


def test_refusals_are_by_status_and_zeros_are_left_out():
    assert refusals({}) == "0 rejected"
    assert refusals({"507": 1, "400": 1200, "422": 0}) == "1,201 rejected: 400 x1,200, 507 x1"
