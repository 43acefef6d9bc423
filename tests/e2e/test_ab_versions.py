"""`skope ab --base-ref`: two versions in git, each in a tree of its own that does not stay."""

import json
import os
import signal
import subprocess

import pytest

from tests.e2e.command_line import eventually, run, skope
from tests.e2e.test_ab import MOST_S, TIME_ALONE

BENCH = 'echo "$PWD" >>"$SEEN"\nbash ./work.sh\n'
BRIEF = ("--script", "bench.sh", "--port", "0", "--pairs", "1")
GATED = ("--script", "bench.sh", "--fail-on", "regression", "--port", "0", "--pairs", "9")


def git(folder, *words):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    own = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        **{
            f"GIT_{who}_{what}": "n@e"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        },
    }
    done = subprocess.run(
        ["git", *words], cwd=folder, env=kept | own, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture
def origin(tmp_path):
    """Three commits: the second takes longer, the third changes nothing."""
    folder = tmp_path / "origin"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "bench.sh").write_text(BENCH)
    (folder / "skope.toml").write_text(TIME_ALONE)
    (folder / "work.sh").write_text("sleep 0.05\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    (folder / "work.sh").write_text("sleep 0.15\n")
    git(folder, "commit", "-qam", "two")
    git(folder, "commit", "-q", "--allow-empty", "-m", "three")
    return folder


@pytest.fixture
def clone(origin, tmp_path):
    git(tmp_path, "clone", "-q", f"file://{origin}", "clone")
    return tmp_path / "clone"


def ab(folder, *words):
    return run(folder, "ab", *words, env={"SEEN": str(folder.parent / "seen")})


def is_clean(folder):
    kept = git(folder, "worktree", "list").splitlines()
    return (len(kept), git(folder, "status", "--porcelain")) == (1, "") and not (
        folder / ".skope" / "worktrees"
    ).exists()


def test_a_slower_commit_fails_the_gate_and_leaves_the_clone_as_it_was(clone):
    git(clone, "checkout", "-q", "HEAD~1")
    ended = ab(clone, "--base-ref", "HEAD~1", *GATED)
    assert ended.code == 1, ended
    base, head = git(clone, "rev-parse", "HEAD~1", "HEAD").split()
    assert f"base HEAD~1 {base[:7]} (worktree)   head working tree {head[:7]}" in ended.err
    assert is_clean(clone)
    seen = (clone.parent / "seen").read_text().splitlines()
    assert seen.count(str(clone)) == 9
    assert sum("/.skope/worktrees/" in place for place in seen) == 9
    reports = [
        json.loads((clone / ".skope" / f"ab.{s}.json").read_text()) for s in ("base", "head")
    ]
    assert [report["host"]["git"]["commit"] for report in reports] == [base, head]


def test_a_commit_that_changes_nothing_passes_it(clone):
    ended = ab(clone, "--base-ref", "HEAD~1", "--head-ref", "HEAD", *GATED)
    assert ended.code == 0, ended
    assert is_clean(clone)


def test_setup_runs_once_in_each_and_one_that_fails_ends_it(clone):
    build = 'echo "$SKOPE_SIDE" >>"$SEEN.setup"; echo sleep 0.01 >work.sh'
    ended = ab(clone, "--base-ref", "merge-base:origin/main", *BRIEF, "--setup", build)
    assert ended.code == 0, ended
    assert (clone.parent / "seen.setup").read_text().split() == ["base", "head"]
    git(clone, "checkout", "-q", ".")
    assert is_clean(clone)
    ended = ab(clone, "--base-ref", "HEAD~2", *BRIEF, "--setup", "echo no compiler; exit 2")
    assert ended.code == 4, ended
    assert "--setup ended with exit code 2 for base" in ended.err
    assert "no compiler" in ended.err
    assert "--ignore-failure" not in ended.err, "which would not help"
    assert is_clean(clone)


def test_heads_script_runs_on_both_sides_and_says_so_where_they_differ(clone):
    (clone / "bench.sh").write_text(f"{BENCH}true\n")
    ended = ab(clone, "--base-ref", "HEAD", *BRIEF)
    assert "bench.sh differs between base and head: head's runs on both sides" in ended.err
    assert git(clone, "worktree", "list").count("\n") == 0


def test_of_a_command_each_version_runs_its_own(clone):
    git(clone, "checkout", "-q", "HEAD~1")
    words = ("--base-ref", "HEAD~1", "--port", "0", "--pairs", "9")
    ended = ab(clone, "bash work.sh", *words, "--fail-on", "regression")
    assert ended.code == 1, ended
    assert "never signalled" not in ended.err, "nobody expects it of a command"
    build = "cp work.sh made; chmod +x made"
    ended = ab(clone, "./made", *words[:-1], "1", "--setup", build)
    assert ended.code == 0, ended
    base, head = (json.loads((clone / f".skope/ab.{s}.json").read_text()) for s in ("base", "head"))
    assert base["exec_time"] < 0.15 <= head["exec_time"]
    (clone / "made").unlink()
    assert is_clean(clone)
    ended = ab(clone, "bench.sh", *words)
    assert ended.code == 2, ended
    assert "--script bench.sh runs head's on both sides" in " ".join(ended.err.split())
    assert is_clean(clone)


@pytest.mark.parametrize(
    ("ref", "way"),
    [
        ("HEAD~1", "git fetch --deepen=1"),
        (
            "merge-base:origin/dev",
            "git fetch --unshallow origin +refs/heads/dev:refs/remotes/origin/dev",
        ),
    ],
)
def test_what_a_shallow_clone_lacks_is_said_with_the_fetch_that_gets_it(origin, tmp_path, ref, way):
    git(origin, "branch", "dev", "HEAD~1")
    git(origin, "tag", "v1", "HEAD~2")
    git(tmp_path, "clone", "-q", "--depth=1", "--no-tags", f"file://{origin}", "shallow")
    shallow = tmp_path / "shallow"
    ended = ab(shallow, "--base-ref", ref, *BRIEF)
    assert ended.code == 2, ended
    assert f"\n  {way}\n" in ended.err
    git(shallow, *way.split()[1:])
    ended = ab(shallow, "--base-ref", ref, *BRIEF)
    assert ended.code == 0, ended


def test_what_is_nowhere_is_said_without_a_way_to_it(clone):
    ended = ab(clone, "--base-ref", "no-such", *BRIEF)
    assert ended.code == 2, ended
    assert ended.err == "skope: there is no commit 'no-such' in this repository\n"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_however_it_is_ended_no_tree_is_left(clone, number):
    (clone / "bench.sh").write_text("touch began; sleep 60\n")
    words = ("--base-ref", "HEAD~1", "--script", "bench.sh", "--port", "0")
    with skope(clone, "ab", *words, start_new_session=True) as running:
        trees = clone / ".skope" / "worktrees"
        began = lambda: (clone / "began").exists() or [*trees.glob("*/began")]  # noqa: E731
        assert eventually(began)
        assert [*trees.iterdir()]
        running.process.send_signal(number)
        assert running.end().code == (-number if number == signal.SIGKILL else 128 + number)
    assert eventually(lambda: not trees.exists())
    git(clone, "worktree", "prune")
    assert len(git(clone, "worktree", "list").splitlines()) == 1


def test_what_a_killed_one_and_its_guard_left_goes_with_the_next(clone):
    left = clone / ".skope" / "worktrees" / "99999999-base"
    git(clone, "worktree", "add", "--detach", str(left), "HEAD")
    (clone / ".skope" / ".gitignore").write_text("*\n")
    assert ab(clone, "--base-ref", "HEAD", *BRIEF).code == 0
    assert is_clean(clone)


@pytest.fixture
def working(tmp_path):
    """A clone whose second commit does 10 % more work, and whose third changes nothing."""
    folder = tmp_path / "working"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "bench.sh").write_text("bash ./work.sh\n")
    for rounds in (60_000, 66_000):
        (folder / "work.sh").write_text(f"for ((i = 0; i < {rounds}; i++)); do :; done\n")
        git(folder, "add", ".")
        git(folder, "commit", "-qm", str(rounds))
    git(folder, "commit", "-q", "--allow-empty", "-m", "nothing")
    git(tmp_path, "clone", "-q", f"file://{folder}", "fresh")
    return tmp_path / "fresh"


GATE = ("--base-ref", "HEAD~1", "--script", "bench.sh", "--fail-on", "regression", "--port", "0")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_ten_per_cent_more_work_in_a_commit_fails_the_gate(working):
    git(working, "checkout", "-q", "HEAD~1")
    ended = run(working, "ab", *GATE, patience=MOST_S)
    assert ended.code == 1, ended
    assert is_clean(working)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_an_empty_commit_fails_it_once_in_twenty_times_at_most(working):
    ways = [(*GATE, "--dir", f"../d{at}") for at in range(20)]
    codes = [run(working, "ab", *way, patience=MOST_S).code for way in ways]
    assert codes.count(0) >= 19, codes
    assert is_clean(working)
