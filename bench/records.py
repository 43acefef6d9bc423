"""`POST /` with one record, journaled and tallied, beside what else takes a number over HTTP."""

import contextlib

from bench.effort import Effort
from bench.figures import Row, Section, below_sanic, in_turn, ratio
from bench.load import Load, lua_post, post, wrk
from bench.processes import Server, ticked_ns
from bench.servers import bare_sanic, pushgateway, raw_uvloop, reply_to, skope

BUDGETS = ("post_over_uvloop", "post_below_sanic", "post_below_pushgateway")
RECORD = '{"name":"chat","exec_time":0.0184672839104}'
NAMES = {
    "skope": "`POST /`, one record, journaled and tallied",
    "uvloop": "raw uvloop, the same reply always",
    "sanic": "a bare Sanic handler, the same body",
    "pushgateway": "prometheus-pushgateway, POST of one sample",
}


def measure(effort: Effort) -> Section:
    """CPU and throughput of each under wrk."""
    section = Section(title="Posted records, one a request")
    rounds = effort.of(15, 2)
    folder = effort.folder
    ours_lua = lua_post(folder / "record.lua", "/", RECORD)
    theirs_lua = lua_post(folder / "sample.lua", "/metrics/job/bench", "exec_time 0.018\n")
    loads: dict[str, list[Load]] = {}
    with contextlib.ExitStack() as stack:
        ours = stack.enter_context(skope(folder / "agg", "agg"))
        reply = reply_to(ours.port, post(RECORD.encode()))
        servers = {
            "skope": ours,
            "uvloop": stack.enter_context(raw_uvloop(folder / "uvloop", reply)),
            "sanic": stack.enter_context(
                bare_sanic(folder / "sanic", reply.partition(b"\r\n\r\n")[2])
            ),
        }
        try:
            servers["pushgateway"] = stack.enter_context(pushgateway(folder / "pushgateway"))
        except FileNotFoundError as absent:
            section.unresolved(["post_below_pushgateway"], str(absent))

        def task(name: str, server: Server) -> float:
            lua = theirs_lua if name == "pushgateway" else ours_lua
            loads.setdefault(name, []).append(wrk(server, lua))
            return loads[name][-1].cpu_us

        ticks, exact = ticked_ns(ours.pids[0]), ours.cpu_ns()
        found = in_turn(
            rounds,
            {name: lambda n=name, s=server: task(n, s) for name, server in servers.items()},  # type: ignore[misc]
        )
        ticks, exact = ticked_ns(ours.pids[0]) - ticks, ours.cpu_ns() - exact
    for name, costs in found.items():
        section.rows.append(Row(what=NAMES[name], unit="µs CPU", values=costs))
    for name in found:
        rates = [load.rate for load in loads[name]]
        section.rows.append(Row(what=NAMES[name], unit="requests/s", values=rates))
    section.findings["post_over_uvloop"] = ratio(found["skope"], found["uvloop"])
    section.findings["post_below_sanic"] = below_sanic(found)
    if "pushgateway" in found:
        section.findings["post_below_pushgateway"] = ratio(found["pushgateway"], found["skope"])
    section.notes.append(
        f"wrk, one thread, 32 connections, 1 s each, {rounds} rounds in turn. Second instrument:"
        f" over these rounds the front's utime + stime is {ticks / exact:.3f} × what"
        " schedstat says."
    )
    return section
