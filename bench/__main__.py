"""`python -m bench`: measures Skope beside its peers, prints a page, fails above a budget."""

import argparse
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

from bench.budgets import FILE, read_budgets
from bench.effort import Effort
from bench.figures import Section
from bench.machine import compile_skope, described
from bench.measurements import BUDGETS, MEASUREMENTS
from bench.page import judge, page
from bench.peers_at_hand import install_missing

PAGE = Path(__file__).with_name("RESULTS.md")


def main(words: list[str]) -> int:
    """Measures what was asked for; 1 when something is over its budget, or failed."""
    options = _parse(words)
    budgets = read_budgets(FILE.read_text(encoding="utf-8"))
    for sentence in install_missing():
        _say(sentence)
    compile_skope()
    machine, began = described(), time.monotonic()
    sections = [_measured(name, quick=options.quick) for name in options.names]
    took = time.monotonic() - began
    judged = judge(budgets, sections)
    title = f"What Skope costs, measured in {took:.0f} s"
    text = page(f"{title} (a quick look)" if options.quick else title, machine, judged, sections)
    print(text, end="")
    if options.output:
        options.output.write_text(text, encoding="utf-8")
        _say(f"wrote {options.output.name}")
    over = [budget.key for budget, _, word in judged if word == "over"]
    if over:
        _say(f"over budget: {', '.join(over)}")
    failed = any(section.failed for section in sections)
    return int(bool(over) or failed)


def _parse(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"some of {', '.join(MEASUREMENTS)}"
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds: an impression")
    parser.add_argument(
        "--output", type=Path, help=f"the page (default: {PAGE.name} here, for a full run only)"
    )
    options = parser.parse_args(words)
    unknown = [name for name in options.names if name not in MEASUREMENTS]
    if unknown:
        parser.error(f"there is no {unknown[0]}; there are {', '.join(MEASUREMENTS)}")
    if not options.quick and not options.names and options.output is None:
        options.output = PAGE
    options.names = options.names or [*MEASUREMENTS]
    return options


def _measured(name: str, *, quick: bool) -> Section:
    """One measurement; where it fails, the page says so."""
    _say(f"{name}…")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="skope-bench-") as folder:
        try:
            section = MEASUREMENTS[name](Effort(quick=quick, folder=Path(folder)))
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            traceback.print_exception(error)
            section = Section(title=name.capitalize(), failed=True)
            section.unresolved(BUDGETS[name], f"it failed: {str(error).splitlines()[0]}")
    missing = set(BUDGETS[name]) - section.findings.keys()
    if missing:
        message = f"{name} found nothing for {', '.join(sorted(missing))}"
        raise RuntimeError(message)
    _say(f"{name} took {time.monotonic() - began:.0f} s")
    return section


def _say(sentence: str) -> None:
    print(f"bench: {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
