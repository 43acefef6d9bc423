"""`/start` and `/stop`: bursts of distinct captures, really opened and really kept.

A burst stays under the cap of open captures. What is counted is the front worker's processor time,
all its threads, from before the first request until after the last answer.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.effort import Effort
from bench.figures import Row, Section, below_sanic, in_turn, of, ratio
from bench.load import CONNECTIONS, Crowd, get, lua_burst, strangers, wrk
from bench.processes import Server
from bench.servers import bare_sanic, raw_uvloop, reply_to, skope

BUDGETS = ("start_over_uvloop", "start_below_sanic", "stop_cpu")
BURST = 9900
ROUNDS = 25
TOGETHER = 10
STRANGERS = 1000
FEWER_ROUNDS = 7
STOPPED = 200
RUNS = 10
IN_MEMORY = Path("/dev/shm")
STARTED = {
    "skope": "`GET /start?name=…`, a capture opened",
    "uvloop": "raw uvloop, the same reply always",
    "sanic": "a bare Sanic handler, the same body",
}


def measure(effort: Effort) -> Section:
    """CPU per signal, beside the peers'."""
    section = Section(title="Signals")
    _starts(effort, section)
    _stops(effort, section)
    return section


def _starts(effort: Effort, section: Section) -> None:
    burst, rounds = effort.of(BURST, 4000), effort.of(ROUNDS, 2)
    folder = effort.folder
    single = lua_burst(folder / "single.lua", "/start?name=load", burst)
    fewer = burst - TOGETHER * CONNECTIONS  # so many more may be asked for, under the same cap
    many = lua_burst(folder / "many.lua", "/start?name=load", fewer, together=TOGETHER)
    alone = [get(f"/start?name=load{k + 1}") for k in range(effort.of(STRANGERS, 50))]
    cancels = [get(f"/cancel?name=load{k + 1}") for k in range(burst + CONNECTIONS)]
    with skope(folder / "starts", "server") as ours:
        reply = reply_to(ours.port, get("/start?name=load9999"))
        reply_to(ours.port, get("/cancel?name=load9999"))
        body = reply.partition(b"\r\n\r\n")[2]
        with (
            raw_uvloop(folder / "uvloop", reply) as uvloop,
            bare_sanic(folder / "sanic", body) as sanic,
            Crowd(ours) as crowd,
        ):

            def by(ask: Callable[[Server], float]) -> dict[str, Callable[[], float]]:
                def opened() -> float:
                    cost = ask(ours)
                    crowd.ask(cancels, found=(200, 404))
                    return cost

                return {"skope": opened, "uvloop": lambda: ask(uvloop), "sanic": lambda: ask(sanic)}

            found = in_turn(rounds, by(lambda server: wrk(server, single).cpu_us))
            few = effort.of(FEWER_ROUNDS, 1)
            together = in_turn(few, by(lambda server: wrk(server, many).cpu_us))
            strange = in_turn(few, by(lambda server: strangers(server, alone)))
    for costs, how in (
        (found, ""),
        (together, f", {TOGETHER} at a time"),
        (strange, ", a connection each"),
    ):
        section.rows += [
            Row(what=f"{what}{how}", unit="µs CPU", values=costs[name])
            for name, what in STARTED.items()
        ]
    section.findings["start_over_uvloop"] = ratio(found["skope"], found["uvloop"])
    section.findings["start_below_sanic"] = below_sanic(found)
    section.notes.append(
        f"wrk, 32 connections, bursts of {burst:,} distinct names, {rounds} rounds in turn; the"
        " captures are dropped between the rounds, which is not counted, and wrk makes its requests"
        " before it sends the first. For information, in"
        f" {FEWER_ROUNDS} rounds: {TOGETHER} at a time, which share the system calls that are most"
        f" of what a single one costs; and {STRANGERS:,} that each open a connection, as curl does."
    )


def _stops(effort: Effort, section: Section) -> None:
    """Every name is captured RUNS times: its report grows to that many runs."""
    count = effort.of(STOPPED, 30)
    what = f"`/stop`, report written, 1 to {RUNS} runs kept"
    costs = _bursts(effort.folder, count)
    section.rows.append(Row(what=what, unit="µs CPU", values=costs))
    section.findings["stop_cpu"] = of(costs)
    if IN_MEMORY.is_dir():
        with tempfile.TemporaryDirectory(prefix="skope-bench-", dir=IN_MEMORY) as folder:
            costs = _bursts(Path(folder), count)
        row = Row(what=f"the same, its reports in {IN_MEMORY}", unit="µs CPU", values=costs)
        section.rows.append(row)
    section.notes.append(
        f"`/stop`: {count} captures at a time, each name {RUNS} times, so that a report has"
        f" 1 run in the first burst and {RUNS} in the last. What a report costs in {IN_MEMORY} less"
        " is the disk's part; the limit is held against what it costs on the disk."
    )


def _bursts(folder: Path, count: int) -> list[float]:
    """What a stop costs in each of RUNS bursts, in a server whose reports are below `folder`."""
    names = [f"stop{k:05}" for k in range(count)]
    costs = []
    with skope(folder / "stops", "server") as ours, Crowd(ours) as crowd:
        for signal in ("start", "stop"):  # the first ones import and open what the others find
            crowd.ask([get(f"/{signal}?name=first")])
        for _ in range(RUNS):
            crowd.ask([get(f"/start?name={name}") for name in names])
            costs.append(crowd.ask([get(f"/stop?name={name}") for name in names]))
    return costs
