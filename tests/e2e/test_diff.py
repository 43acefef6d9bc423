"""`skope diff` as a process: what it compares, writes, prints and exits with."""

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from skope.cli.main import main
from skope.schema.codec import encode_report
from skope.store.directory import open_directory
from skope.store.reports import Reports
from tests.unit.schema.reports import AT, a_host, a_report, an_original

SLOW = [{"exec_time": 1.3 + n / 1000} for n in range(10)]
FAST = [{"exec_time": 1.2 + n / 1000} for n in range(10)]
SAME = [{"exec_time": 1.2 + n / 1000} for n in (3, 1, 4, 0, 5, 9, 2, 6, 8, 7)]


@pytest.fixture
def here(tmp_path):
    save(tmp_path, "test1", at=AT)
    save(tmp_path, "test2", [{"exec_time": 9.187}], at=AT + 60)
    return tmp_path


def save(folder, name, runs=({},), *, keep=False, **more):
    with open_directory(folder / ".skope", given=False) as directory:
        reports = Reports(directory)
        if keep:
            reports.rotate(name)
        reports.write(name, encode_report(a_report(name, runs, **more)))


def diff(*words, cwd, code=0, before=None):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SKOPE_", "NO_COLOR"))}
    done = subprocess.run(
        [sys.executable, "-m", "skope", "diff", *words],
        cwd=cwd,
        env=kept | {"TZ": "UTC", "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
        preexec_fn=before,
    )
    assert done.returncode == code, done.stderr
    return done


def test_one_run_a_side_cannot_tell(here):
    done = diff("--base", "test1", "--head", "test2", cwd=here)
    assert done.stdout.splitlines()[:3] == [
        "base test1   1 run   trust A   a1b2c3d   2026-11-23 07:20",
        "head test2   1 run   trust A   a1b2c3d   2026-11-23 07:21",
        "? INCONCLUSIVE: one run a side cannot separate change from noise",
    ]
    assert "  exec_time      10.128 s     9.187 s     -9.3 %    -0.941 s" in done.stdout
    assert done.stderr == "wrote .skope/test1-test2.json\n"


def test_the_file_leads_with_the_five_fields_as_differences(here):
    diff("--base", "test1", "--head", "test2", cwd=here)
    written = json.loads((here / ".skope" / "test1-test2.json").read_bytes())
    leading = ["name", "module", "timestamp", "system_manager", "exec_time"]
    assert list(written)[:5] == leading
    assert written["name"] == "test1-test2"
    assert written["timestamp"] == AT
    assert written["exec_time"] == pytest.approx(-0.940969)
    assert written["system_manager"] == {"memory_usage": 0.0, "cpu_usage": 0.0}
    assert written["schema"] == "skope.diff/1"
    assert {"verdict", "subject", "environment", "changes"} <= set(written)


def test_json_is_the_file_and_nothing_else(here):
    done = diff("--base", "test1", "--head", "test2", "--json", cwd=here)
    assert done.stdout == (here / ".skope" / "test1-test2.json").read_text()


def test_alone_it_compares_the_two_newest_older_first(here):
    save(here, "earliest", at=AT - 60)
    done = diff(cwd=here)
    assert done.stderr == "wrote .skope/test1-test2.json\n"


def test_head_alone_is_compared_with_what_it_replaced(here):
    save(here, "test1", [{"exec_time": 5.0}], at=AT + 120, keep=True)
    done = diff("--head", "test1", cwd=here)
    assert done.stdout.startswith("base test1@1   1 run")
    assert "10.128 s     5.000 s" in done.stdout
    assert "wrote .skope/test1-1-test1~" in done.stderr


def test_ten_runs_tell(here):
    save(here, "main", FAST)
    save(here, "feature/pool", SLOW)
    done = diff("--base", "main", "--head", "feature/pool", cwd=here)
    assert "▲ REGRESSION: exec_time is" in done.stdout
    row = next(line for line in done.stdout.splitlines() if line.startswith("▲ exec_time"))
    assert row.endswith("regression")
    assert "wrote .skope/main-feature-pool~" in done.stderr
    assert "Mann" in diff("--base", "main", "--head", "feature/pool", "-v", cwd=here).stdout


@pytest.mark.parametrize(
    ("head", "fail_on", "code"),
    [
        (SLOW, "regression", 1),
        (SLOW, "inconclusive", 1),
        (SAME, "regression", 0),
        (SAME, "inconclusive", 0),
        (FAST[:1], "regression", 0),
        (FAST[:1], "inconclusive", 3),
    ],
)
def test_the_gate(here, head, fail_on, code):
    save(here, "main", FAST)
    save(here, "head", head)
    diff("--base", "main", "--head", "head", "--fail-on", fail_on, cwd=here, code=code)
    diff("--base", "main", "--head", "head", cwd=here)


def test_another_machine_cannot_be_gated_unless_asked(here):
    save(here, "main", FAST)
    save(here, "elsewhere", SLOW, host=a_host(cpus=64))
    words = ("--base", "main", "--head", "elsewhere", "--fail-on", "regression")
    done = diff(*words, cwd=here, code=3)
    assert "! cpus: 8 in base, 64 in head" in done.stdout
    diff(*words, "--across", cwd=here, code=1)


def test_a_missing_base_may_pass(here):
    words = ("--base", "never", "--head", "test1")
    diff(*words, cwd=here, code=2)
    done = diff(*words, "--missing-base", "pass", "--fail-on", "regression", cwd=here)
    assert done.stdout.startswith('NO BASE: no capture "never"')
    done = diff(*words, "--missing-base", "pass", "--json", cwd=here)
    assert json.loads(done.stdout)["verdict"] == "no base"
    diff("--base", "test1", "--head", "never", "--missing-base", "pass", cwd=here, code=2)
    (here / ".skope" / "bad.json").write_bytes(b"{")
    diff("--base", "bad", "--head", "test1", "--missing-base", "pass", cwd=here, code=2)


def test_paths_and_the_originals_files(tmp_path):
    (tmp_path / "old.json").write_bytes(an_original("old", 10.0))
    (tmp_path / "new.json").write_bytes(an_original("new", 9.0))
    done = diff("--base", "./old.json", "--head", "new.json", cwd=tmp_path)
    assert "base old   1 run   trust unknown" in done.stdout
    assert "  exec_time      10.000 s     9.000 s    -10.0 %    -1.000 s" in done.stdout
    assert json.loads((tmp_path / ".skope" / "old-new.json").read_bytes())["exec_time"] == -1.0


def test_a_diff_keeps_away_from_a_capture_of_its_name(here):
    save(here, "test1-test2")
    before = (here / ".skope" / "test1-test2.json").read_bytes()
    done = diff("--base", "test1", "--head", "test2", cwd=here)
    assert "(test1-test2.json is something else's)" in " ".join(done.stderr.split())
    assert (here / ".skope" / "test1-test2.json").read_bytes() == before
    assert diff("--base", "test1", "--head", "test2", cwd=here).stderr == done.stderr


def test_failed_runs_do_not_count(here):
    save(here, "broken", [{"ok": False}, *FAST, {"ok": False, "exec_time": 900.0}])
    save(here, "main", FAST)
    done = diff("--base", "main", "--head", "broken", cwd=here)
    assert "head broken   10 of 12 runs" in done.stdout
    assert "+0.0 %" in done.stdout


def test_a_diff_that_cannot_be_written_is_still_printed(here):
    def no_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    words = ("--base", "test1", "--head", "test2")
    done = diff(*words, cwd=here, before=no_files)
    assert "INCONCLUSIVE" in done.stdout
    said = "warning: cannot write .skope/test1-test2.json: it would exceed"
    assert said in " ".join(done.stderr.split())
    save(here, "main", FAST)
    save(here, "head", SLOW)
    words = ("--base", "main", "--head", "head", "--fail-on", "regression")
    diff(*words, cwd=here, code=1, before=no_files)
    words = ("--base", "test1", "--head", "test2", "--fail-on", "inconclusive")
    diff(*words, cwd=here, code=3, before=no_files)


def test_a_directory_that_may_not_be_written(capsys, monkeypatch):
    """In this process: root has to become somebody else, who may not read its interpreter."""
    with tempfile.TemporaryDirectory(prefix="skope-test-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        save(folder, "test1")
        save(folder, "test2")
        monkeypatch.chdir(folder)
        words = ["diff", "--base", "test1", "--head", "test2"]
        assert main(words) == 0
        (folder / ".skope" / "test1-test2.json").unlink()
        (folder / ".skope").chmod(0o555)
        as_nobody = os.geteuid() == 0
        if as_nobody:
            os.seteuid(65534)
        try:
            code = main(words)
        finally:
            if as_nobody:
                os.seteuid(0)
        told = capsys.readouterr()
        assert code == 0
        assert told.out.count("INCONCLUSIVE") == 2
        assert "warning: cannot write .skope/test1-test2.json: permission denied" in told.err
        assert "--dir" in told.err


def test_what_is_no_capture_is_said(here):
    diff("--base", "test1", "--head", "test2", cwd=here)
    done = diff("--base", "test1-test2", "--head", "test2", cwd=here, code=2)
    assert "is a diff, not a capture" in done.stderr
    assert Path(here / ".skope" / "test1-test2.json").exists()
