"""What four workers pay for a record, against one; and what raw uvloop pays for four."""

from typing import Final

from bench.effort import Effort
from bench.figures import Row, Section, in_turn, of
from bench.load import lua_post, post, wrk
from bench.records import RECORD
from bench.servers import raw_uvloop, reply_to, skope

BUDGETS: Final = ("workers_over_uvloop",)
MANY: Final = 4


def measure(effort: Effort) -> Section:
    """Both, with one process and with four, in turn."""
    section = Section(title=f"{MANY} workers against one")
    rounds, folder = effort.of(7, 3), effort.folder
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
            found = in_turn(
                rounds,
                {
                    "skope 1": lambda: wrk(one, lua).cpu_us,
                    "uvloop 1": lambda: wrk(one_uvloop, lua).cpu_us,
                    "skope 4": lambda: wrk(many, lua).cpu_us,
                    "uvloop 4": lambda: wrk(many_uvloop, lua).cpu_us,
                },
            )
    for name, costs in found.items():
        kind, count = name.split()
        title = "`POST /`, one record" if kind == "skope" else "raw uvloop, the same reply always"
        what = f"{title}, {count} process{'es' if count != '1' else ''}"
        section.rows.append(Row(what=what, unit="µs CPU", values=costs))
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
    )
    return section
