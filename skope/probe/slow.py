"""What changes slowly or costs much to read: disks, network, faults, pressure, frequency, load."""

import os
from pathlib import Path
from typing import Final

from skope._fast import (
    SLOW_VALUES,
    UNAVAILABLE,
    parse_diskstats,
    parse_net_dev,
    parse_pressure,
    parse_vmstat,
)
from skope.probe.disks import packed, whole_disks
from skope.probe.files import KernelFiles
from skope.probe.frequency import frequency_hz, throttle_files
from skope.probe.root import MACHINE, names_in

_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")
_GAUGES: Final = frozenset({"frequency_hz", "processes", "load1_milli"})
_PRESSURES: Final = {
    "psi_cpu_ns": "proc/pressure/cpu",
    "psi_memory_ns": "proc/pressure/memory",
    "psi_io_ns": "proc/pressure/io",
}
_FILES: Final = (
    "proc/diskstats",
    "proc/net/dev",
    "proc/vmstat",
    "proc/loadavg",
    *_PRESSURES.values(),
)

Readings = dict[str, int | None]


class SlowProbe:
    """One reading of everything in SLOW_VALUES; a file that fails makes its values unavailable."""

    def __init__(self, root: Path = MACHINE) -> None:
        self._root = root
        self._files = KernelFiles(root, _FILES)
        self._last: dict[str, int] = {}
        self._disk_lines = -1
        self._disk_names = b""
        self._throttle_files = KernelFiles(root, throttle_files(root))

    def read(self) -> tuple[list[int], bool]:
        """The values in the order of SLOW_VALUES, and whether a counter had to be held.

        A counter that went backwards (a disk or an interface that left took its counts along)
        is held at its last value.
        """
        readings: Readings = {}
        for part in (self._disks, self._network, self._memory, self._pressure, self._load):
            try:
                readings |= part()
            except ValueError:
                continue
        readings |= {"frequency_hz": frequency_hz(self._root), "throttles": self._throttles()}
        held = self._hold(readings)
        return [UNAVAILABLE if (v := readings.get(n)) is None else v for n in SLOW_VALUES], held

    def close(self) -> None:
        """Closes the files."""
        self._files.close()
        self._throttle_files.close()

    def _hold(self, readings: Readings) -> bool:
        held = False
        for name, value in readings.items():
            if value is None or name in _GAUGES:
                continue
            last = self._last.get(name, value)
            held |= value < last
            readings[name] = self._last[name] = max(value, last)
        return held

    def _disks(self) -> Readings:
        data = self._files.read("proc/diskstats")
        if data is None:
            return {}
        if data.count(b"\n") != self._disk_lines:
            # A disk came or went (or this is the first reading): which of them count?
            self._disk_lines = data.count(b"\n")
            self._disk_names = packed(whole_disks(self._root))
        read, written, busy_ms, _ = parse_diskstats(data, self._disk_names)
        if read == UNAVAILABLE:
            return {}
        return {"disk_read_bytes": read, "disk_write_bytes": written, "disk_busy_ms": busy_ms}

    def _network(self) -> Readings:
        data = self._files.read("proc/net/dev")
        if data is None:
            return {}
        received, sent, drops = parse_net_dev(data)
        return {"net_rx_bytes": received, "net_tx_bytes": sent, "net_drops": drops}

    def _memory(self) -> Readings:
        data = self._files.read("proc/vmstat")
        if data is None:
            return {}
        names = ("faults", "faults_major", "swap_in_bytes", "swap_out_bytes", "oom_kills")
        values = parse_vmstat(data, page_bytes=_PAGE_BYTES)
        return {
            name: None if value == UNAVAILABLE else value
            for name, value in zip(names, values, strict=True)
        }

    def _pressure(self) -> Readings:
        return {
            name: parse_pressure(data) if (data := self._files.read(file)) else None
            for name, file in _PRESSURES.items()
        }

    def _load(self) -> Readings:
        data = self._files.read("proc/loadavg")
        processes = sum(map(str.isdecimal, names_in(self._root, "proc")))
        return {
            "load1_milli": round(float(data.split(maxsplit=1)[0]) * 1000) if data else None,
            "processes": processes or None,
        }

    def _throttles(self) -> int | None:
        """Thermal throttle events of all cores since boot; None where the kernel counts none."""
        counts = [self._throttle_files.read(name) for name in self._throttle_files.names]
        known = [int(count) for count in counts if count and count.strip().isdigit()]
        return sum(known) if known else None
