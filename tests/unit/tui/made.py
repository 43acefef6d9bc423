"""A Skope that is not there: its news, its documents, and a screen that is fed with them."""

import asyncio
from dataclasses import dataclass, field

from skope.agg.report import row_of
from skope.diff.aggregates import Collected, compare_aggregates
from skope.diff.compare import compare
from skope.errors import EnvironmentFault
from skope.schema.listing import AggregateEntry, Entry, FullListing
from skope.schema.live import AggregateNow, AggregateRow, Live, MachineNow, OpenCapture
from skope.schema.totals import totals_of
from skope.tui.app import LEAST_S, Screen

NOON = 1_795_694_400.0
"""2026-11-26 12:00:00 UTC."""


def live(mode="agg", **named):
    """One event."""
    known = {
        "version": "1.0",
        "tag": "monday",
        "time": NOON,
        "whole": True,
        "machine": MachineNow(processors=2, memory_total=2048.0, points=[]),
        "captures": [],
        "reports": 1,
        "aggregate": None,
    }
    return Live(mode=mode, **(known | named))


def aggregate_now(aggregate, rejected=0):
    """As the front tells of an aggregate."""
    rows = []
    for name, tally in sorted(aggregate.items()):
        row = row_of(tally)
        rows.append(
            AggregateRow(
                name=name,
                n=row.total_execs,
                total_time=row.total_exec_time,
                mean_time=row.avg_exec_time,
                total_memory=row.total_memory_usage,
                mean_memory=row.avg_exec_memory,
                min=row.min,
                max=row.max,
                p50=row.p50,
                p90=row.p90,
                p95=row.p95,
                p99=row.p99,
            )
        )
    records = sum(row.n for row in rows)
    return AggregateNow(records=records, rejected=rejected, names=len(rows), rows=rows)


def machine(count, end=NOON, step=1.0):
    """A curve that goes up and down."""
    points = [
        (
            end - (count - 1 - i) * step,
            float(i * 7 % 101),
            float(min(i * 7 % 101 + 20, 100)),
            500.0 + i,
        )
        for i in range(count)
    ]
    return MachineNow(processors=2, memory_total=2048.0, points=points)


def capture(name, module=None):
    return OpenCapture(name=name, module=module, started=NOON - 60)


def listing(*tags, aggregates=()):
    """Reports and aggregates, the first the newest."""
    entries = [
        Entry(
            address=tag,
            file=f"{tag}.json",
            runs=10,
            failed=int(index == 1),
            exec_time=1.2 + index / 10,
            metrics={"cpu_time": 2.0 + index, "machine.memory_peak": 180.0},
            subject="script",
            trust="A",
            timestamp=NOON - 600 * (index + 1),
            changed_ns=0,
        )
        for index, tag in enumerate(tags)
    ]
    stored = [
        AggregateEntry(
            address=tag,
            file=f"{tag}.agg.json",
            names=5,
            executions=12_000 + index,
            exec_time=60.0,
            changed_ns=int(NOON - 3600 * (index + 1)) * 1_000_000_000,
        )
        for index, tag in enumerate(aggregates)
    ]
    return FullListing(
        captures=entries,
        diffs=[],
        failed=[],
        aggregates=[entry.file for entry in stored],
        earlier=0,
        unreadable=[],
        aggregate_entries=stored,
    )


@dataclass
class Fake:
    """A feed, the documents and the aggregate in one."""

    reports: dict = field(default_factory=dict)
    aggregates: dict = field(default_factory=dict)
    now: dict = field(default_factory=dict)
    gone: bool = False
    asked: int = 0
    seconds: float = 0.0

    def start(self, deliver):
        self.deliver = deliver

    def close(self):
        self.closed = True

    def listing(self):
        return listing(*self.reports, aggregates=self.aggregates)

    def report(self, tag):
        return self.reports[tag]

    def diff(self, base, head):
        return compare(self.reports[base], self.reports[head])

    def totals(self, tag):
        return {name: totals_of(tally) for name, tally in self.aggregates[tag].items()}

    def aggregate_diff(self, base, head):
        sides = (Collected(name=tag, timestamp=0, totals=self.totals(tag)) for tag in (base, head))
        return compare_aggregates(*sides)

    def aggregate(self):
        self.asked += 1
        if self.gone:
            message = "http://localhost:9001 does not answer: Connection refused"
            raise EnvironmentFault(message)
        return dict(self.now)


class Stage:
    """A screen under test, and the person at it."""

    def __init__(self, app, pilot, fake):
        self.app, self.pilot, self.fake = app, pilot, fake

    async def news(self, *items):
        self.fake.seconds += 2
        for item in items:
            self.fake.deliver(item)
        await self.pilot.pause(LEAST_S + 0.05)
        await self.settle()

    async def press(self, *keys):
        await self.pilot.press(*keys)
        await self.settle()

    async def settle(self):
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    @property
    def rows(self):
        """What stands on the screen, without what is blank at the right."""
        strips = self.app.screen._compositor.render_strips(self.app.size)
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    @property
    def text(self):
        return "\n".join(self.rows)


def staged(act, fake, *, size=(80, 24), with_aggregate=True):
    """Runs `act(stage)` on a screen fed by `fake`; what the screen returned at its end."""

    async def run():
        app = Screen(
            fake,
            fake,
            fake if with_aggregate else None,
            where="http://localhost:9001",
            now=lambda: NOON,
            ticks=lambda: fake.seconds,
        )
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await act(Stage(app, pilot, fake))
        return app

    return asyncio.run(run())
