"""Which metrics are on which side, with how many values."""

from math import inf, nan

import pytest
from msgspec.structs import replace

from skope.diff.pair import pair_up
from tests.unit.diff.sides import side


def names(pairs):
    return [pair.spec.name for pair in pairs]


def test_metrics_come_in_the_order_of_their_table_and_strangers_last():
    report = side(zebra=[1], memory_peak=[1.0], aardvark=[2], exec_time=[1.0])
    found = names(pair_up(report, report).both)
    assert found == ["exec_time", "memory_peak", "aardvark", "zebra"]


def test_what_one_side_lacks_is_listed_apart():
    base = side(exec_time=[1.0], cpu_time=[1.0], pss_peak=[None])
    head = side(exec_time=[1.0], memory_peak=[1.0], cpu_time=[None], pss_peak=[None])
    pairing = pair_up(base, head)
    assert names(pairing.both) == ["exec_time"]
    assert names(pairing.only_in_base) == ["cpu_time"]
    assert names(pairing.only_in_head) == ["memory_peak"]


@pytest.mark.parametrize("hole", [None, nan, inf, -inf, 10**400])
def test_a_run_without_a_number_is_counted_and_left_out(hole):
    (pair,) = pair_up(side(exec_time=[1.0, hole, 3.0]), side(exec_time=[2.0])).both
    assert pair.base.values == (1.0, 3.0)
    assert pair.base.runs == (1, 3)
    assert (pair.base.n, pair.base.absent, pair.base.median) == (2, 1, 2.0)
    assert pair.fewest == 1


def test_failed_runs_do_not_count():
    base = side(exec_time=[1.0, 99.0])
    base = replace(base, runs=[base.runs[0], replace(base.runs[1], ok=False)])
    (pair,) = pair_up(base, side(exec_time=[2.0])).both
    assert pair.base.values == (1.0,)


def test_a_metric_of_a_later_version_keeps_its_own_unit_and_direction():
    report = side(latency_p99=[1.0])
    told = replace(report.metrics["latency_p99"], unit="ms", better="less")
    (pair,) = pair_up(replace(report, metrics={"latency_p99": told}), side(latency_p99=[2.0])).both
    assert (pair.unit, pair.spec.better, pair.spec.gated) == ("ms", "less", False)
