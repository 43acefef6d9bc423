"""`skope calibrate`: a script measured against itself, to know the noise of this machine."""

import argparse
from typing import TYPE_CHECKING, Final

from skope.cli import floors, launching, reading
from skope.cli.counts import between
from skope.cli.messages import json_text, put, say
from skope.cli.place import configure_access, configure_watch, place_of

if TYPE_CHECKING:
    from skope.supervisor.pairs import Contest, Standings

PAIRS: Final = 20
LEAST: Final = 10
MOST: Final = 1000
_TAG: Final = "calibrate"
_EPILOG: Final = """\
From then on `skope diff` and `skope ab` call no change of SCRIPT here real
that is within its noise, and from 19 pairs on even one run a side can lie
outside of it. `skope ab S S` keeps the same.

example
  skope calibrate bench.sh"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `skope calibrate`."""
    parser.epilog = _EPILOG
    add = parser.add_argument
    add("script", metavar="SCRIPT", help="a script, or a command")
    add(
        "--pairs", type=between(LEAST, MOST), default=PAIRS, metavar="N",
        help=f"how many pairs ({PAIRS})",
    )  # fmt: skip
    add("--json", action="store_true", help="print the pairs' log ratios as JSON")
    launching.configure(parser)
    configure_watch(parser)
    configure_access(parser)


def run(options: argparse.Namespace) -> int:
    """Measure the pairs, keep them, print the floors."""
    from skope.supervisor.platform import require_linux

    require_linux("calibrate")
    from skope.supervisor.guarding import Guard
    from skope.supervisor.pairs import contend, verdict
    from skope.view.floors import of_calibration

    contest = _contest(options)
    with Guard() as guard:
        standings = contend(contest, guard)
    verdict(contest, standings)
    if standings.finished < LEAST:
        say(_too_few(contest, standings))
        return standings.exit_code
    reports = reading.open_reports(options)
    base, head = (reports.read(contender.tag) for contender in contest.sides)
    calibration = floors.keep_floor(options, base, head, options.script)
    if calibration is None:
        say(f"skope: too few pairs to know the noise: it takes {LEAST} that can be trusted")
    elif options.json:
        put(json_text(calibration))
    else:
        put(of_calibration(calibration))
    if standings.interrupted is not None:
        say(f"skope: interrupted after {standings.finished} of {contest.pairs} pairs")
    return standings.exit_code


def _too_few(contest: "Contest", standings: "Standings") -> str:
    """What there is all the same."""
    how = "finished only" if standings.interrupted is None else "interrupted after"
    kept = " and ".join(contender.tag for contender in contest.sides)
    runs = f"; the runs are kept as {kept}" if standings.finished else ""
    return (
        f"skope: {how} {standings.finished} of {contest.pairs} pairs: it takes {LEAST} to know the "
        f"noise, what was known of it stays as it was{runs}"
    )


def _contest(options: argparse.Namespace) -> "Contest":
    from skope.supervisor.pairs import Contender, Contest

    command = launching.command_of(options.script)
    return Contest(
        name=_TAG,
        command="skope calibrate",
        base=Contender(side="base", tag=f"{_TAG}.base", command=command),
        head=Contender(side="head", tag=f"{_TAG}.head", command=command),
        place=place_of(options),
        pairs=options.pairs,
        **launching.terms_of(options),
    )
