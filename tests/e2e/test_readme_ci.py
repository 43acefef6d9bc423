"""README's section on continuous integration: its workflow's scripts run, its settings are read."""

import os
import re
import subprocess
import textwrap
from pathlib import Path

import pytest

from skope.cli.config import load
from skope.cli.exits import BROKEN
from skope.view.markdown import MARKER

GH = """\
#!/bin/bash
# Stands in for GitHub's own: lists one comment when there is one, and says what it was asked.
if [ "$2" = --paginate ]; then cat old; else echo "$*" >asked; fi
"""


@pytest.fixture(scope="module")
def section(project):
    text = (project / "README.md").read_text(encoding="utf-8")
    return re.search(r"^## In CI\n(.*?)^## ", text, re.M | re.S)[1]


def block(section, language):
    return re.search(rf"^```{language}\n(.*?)^```$", section, re.M | re.S)[1]


def test_the_settings_are_read(section, tmp_path):
    (tmp_path / "skope.toml").write_text(block(section, "toml"))
    policy = load(tmp_path).policy
    assert policy.budgets == {"memory_peak": 512.0}
    assert policy.min_effect == {"exec_time": 0.05}
    assert policy.gating == {"cpu_time": False}


@pytest.mark.parametrize(
    ("old", "asked"),
    [
        ("", "api --method POST repos/o/r/issues/7/comments -F body=@comment.md"),
        ("https://x/1\nhttps://x/2\n", "api --method PATCH https://x/1 -F body=@comment.md"),
    ],
)
def test_the_comment_is_made_once_and_then_replaced(section, tmp_path, old, asked):
    workflow = block(section, "yaml")
    assert f'startswith("{MARKER}")' in workflow
    script = textwrap.dedent(re.search(r"run: \|\n((?: {10}.*\n)+)", workflow)[1])
    (tmp_path / "old").write_text(old)
    (tmp_path / "gh").write_text(GH)
    (tmp_path / "gh").chmod(0o755)
    comment = tmp_path / "comment.md"
    comment.write_text("")
    follow(script, tmp_path)
    assert not (tmp_path / "asked").exists()
    comment.write_text(MARKER)
    follow(script, tmp_path)
    assert (tmp_path / "asked").read_text().strip() == asked


def follow(script, folder):
    """As GitHub runs a step of a job."""
    environ = {
        **os.environ,
        "PATH": f"{folder}:{os.environ['PATH']}",
        "COMMENTS": "repos/o/r/issues/7/comments",
    }
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    subprocess.run(command, cwd=folder, env=environ, check=True, timeout=60)


def test_the_exit_codes_are_those_there_are(section, project):
    told = [int(code) for code in re.findall(r"^\| (\d+) \|", section, re.M)]
    page = Path(project / "skope/cli/exits.py").read_text(encoding="utf-8")
    listed = {int(code) for code in re.findall(r"(?:^|· )(\d+) [a-zS]", page, re.M)}
    assert told == [0, 1, 2, 3, 4, 5, BROKEN]
    assert set(told) <= listed
