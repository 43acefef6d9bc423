"""Every metric of the machine from two edges, and the reason of each that is not there."""

import pytest

from skope._fast import UNAVAILABLE
from skope.capture.measures import MEASURES, measure
from skope.capture.window import cut
from skope.schema.metrics import METRICS
from tests.unit.capture.made import MIB, PERIOD, Made, span

T0 = 1_000 * PERIOD
S = 1_000_000_000
CONTRACT = {
    "exec_time", "machine.cpu_usage", "machine.cpu_time", "machine.memory_usage",
    "machine.memory_peak", "machine.disk_read_bytes", "machine.disk_write_bytes",
    "machine.net_rx_bytes", "machine.net_tx_bytes", "machine.ctx_switches", "machine.forks",
    "machine.steal", "machine.psi_cpu", "machine.psi_memory", "machine.psi_io",
}  # fmt: skip


def measured(made=None, **values):
    made = made or Made()
    return measure(cut(made.record, span(T0, T0 + S, **values)))


def test_every_metric_of_the_contract_is_measured_and_declared():
    assert set(MEASURES) == CONTRACT
    assert set(METRICS) >= CONTRACT
    assert all(metric.source for metric in MEASURES.values())


def test_the_values_are_differences_of_the_edges():
    counters = {
        "cpu_user": 3 * S, "cpu_nice": S, "cpu_system": 2 * S, "cpu_irq": S // 2,
        "cpu_softirq": S // 2, "cpu_idle": 2 * S, "cpu_iowait": S // 2, "cpu_steal": S // 2,
        "cpu_guest": 3 * S, "cpu_guest_nice": S, "ctx_switches": 77, "forks": 5,
    }  # fmt: skip
    extra = {
        "disk_read_bytes": 4096, "disk_write_bytes": 8192, "net_rx_bytes": 3, "net_tx_bytes": 4,
        "psi_cpu_ns": 1_500_000, "psi_memory_ns": 2_000, "psi_io_ns": 0,
    }  # fmt: skip
    values, reasons = measured(
        used=(10 * MIB, 12 * MIB), after={"counters": counters, "extra": extra}
    )
    assert reasons == {}
    assert values == {
        "exec_time": 1.0,
        "machine.cpu_usage": 75.0,  # busy 7 and stolen 0.5 of 10; guest is inside user and nice
        "machine.cpu_time": 7.0,
        "machine.memory_usage": 2.0,
        "machine.memory_peak": 12.0,
        "machine.disk_read_bytes": 4096,
        "machine.disk_write_bytes": 8192,
        "machine.net_rx_bytes": 3,
        "machine.net_tx_bytes": 4,
        "machine.ctx_switches": 77,
        "machine.forks": 5,
        "machine.steal": 0.5,
        "machine.psi_cpu": 0.0015,
        "machine.psi_memory": 0.000002,
        "machine.psi_io": 0.0,
    }  # fmt: skip


def test_the_peak_may_be_between_the_edges():
    made = Made()
    made.tick(T0 + PERIOD, used=99 * MIB)
    values, _ = measured(made, used=(10 * MIB, 5 * MIB))
    assert values["machine.memory_peak"] == 99.0
    assert values["machine.memory_usage"] == -5.0


def test_without_a_clock_tick_usage_is_unknown_and_the_rest_is_not():
    values, reasons = measured()
    assert values["machine.cpu_usage"] is None
    assert reasons == {"machine.cpu_usage": "the window held no clock tick"}
    assert values["machine.cpu_time"] == 0.0


def test_what_is_unavailable_is_null_with_a_reason_never_zero():
    gone = dict.fromkeys(
        ("disk_read_bytes", "disk_write_bytes", "net_rx_bytes", "net_tx_bytes",
         "psi_cpu_ns", "psi_memory_ns", "psi_io_ns"), UNAVAILABLE,
    )  # fmt: skip
    values, reasons = measured(used=(UNAVAILABLE, UNAVAILABLE), before={"extra": gone})
    unknown = {name for name in CONTRACT if values[name] is None}
    assert unknown == set(reasons)
    assert len(unknown) == 10
    assert all(reasons.values())


@pytest.mark.parametrize("counter", ["cpu_iowait", "cpu_idle", "ctx_switches"])
def test_a_counter_that_fell_counts_nothing(counter):
    values, _ = measured(
        before={"counters": {counter: 5 * S}}, after={"counters": {counter: 4 * S, "cpu_user": S}}
    )
    assert values["machine.ctx_switches"] == 0
    assert values["machine.cpu_usage"] == 100.0
