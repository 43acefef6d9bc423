"""The commit a report names is that of where Skope was started, wherever the reports go."""

import json
import subprocess

import pytest

from tests.e2e.command_line import get, run, server

ME = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")


def git(folder, *words):
    done = subprocess.run(["git", *ME, *words], cwd=folder, check=True, capture_output=True)
    return done.stdout.decode().strip()


@pytest.fixture
def places(tmp_path):
    """A repository, and a directory for reports in another one."""
    for name in ("here", "elsewhere"):
        folder = tmp_path / name
        folder.mkdir()
        git(folder, "init", "-q")
        git(folder, "commit", "-q", "--allow-empty", "-m", name)
    return tmp_path / "here", tmp_path / "elsewhere" / "reports"


def commit_in(file):
    return json.loads(file.read_text())["host"]["git"]["commit"]


def test_a_runners_report(places):
    here, reports = places
    ended = run(here, "runner", "--dir", reports, "--port", "0", "--tag", "t", "--", "true")
    assert ended.code == 0, ended
    assert commit_in(reports / "t.json") == git(here, "rev-parse", "HEAD")


def test_a_servers_report_also_after_a_new_commit(places):
    here, reports = places
    with server(here, "--dir", reports) as serving:
        for turn in range(2):
            assert get(f"{serving.url}/start?name=t")[0] == 200
            assert get(f"{serving.url}/stop?name=t")[0] == 200
            assert commit_in(reports / "t.json") == git(here, "rev-parse", "HEAD")
            if not turn:
                git(here, "commit", "-q", "--allow-empty", "-m", "two")
        assert serving.stop().code == 0
