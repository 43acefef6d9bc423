"""README's examples do what it says: its files are written, its commands run, its output appears.

Blocks marked `console` run in order, in one folder, each as one bash script; a `bash` block after a
line that ends with "`NAME`:" is that file. Port 9001 becomes a free one.
"""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

pytestmark = pytest.mark.timeout(300)

BLOCK = re.compile(r"(?P<before>[^\n]*)\n+```(?P<language>\w+)\n(?P<text>.*?)^```$", re.M | re.S)
FILE = re.compile(r"`(?P<name>[\w./-]+)`:$")
FIGURE = re.compile(r"(?<![\w@~/.])[-+−]?\d[\d,.:T-]*")
VERDICT = re.compile(r"^(?:[^\w\s] [A-Z]{2,}|  trust |  only in ).*$(?:\n  \w+ is .*$)*", re.M)
CHANGING = {
    "A",
    "B",
    "C",
    "D",
    "equivalent",
    "improvement",
    "inconclusive",
    "regression",
    "small",
    "change",
    "ago",
    "just",
    "now",
    "h",
    "min",
    "s",
    "ms",
    "µs",
    "KiB",
    "MiB",
    "GiB",
}
"""Words that are measured, like figures, or their units: the next machine may come to others."""


class Command(NamedTuple):
    """One line after a prompt, and what README shows below it."""

    line: str
    output: list[str]


def blocks(project, language):
    text = (project / "README.md").read_text(encoding="utf-8")
    return [found for found in BLOCK.finditer(text) if found["language"] == language]


def commands(text):
    """The commands of a console block, continued lines joined."""
    found = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append(Command(line[2:], []))
        elif line.startswith("> "):
            found[-1] = Command(f"{found[-1].line}\n{line[2:]}", [])
        else:
            found[-1].output.append(line)
    return found


def words(text):
    """The words of some output, without the figures, the verdict, and what else is measured."""
    text = FIGURE.sub(" ", VERDICT.sub("", text))
    return set(re.findall(r"[\w@`'./-]*[A-Za-z_][\w@`'./-]*", text)) - CHANGING


@pytest.fixture(scope="module")
def folder(project, tmp_path_factory):
    """Where the README is followed, its files written."""
    folder = tmp_path_factory.mktemp("readme")
    for block in blocks(project, "bash"):
        name = FILE.search(block["before"])
        assert name, f"no name before the block {block['text'][:60]!r}"
        path = folder / name["name"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block["text"])
    return folder


@pytest.fixture(scope="module")
def port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def follow(text, folder, port):
    """Everything a console block prints, command by command."""
    lines = [f"echo '@@@{at}'\n{command.line}" for at, command in enumerate(commands(text))]
    script = "\n".join(["set -e", "exec 2>&1", *lines]).replace("9001", str(port))
    for path in folder.glob("*.sh"):
        path.write_text(path.read_text().replace("9001", str(port)))
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={
            **{k: v for k, v in os.environ.items() if not k.startswith("SKOPE_")},
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "SKOPE_PORT": str(port),
            "NO_COLOR": "1",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return re.split(r"^@@@\d+\n", done.stdout, flags=re.M)[1:]


def test_every_example_prints_what_readme_shows(project, folder, port):
    """Every word README shows of a command's output is in what it prints now."""
    found = blocks(project, "console")
    assert len(found) >= 3
    for block in found:
        printed = follow(block["text"], folder, port)
        shown = commands(block["text"])
        assert len(printed) == len(shown)
        for command, output in zip(shown, printed, strict=True):
            missing = words("\n".join(command.output).replace("9001", str(port))) - words(output)
            assert not missing, f"{command.line}: {sorted(missing)} not in\n{output}"


def test_every_python_example_runs(project, tmp_path):
    for block in blocks(project, "python"):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", block["text"]],
            cwd=tmp_path,
            env={**os.environ, "SKOPE_URL": "http://localhost:9"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_reading_of_output_is_not_blind():
    assert words("▼ IMPROVEMENT: exec_time is lower\n▼ cpu_time  1 s") == {"cpu_time"}
    assert words("exec_time 1.204 s +6.9 % regression") == {"exec_time"}
    assert words("saved .skope/test1.json") == {"saved", ".skope/test1.json"}
    assert commands("$ a \\\n> b\nout\n$ c\n") == [Command("a \\\nb", ["out"]), Command("c", [])]


def test_the_first_commands_are_makes(project):
    text = (project / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([\w-]+):", (project / "Makefile").read_text(), re.M))
    told = set(re.findall(r"^make ([\w-]+)", text, re.M))
    assert {"demo", "test"} <= told <= targets
    assert text.index("make demo") < 1000


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_lead_somewhere(project, document):
    text = (project / document).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link]
    assert [link for link in links if not (project / link).exists()] == []


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_named_files_exist(project, document):
    """Paths of this project that a document names in backticks are there."""
    text = (project / document).read_text(encoding="utf-8")
    named = re.findall(r"`((?:skope|tests|bench|examples|scripts|\.ci)/[\w./-]+)`", text)
    assert [name for name in named if not (project / name).exists()] == []
