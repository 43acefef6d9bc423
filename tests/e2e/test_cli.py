"""The command line as a process: what it prints where, and how it exits."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from skope._version import VERSION
from skope.schema.codec import encode_report
from skope.store.directory import open_directory
from skope.store.reports import Reports
from tests.unit.schema.reports import AT, a_report, an_original

HEAVY = {"sanic", "numpy", "textual", "asyncio", "psutil", "scipy"}
MODULES = """
import os, sys
leave = os._exit
def told(code):
    print("@" + " ".join(sorted(sys.modules)), file=sys.stderr, flush=True)
    leave(code)
os._exit = told
sys.argv[0] = "skope"
from skope.cli.main import entry
entry()
"""
INTERRUPTED = """
import os, runpy, signal, sys
class Interrupts:
    def find_spec(self, name, *_):
        if name == {!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupts())
runpy.run_module("skope", run_name="__main__")
"""


@pytest.fixture
def here(tmp_path):
    with open_directory(tmp_path / ".skope", given=False) as directory:
        reports = Reports(directory)
        for position, name in enumerate(("test1", "test2", "feature/pool")):
            reports.write(name, encode_report(a_report(name, at=AT + position)))
    return tmp_path


def environment(**more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SKOPE_", "NO_COLOR"))}
    return kept | {"TZ": "UTC", "PYTHONUTF8": "1"} | more


def skope(*words, cwd, code=0, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more):
    done = subprocess.run(
        [sys.executable, "-m", "skope", *words],
        cwd=cwd,
        env=environment(**more),
        stdout=stdout,
        stderr=stderr,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=100,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done


def test_alone_it_helps(tmp_path):
    done = skope(cwd=tmp_path)
    assert "skope runner --script" in done.stdout
    assert done.stderr == ""
    assert skope("help", cwd=tmp_path).stdout == skope("--help", cwd=tmp_path).stdout == done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [("-V",), ("--version",), ("diff", "-V"), ("--dir", "x", "-V")])
def test_the_version(tmp_path, words):
    assert skope(*words, cwd=tmp_path).stdout == f"skope {VERSION}\n"


@pytest.mark.parametrize(
    "words", [("help", "diff"), ("diff", "-h"), ("-h", "diff"), ("diff", "--help")]
)
def test_help_on_a_command(tmp_path, words):
    assert "--missing-base" in skope(*words, cwd=tmp_path).stdout


def test_h_before_a_word_is_the_host(here):
    done = skope("list", "-h", "0.0.0.0", cwd=here)
    assert "test1" in done.stdout


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (("dif",), "no command 'dif'", "nearest: diff"),
        (("help", "lst"), "no command 'lst'", "nearest: list"),
        (("diff", "--bsae", "x"), "has no option --bsae", "nearest: --base"),
        (("list", "test1"), "does not know what to do with 'test1'", "skope help list"),
        (("diff", "test1"), "two reports are compared", "skope diff --head test1"),
        (("--dir", "x"), "no command was given", "skope help"),
        (("--tag", "x", "runner"), "no option --tag", "follow it"),
        (("diff", "--base", "test1"), "--base also takes --head", "--head U"),
        (("list", "-p", "x"), "'x' is no port", "skope help list"),
        (
            ("show", "feature/pol"),
            'no capture "feature/pol" in .skope',
            "nearest: feature/pool (1 run",
        ),
        (("show", "test1@3"), 'no capture "test1@3"', "test1 has no earlier report"),
        (("show", "zzz"), 'no capture "zzz"', "`skope list` shows all 3"),
        (("show", "test1.json"), "no file test1.json", "a tag is written without .json: test1"),
        (("show", "./none.json"), "no file ./none.json", "a tag is written without .json"),
        (("diff", "--head", "test1"), 'no capture "test1@1"', "test1 has no earlier report"),
        (("diff", "--head", "./x.json"), "has no report before it", "--base T"),
        (("--dir", "none", "list"), "there is no none here", "--dir"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_what_to_do(here, words, message, hint):
    done = skope(*words, cwd=here, code=2)
    assert done.stdout == ""
    first, *hints = done.stderr.splitlines()
    assert first.startswith("skope: ")
    assert message in " ".join(done.stderr.split())
    assert hint in " ".join(done.stderr.split())
    assert all(line.startswith("  ") for line in hints)
    assert all(len(line) <= 80 for line in done.stderr.splitlines())


def test_the_error_of_a_mistyped_tag(here):
    done = skope("show", "feature/pol", cwd=here, code=2)
    lines = done.stderr.splitlines()
    assert lines[0] == 'skope: no capture "feature/pol" in .skope'
    assert re.fullmatch(r"  nearest: feature/pool \(1 run, .+\)", lines[1])
    assert lines[2] == "  `skope list` shows all 3; a file is written ./path/to.json"


def test_an_empty_place_says_how_to_begin(tmp_path):
    done = skope("list", cwd=tmp_path, code=2)
    assert "skope runner" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [b"", b'{"a": 1}', b"[" * 100_000, b"\xff\xfe", b'{"name": 3}', an_original()[:60]],
    ids=["empty", "bare", "deep", "binary", "types", "half"],
)
def test_a_hostile_file_is_one_clean_error(tmp_path, content):
    (tmp_path / "x.json").write_bytes(content)
    for words in (("show", "./x.json"), ("diff", "--base", "./x.json", "--head", "./x.json")):
        done = skope(*words, cwd=tmp_path, code=2)
        assert done.stderr.startswith("skope: ./x.json is not a Skope report")
        assert "Traceback" not in done.stderr


def test_a_report_that_would_steer_the_terminal_does_not(tmp_path):
    (tmp_path / "x.json").write_bytes(an_original("a\\u001b[31m\\u202eb"))
    done = skope("show", "./x.json", cwd=tmp_path)
    assert "a[31mb" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_linked_directory_is_refused_unless_named(here):
    (here / ".skope").rename(here / "real")
    (here / ".skope").symlink_to("real")
    for words in (("list",), ("show", "test1"), ("diff",)):
        assert "is a link" in skope(*words, cwd=here, code=2).stderr
    assert "test1" in skope("list", "--dir", ".skope", cwd=here).stdout
    assert "test1" in skope("list", cwd=here, SKOPE_DIR=".skope").stdout


def test_show_prints_text_or_the_files_json(here):
    text = skope("show", "test1", cwd=here).stdout
    assert text.startswith("test1   1 run, /start to /stop")
    assert "machine.memory_usage" in text
    stored = (here / ".skope" / "test1.json").read_text()
    assert skope("show", "test1", "--json", cwd=here).stdout == stored
    assert skope("show", cwd=here).stdout.startswith("feature/pool ")


def test_a_tag_that_looks_like_a_path_is_found_where_no_file_is(here):
    with open_directory(here / ".skope", given=False) as directory:
        Reports(directory).write("T.json", encode_report(a_report("T.json", at=AT + 9)))
    assert skope("show", "T.json", cwd=here).stdout.startswith("T.json ")
    assert skope("show", cwd=here).stdout.startswith("T.json ")
    assert "INCONCLUSIVE" in skope("diff", "--base", "T.json", "--head", "test1", cwd=here).stdout
    assert "INCONCLUSIVE" in skope("diff", cwd=here).stdout
    (here / "T.json").write_bytes(an_original("a path"))
    assert skope("show", "T.json", cwd=here).stdout.startswith("a path ")


def test_list_prints_text_or_json(here):
    assert skope("list", cwd=here).stdout.splitlines()[1].startswith("  feature/pool ")
    found = json.loads(skope("list", "--json", cwd=here).stdout)
    assert [entry["address"] for entry in found["captures"]] == ["feature/pool", "test2", "test1"]
    skope("diff", cwd=here)
    assert "test2-feature/pool" in skope("list", "--diffs", cwd=here).stdout
    (found,) = json.loads(skope("list", "--diffs", "--json", cwd=here).stdout)
    assert found["verdict"] == "inconclusive"
    assert json.loads(skope("list", "--history", "--json", cwd=here).stdout) == []


def test_colour_is_for_who_asks(here):
    assert "\x1b" not in skope("show", "test1", cwd=here).stdout
    assert "\x1b" in skope("show", "test1", "--color", "always", cwd=here, NO_COLOR="1").stdout


def test_a_reader_that_leaves_is_no_error(here):
    for words in (("list",), ("show", "test1"), ("help",)):
        read, write = os.pipe()
        os.close(read)
        try:
            done = skope(*words, cwd=here, code=141, stdout=write)
        finally:
            os.close(write)
        assert done.stderr == ""


@pytest.mark.parametrize("words", [("show", "nobody"), ("diff", "--fail-on", "regression", "x")])
def test_an_error_that_nobody_reads_is_no_regression(here, words):
    read, write = os.pipe()
    os.close(read)
    with open(write, "w") as closed:
        skope(*words, cwd=here, code=2, stderr=closed)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize(
    "words",
    [("list",), ("show", "test1"), ("show", "--json"), ("diff", "--json"), ("help",), ("-V",)],
    ids=" ".join,
)
def test_a_full_disk_behind_stdout_is_said(here, words):
    for unbuffered in ("", "1"):
        with Path("/dev/full").open("w") as full:
            done = skope(*words, cwd=here, code=5, stdout=full, PYTHONUNBUFFERED=unbuffered)
        assert done.stderr == "skope: cannot write to stdout: No space left on device\n"


def test_a_plain_terminal_gets_no_question_mark_for_a_verdict_that_is_none(here):
    with open_directory(here / ".skope", given=False) as directory:
        for name, factor in (("fast", 1.0), ("slow — é", 1.5)):
            runs = [{"exec_time": factor * (1 + n / 1000)} for n in range(10)]
            Reports(directory).write(name, encode_report(a_report(name, runs)))
    words = ("diff", "--base", "fast", "--head", "slow — é")
    done = skope(*words, cwd=here, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert "head slow ? ?   10 runs" in done.stdout
    assert "^ REGRESSION: exec_time is 50.0 % higher" in done.stdout
    assert re.findall("^([^ a-z]) [a-z]", done.stdout, re.MULTILINE) == ["^", "=", "="]


@pytest.mark.parametrize(
    "words",
    [("list", "--json"), *(("show", "--format", f) for f in ("json", "csv", "markdown", "pyperf"))],
    ids=" ".join,
)
def test_data_for_programs_is_utf8_whatever_the_terminals_encoding(here, words):
    report = a_report("größe — é", at=AT + 9)
    noted = replace(report, runs=[replace(report.runs[0], note="größe — é")])
    with open_directory(here / ".skope", given=False) as directory:
        Reports(directory).write(report.name, encode_report(noted))
    for plain in ({"PYTHONIOENCODING": "latin-1"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}):
        told = skope(*words, cwd=here, PYTHONUTF8="0", **plain).stdout
        assert "größe — é" in (told if "pyperf" not in words else str(json.loads(told)))


def test_a_removed_working_directory_is_said(tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    code = f"import os; os.chdir({str(gone)!r}); os.rmdir({str(gone)!r})\n"
    done = subprocess.run(
        [sys.executable, "-c", code + MODULES, "list"],
        capture_output=True,
        encoding="utf-8",
        env=environment(),
        timeout=100,
        check=False,
    )
    assert done.returncode == 2
    assert "the current directory is gone" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("--version",),
        ("help",),
        ("help", "runner"),
        ("help", "server"),
        ("diff", "--base", "test1", "--head", "test2", "-v", "--all"),
        ("show", "test1"),
        ("list",),
        ("show", "feature/pol"),
    ],
    ids=" ".join,
)
def test_a_reading_command_imports_nothing_heavy(here, words):
    done = subprocess.run(
        [sys.executable, "-c", MODULES, *words],
        cwd=here,
        env=environment(),
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )
    line = next(line for line in done.stderr.splitlines() if line.startswith("@"))
    loaded = {name.partition(".")[0] for name in line[1:].split()}
    assert "skope" in loaded
    assert not loaded & HEAVY


def test_the_check_for_heavy_imports_would_notice():
    code = MODULES.replace("sys.argv[0]", "import asyncio; sys.argv[0]")
    done = subprocess.run(
        [sys.executable, "-c", code, "-V"],
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=True,
    )
    assert "asyncio" in done.stderr.rpartition("@")[2].split()


def processor_seconds(*words, cwd):
    """What one interpreter uses from start to end; not wall time, which others share."""
    null = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
    # Compiled once, as they are where Skope is installed.
    environ = environment(PYTHONPYCACHEPREFIX=str(cwd / "compiled"))
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    before = Path.cwd()
    os.chdir(cwd)
    try:
        pid = os.posix_spawn(sys.executable, [sys.executable, *words], environ, file_actions=null)
    finally:
        os.chdir(before)
    _, status, used = os.wait4(pid, 0)
    assert status == 0
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize(
    ("words", "most"), [(("--version",), 3), (("diff", "--base", "test1", "--head", "test2"), 7)]
)
def test_starting_costs_little_more_than_the_interpreter(here, words, most):
    bare, ours = [], []
    for _ in range(40):
        bare.append(processor_seconds("-c", "pass", cwd=here))
        ours.append(processor_seconds("-m", "skope", *words, cwd=here))
        if len(ours) >= 5 and min(ours) < most * min(bare):
            return
    assert min(ours) < most * min(bare)


def test_without_stderr_no_message_takes_its_place_on_stdout(here):
    code = "import os, sys; os.close(2); os.execv(sys.executable, sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", code, sys.executable, "-m", "skope", "diff", "--json"],
        cwd=here,
        env=environment(),
        stdout=subprocess.PIPE,
        timeout=100,
        check=True,
    )
    assert json.loads(done.stdout)["verdict"] == "inconclusive"


@pytest.mark.parametrize(
    "module",
    ["skope.cli", "skope.cli.main", "skope.errors", "msgspec", "skope.cli.list", "skope.store"],
)
def test_ctrl_c_while_it_is_still_being_imported_is_no_fault(here, module):
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED.format(module), "list"],
        cwd=here,
        env=environment(),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


def test_ctrl_c_that_whoever_started_it_ignores_stays_ignored(here):
    code = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n{INTERRUPTED}"
    words = [sys.executable, "-c", code.format("skope.cli.main"), "list"]
    assert b"feature/pool" in subprocess.check_output(words, cwd=here, env=environment())
