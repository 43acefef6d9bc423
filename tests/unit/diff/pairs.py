"""Reports as `skope ab` leaves them: a session of pairs, with what time and order did to them."""

from msgspec.structs import replace

from tests.unit.diff.sides import side


def measured(base, head, base_first=(), *, metrics=("exec_time",), session="s"):
    """The two reports; values by metric where there are several, one list where there is one."""
    columns = [side if isinstance(side, dict) else {metrics[0]: side} for side in (base, head)]
    reports = []
    for name, of_side in zip(("base", "head"), columns, strict=True):
        report = side(name, **of_side)
        runs = [
            replace(run, pair=at + 1, position=_position(name, at, base_first))
            for at, run in enumerate(report.runs)
        ]
        reports.append(replace(report, runs=runs, session=session))
    return reports


def _position(name, at, base_first):
    first = base_first[at] if at < len(base_first) else at % 2 == 0
    return 1 if first == (name == "base") else 2
