"""git is asked when HEAD moved, and only then."""

import subprocess
from threading import Event

import pytest

from skope.front.commit import Commit
from skope.probe.git import read_git

ME = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")


def git(folder, *words):
    subprocess.run(["git", *ME, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path):
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "one")
    return tmp_path


def watched(folder):
    asked = []

    def read(directory):
        asked.append(directory)
        return read_git(directory)

    return Commit(folder, read, read_git(folder)), asked


def test_a_quiet_repository_is_not_read_again(repository):
    commit, asked = watched(repository)
    assert commit.now() == commit.now() == read_git(repository)
    assert asked == []


@pytest.mark.parametrize("inside", ["", "deeper/still"])
def test_a_new_commit_is_seen_once(repository, inside):
    folder = repository / inside
    folder.mkdir(parents=True, exist_ok=True)
    commit, asked = watched(folder)
    first = commit.now()
    git(repository, "commit", "-q", "--allow-empty", "-m", "two")
    second = commit.now()
    assert second != first
    assert second == read_git(repository)
    assert commit.now() == second
    assert asked == [folder]


def test_a_worktree_has_a_head_of_its_own(repository, tmp_path_factory):
    other = tmp_path_factory.mktemp("trees") / "other"
    git(repository, "worktree", "add", "-q", "--detach", str(other))
    commit, _ = watched(other)
    git(other, "commit", "-q", "--allow-empty", "-m", "three")
    assert commit.now() == read_git(other) != read_git(repository)


def test_outside_of_a_repository_there_is_none(tmp_path):
    commit, asked = watched(tmp_path)
    assert commit.now() is None
    assert asked == []


def test_a_git_that_takes_its_time_is_heard_later(repository, monkeypatch):
    monkeypatch.setattr("skope.front.commit.PATIENCE_S", 0.01)
    go, said = Event(), Event()
    before = read_git(repository)

    def read(directory):
        assert go.wait(30)
        try:
            return read_git(directory)
        finally:
            said.set()

    commit = Commit(repository, read, before)
    git(repository, "commit", "-q", "--allow-empty", "-m", "two")
    assert commit.now() == commit.now() == before
    go.set()
    assert said.wait(30)
    commit._asked.result(30)
    assert commit.now() == read_git(repository) != before
