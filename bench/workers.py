"""What four workers pay for a record, against one; and what raw uvloop pays for four."""

from typing import Final

from bench.effort import Effort
from bench.figures import Row, Section, in_turn, of
from bench.load import lua_post, post, wrk
from bench.processes import Server, cpu_ns
from bench.records import RECORD
from bench.servers import raw_uvloop, reply_to, skope

BUDGETS: Final = ("workers_over_uvloop",)
MANY: Final = 4
ROUNDS: Final = 21


def measure(effort: Effort) -> Section:
    """Both, with one process and with four, in turn."""
    section = Section(title=f"{MANY} workers against one")
    rounds, folder = effort.of(ROUNDS, 2), effort.folder
    busiest: dict[str, list[float]] = {}
    lua = lua_post(folder / "record.lua", "/", RECORD)
    with (
        skope(folder / "one", "agg") as one,
        skope(folder / "many", "agg", "--workers", str(MANY)) as many,
    ):
        reply = reply_to(one.port, post(RECORD.encode()))
        with (
            raw_uvloop(folder / "uvloop", reply) as one_uvloop,
            raw_uvloop(folder / "uvloops", reply, workers=MANY) as many_uvloop,
        ):

            def spread(name: str, server: Server) -> float:
                before = [cpu_ns(pid) for pid in server.pids]
                cost = wrk(server, lua).cpu_us
                spent = [cpu_ns(pid) - was for pid, was in zip(server.pids, before, strict=True)]
                busiest.setdefault(name, []).append(100 * max(spent) / sum(spent))
                return cost

            found = in_turn(
                rounds,
                {
                    "skope 1": lambda: wrk(one, lua).cpu_us,
                    "uvloop 1": lambda: wrk(one_uvloop, lua).cpu_us,
                    "skope 4": lambda: spread("skope 4", many),
                    "uvloop 4": lambda: spread("uvloop 4", many_uvloop),
                },
            )
    for unit, rows in (("µs CPU", found), ("% of it by the busiest", busiest)):
        section.rows += [Row(what=_title(name), unit=unit, values=rows[name]) for name in rows]
    section.findings["workers_over_uvloop"] = of(
        [
            (ours_many / ours) / (theirs_many / theirs)
            for ours_many, ours, theirs_many, theirs in zip(
                found["skope 4"],
                found["skope 1"],
                found["uvloop 4"],
                found["uvloop 1"],
                strict=True,
            )
        ]
    )
    section.notes.append(
        f"wrk, 32 connections, 1 s each, {rounds} rounds in turn; processor time of all workers."
        " On fewer processors than workers and wrk together, both sides pay for changing places."
        " Who accepts fast takes all connections that wait, and four that leave the work to one"
        " cost what one costs: how it was spread is chance, and most of the range."
    )
    return section


def _title(name: str) -> str:
    kind, count = name.split()
    title = "`POST /`, one record" if kind == "skope" else "raw uvloop, the same reply always"
    return f"{title}, {count} process{'es' if count != '1' else ''}"
