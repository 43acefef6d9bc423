"""The `git fetch` that gets a commit which is not there."""

import os
import subprocess

import pytest

from skope.errors import UsageError
from skope.probe.refs import Repository


def git(folder, *words):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    who = [f"GIT_{role}_{what}" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")]
    own = {"GIT_CONFIG_GLOBAL": os.devnull, **dict.fromkeys(who, "n@e")}
    subprocess.run(["git", *words], cwd=folder, env=kept | own, capture_output=True, check=True)


@pytest.fixture(scope="module")
def shallow(tmp_path_factory):
    top = tmp_path_factory.mktemp("refs")
    origin = top / "origin"
    origin.mkdir()
    git(origin, "init", "-q", "-b", "main")
    for message in ("one", "two", "three"):
        git(origin, "commit", "-q", "--allow-empty", "-m", message)
    git(origin, "branch", "dev", "HEAD~1")
    git(origin, "tag", "v1", "HEAD~2")
    git(top, "clone", "-q", "--depth=1", "--no-tags", f"file://{origin}", "shallow")
    return top / "shallow"


@pytest.mark.parametrize(
    ("ref", "way"),
    [
        ("v1", "git fetch --depth=1 origin v1:v1"),
        ("origin/dev", "git fetch --depth=1 origin +refs/heads/dev:refs/remotes/origin/dev"),
        ("HEAD^", "git fetch --deepen=1"),
        ("HEAD~1^", "git fetch --deepen=2"),
        ("HEAD^2", "git fetch --unshallow"),
    ],
)
def test_it_is_told_and_works(shallow, ref, way):
    repository = Repository(shallow)
    with pytest.raises(UsageError) as raised:
        repository.commit(ref)
    assert raised.value.hint == way
    if ref != "HEAD^2":
        git(shallow, *way.split()[1:])
        assert len(repository.commit(ref)) == 40
    git(shallow, "fetch", "-q", "--depth=1", "origin", "main")


def test_a_name_is_no_option(shallow):
    with pytest.raises(UsageError):
        Repository(shallow).commit("--all")
