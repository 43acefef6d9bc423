"""`skope ab`: base and head measured in pairs, then compared."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from skope.cli import judging, launching
from skope.cli.counts import between
from skope.cli.messages import say
from skope.cli.place import configure_access, place_of
from skope.errors import UsageError

if TYPE_CHECKING:
    from skope.supervisor.command import Command
    from skope.supervisor.pairs import Contest, Standings

PAIRS: Final = 10
MOST_PAIRS: Final = 1000
_EPILOG: Final = """\
BASE and HEAD are scripts or commands. Or two versions in git: each gets a
worktree (head without --head-ref is the working tree), --setup runs once in
each, then head's S runs in either by turns, with $SKOPE_SIDE base or head.
REF may be merge-base:origin/main.

examples
  skope ab old.sh new.sh
  skope ab 'sort -u words' 'sort words | uniq'
  skope ab --base-ref origin/main --setup 'make build' --script bench.sh"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `skope ab`."""
    parser.epilog = _EPILOG
    add = parser.add_argument
    add("words", nargs="*", metavar="BASE HEAD", help="two scripts, or two commands")
    add("--base-ref", metavar="REF", help="the commit that is base")
    add("--head-ref", metavar="REF", help="the commit that is head; the working tree by default")
    add("--script", metavar="S", help="what runs in either, with --base-ref")
    add("--setup", metavar="CMD", help="run by bash once for each side, before the first pair")
    add("--tag", metavar="T", default="ab", help="the reports are T.base and T.head (ab)")
    add("--pairs", type=between(1, MOST_PAIRS), metavar="N", help=f"how many pairs ({PAIRS})")
    launching.configure(parser)
    judging.configure(parser)
    configure_access(parser)


def run(options: argparse.Namespace) -> int:
    """Measure, compare, print; the exit code gates when asked to."""
    from skope.supervisor.platform import require_linux

    require_linux("ab")
    judging.format_of(options)
    from skope.supervisor.guarding import Guard
    from skope.supervisor.pairs import contend, verdict

    with Guard() as guard, _contest(options) as contest:
        standings = contend(contest, guard)
    verdict(contest, standings)
    for note in standings.notes:
        say(f"skope: {note}")
    return _judged(options, contest, standings) if standings.finished else standings.exit_code


def _judged(options: argparse.Namespace, contest: "Contest", standings: "Standings") -> int:
    from skope.cli import reading
    from skope.diff.compare import compare

    reports = reading.open_reports(options)
    base, head = (reports.read(contender.tag) for contender in contest.sides)
    code = judging.conclude(options, compare(base, head, judging.policy(options)))
    return standings.exit_code or code


@contextmanager
def _contest(options: argparse.Namespace) -> Iterator["Contest"]:
    if len(options.words) != 2:
        message = "two things to compare are needed: BASE HEAD"
        raise UsageError(message, hint="`skope help ab` has examples")
    yield contest_of(options, *(launching.command_of(word) for word in options.words))


def contest_of(options: argparse.Namespace, base: "Command", head: "Command") -> "Contest":
    """What the options ask for, between these two."""
    from skope.schema.names import check_name
    from skope.supervisor.pairs import Contender, Contest

    tag = check_name(options.tag, what="a tag")
    return Contest(
        name=tag,
        base=Contender(side="base", tag=f"{tag}.base", command=base),
        head=Contender(side="head", tag=f"{tag}.head", command=head),
        place=place_of(options),
        pairs=options.pairs or PAIRS,
        **launching.terms_of(options),
    )
