"""What a command costs from its start to its end, beside Python's own start and other tools.

Processor time is wait4's of the whole process, in turn; the wall clock is hyperfine's.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from bench.effort import Effort
from bench.figures import Row, Section, in_turn, ratio
from bench.processes import environment
from bench.servers import SKOPE

BUDGETS: Final = ("version_over_python", "diff_over_python", "diff_over_pyperf")
RUNS: Final = 10
_NAMES: Final = {
    "python": "`python -c pass`",
    "version": "`skope --version`",
    "diff": "`skope diff` of two reports of 10 runs",
    "pyperf": "`pyperf compare_to` of two files of 10 values",
    "runner": "`skope runner -- true`, captured and reported",
    "hyperfine": "`hyperfine --runs 1 true`",
}


def measure(effort: Effort) -> Section:
    """CPU in turn, then wall."""
    section = Section(title="Commands")
    rounds = effort.of(15, 5)
    folder = effort.folder / "commands"
    commands = _commands(folder)
    found = in_turn(
        rounds,
        {name: lambda c=command: cpu_ms(c, folder) for name, command in commands.items()},  # type: ignore[misc]
    )
    for name, costs in found.items():
        section.rows.append(Row(what=_NAMES[name], unit="ms CPU", values=costs))
    section.findings["version_over_python"] = ratio(found["version"], found["python"])
    section.findings["diff_over_python"] = ratio(found["diff"], found["python"])
    if "pyperf" in found:
        section.findings["diff_over_pyperf"] = ratio(found["diff"], found["pyperf"])
    else:
        section.unresolved(["diff_over_pyperf"], "pyperf is not installed")
    if "hyperfine" in found:
        _wall(section, commands, folder, effort.of(15, 5))
    section.notes.append(
        f"{rounds} rounds in turn, user and system time of the command and of what it waited for."
        " Skope is compiled to bytecode, as pip leaves what it installs."
    )
    return section


def _commands(folder: Path) -> dict[str, list[str]]:
    """All that are at hand, with what they read in `folder`."""
    skope = str(Path(sys.executable).with_name("skope"))
    entry = [skope] if Path(skope).exists() else [*SKOPE]
    _reports(folder)
    commands = {
        "python": [sys.executable, "-c", "pass"],
        "version": [*entry, "--version"],
        "diff": [*entry, "diff", "--base", "before", "--head", "after"],
        "runner": [*entry, "runner", "--port", "0", "--tag", "once", "--", "true"],
    }
    if importlib.util.find_spec("pyperf"):
        commands["pyperf"] = [
            *(sys.executable, "-m", "pyperf", "compare_to", "before.pyperf", "after.pyperf")
        ]
    hyperfine = shutil.which("hyperfine")
    if hyperfine:
        commands["hyperfine"] = [hyperfine, "--runs", "1", "--style", "none", "-N", "true"]
    return commands


def _reports(folder: Path) -> None:
    """Two captures by `skope runner`, and the same times in pyperf's form."""
    folder.mkdir(parents=True, exist_ok=True)
    for tag in ("before", "after"):
        subprocess.run(
            [*SKOPE, "runner", "--port", "0", "--tag", tag, "--runs", str(RUNS), "--", "true"],
            cwd=folder,
            env=environment(),
            check=True,
            capture_output=True,
            timeout=120,
        )
        report = json.loads((folder / ".skope" / f"{tag}.json").read_text())
        times = [run["exec_time"] for run in report["runs"]]
        text = {
            "version": "1.0",
            "benchmarks": [{"metadata": {"name": "true"}, "runs": [{"values": times}]}],
        }
        (folder / f"{tag}.pyperf").write_text(json.dumps(text))


def cpu_ms(command: list[str], folder: Path) -> float:
    """Milliseconds of processor time, user and system, by wait4.

    Raises
    ------
    RuntimeError
        If the command fails.
    """
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        message = f"{' '.join(command)} exits {process.returncode}"
        raise RuntimeError(message)
    return (usage.ru_utime + usage.ru_stime) * 1e3


def _wall(section: Section, commands: dict[str, list[str]], folder: Path, runs: int) -> None:
    asked = [name for name in ("python", "version", "diff", "pyperf") if name in commands]
    words = [" ".join(commands[name]) for name in asked]
    command = ["hyperfine", "-N", "--warmup", "1", "--runs", str(runs), "--style", "none"]
    subprocess.run(
        [*command, "--export-json", "wall.json", *words],
        cwd=folder,
        env=environment(),
        check=True,
        capture_output=True,
        timeout=300,
    )
    results = json.loads((folder / "wall.json").read_text())["results"]
    for name, result in zip(asked, results, strict=True):
        values = [1e3 * time for time in result["times"]]
        section.rows.append(Row(what=_NAMES[name], unit="ms wall, by hyperfine", values=values))
