"""How fast the processors run."""

import psutil
import pytest

from skope.probe.frequency import frequency_hz, throttle_files


def test_a_recorded_machine_says_it_in_its_cpuinfo(bare):
    bare.write("proc/cpuinfo", "cpu MHz\t: 1000.25\n\ncpu MHz\t: 2000.25\n")
    assert frequency_hz(bare.root) == 1_500_250_000


def test_a_machine_that_does_not_say(bare):
    assert frequency_hz(bare.root) is None


@pytest.mark.parametrize("said", [None, 0.0])
def test_a_library_that_does_not_know(monkeypatch, said):
    answer = None if said is None else type("Frequency", (), {"current": said})()
    monkeypatch.setattr(psutil, "cpu_freq", lambda: answer)
    assert frequency_hz() is None


def test_a_library_that_cannot_tell(monkeypatch):
    def refuse():
        raise NotImplementedError

    monkeypatch.setattr(psutil, "cpu_freq", refuse)
    assert frequency_hz() is None


def test_throttling_is_counted_where_the_kernel_counts_it(bare):
    counted = "sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count"
    bare.write(counted, "3\n")
    bare.write("sys/devices/system/cpu/cpu1/online", "1\n")
    bare.write("sys/devices/system/cpu/cpufreq/thermal_throttle/core_throttle_count", "9\n")
    assert throttle_files(bare.root) == (counted,)
