"""`skope ab`: base and head measured in pairs, then compared."""

import argparse
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from skope.cli import floors, judging, launching
from skope.cli.counts import between, percentage
from skope.cli.messages import say
from skope.cli.place import configure_access, configure_watch, place_of
from skope.cli.sides import Sides, sides

if TYPE_CHECKING:
    from skope.schema.diff import Diff
    from skope.schema.report import Report
    from skope.store.directory import Directory
    from skope.supervisor.pairs import Contest

MOST_PAIRS: Final = 1000
MOST_TO_BE_PRECISE: Final = 100
"""Pairs a wanted precision may take, unless --pairs allows more."""
_EPILOG: Final = """\
BASE and HEAD are scripts or commands. Or two versions in git: each gets a
worktree (head without --head-ref is the working tree), --setup runs once in
each, then head's S, or one command, runs in either by turns, with $SKOPE_SIDE
base or head. REF may be merge-base:origin/main.

examples
  skope ab old.sh new.sh
  skope ab 'sort -u words' 'sort words | uniq'
  skope ab --base-ref origin/main --setup 'make build' --script bench.sh
  skope ab --base-ref HEAD~1 'python3 -m myapp --bench'"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `skope ab`."""
    parser.epilog = _EPILOG
    add = parser.add_argument
    add(
        "words",
        nargs="*",
        metavar="BASE HEAD",
        help="two scripts or commands, or one with --base-ref",
    )
    add("--base-ref", metavar="REF", help="the commit that is base")
    add("--head-ref", metavar="REF", help="the commit that is head; the working tree by default")
    add("--script", metavar="S", help="what runs in either, with --base-ref")
    add("--setup", metavar="CMD", help="run by bash once for each side, before the first pair")
    add("--tag", metavar="T", default="ab", help="the reports are T.base and T.head (ab)")
    add(
        "--pairs",
        type=between(1, MOST_PAIRS),
        metavar="N",
        help="how many pairs (10, and more, for a minute, where those differ much)",
    )
    add(
        "--precision",
        type=percentage,
        metavar="P%",
        help="pairs until each gated metric is known within ±P%% (at most 100)",
    )
    launching.configure(parser)
    judging.configure(parser)
    judging.offer_page(parser)
    configure_watch(parser)
    configure_access(parser)


def run(options: argparse.Namespace) -> int:
    """Measure, compare, print; the exit code gates when asked to."""
    from skope.supervisor.platform import require_linux

    require_linux("ab")
    judging.format_of(options)
    judging.check_page(options)
    from skope.cli import reading
    from skope.supervisor.guarding import Guard
    from skope.supervisor.pairs import contend, verdict

    with Guard() as guard, sides(options, guard) as both:
        contest = contest_of(options, both)
        standings = contend(contest, guard)
    verdict(contest, standings)
    if not standings.finished:
        _tell(standings.notes)
        say("skope: no pair was finished, so there is nothing to judge")
        return standings.exit_code
    stored = reading.open_reports(options)
    base, head = (stored.read(contender.tag) for contender in contest.sides)
    if not _of_commands_alone(contest, base, head):
        _tell(standings.notes)
    code = _judged(options, base, head)
    if both.identical:
        floors.keep_floor(options, base, head, contest.base.command.title)
    return code or standings.exit_code


def _tell(notes: Sequence[str]) -> None:
    for note in notes:
        say(f"skope: {note}")


def _of_commands_alone(contest: "Contest", *reports: "Report") -> bool:
    """Whether nobody expects a signal, and none came: then nothing is to be said of signals."""
    expected = any(side.command.script for side in contest.sides)
    return not expected and all(report.window == "script" for report in reports)


def _judged(options: argparse.Namespace, base: "Report", head: "Report") -> int:
    from skope.diff.compare import compare

    policy = floors.with_floors(options, judging.policy(options), base, head)
    diff = compare(base, head, policy)
    code = judging.conclude(options, diff)
    if options.html is not None:
        judging.keep_page(options, diff, base, head)
    return code


def contest_of(options: argparse.Namespace, both: "Sides") -> "Contest":
    """What the options ask for, between these two."""
    from skope.schema.names import check_name
    from skope.supervisor.command import of_shell
    from skope.supervisor.pairs import Contender, Contest

    tag = check_name(options.tag, what="a tag")
    return Contest(
        name=tag,
        base=Contender(side="base", tag=f"{tag}.base", command=both.base),
        head=Contender(side="head", tag=f"{tag}.head", command=both.head),
        place=place_of(options),
        pairs=_most(options),
        setup=None if options.setup is None else of_shell(options.setup, "--setup"),
        wanted=_wanted(options, tag),
        **launching.terms_of(options),
    )


def _most(options: argparse.Namespace) -> int:
    from skope.cli.enough import MOST_USUAL

    return options.pairs or (MOST_USUAL if options.precision is None else MOST_TO_BE_PRECISE)


def _wanted(options: argparse.Namespace, tag: str) -> "Callable[[Directory, int], int] | None":
    """What says how many pairs are enough; None: so many as were asked for."""
    from skope.cli.enough import PATIENCE_S, USUAL_PRECISION, Enough
    from skope.diff.compare import compare
    from skope.store.reports import Reports

    def judged(directory: "Directory") -> "Diff":
        reports = Reports(directory)
        base, head = (reports.read(f"{tag}.{side}") for side in ("base", "head"))
        return compare(base, head, judging.policy(options))

    if options.precision is not None:
        return Enough(judged, precision=options.precision, most=_most(options))
    if options.pairs is not None:
        return None
    return Enough(judged, precision=USUAL_PRECISION, most=_most(options), patience_s=PATIENCE_S)
