"""What each process imports. Start-up time and memory are kept by keeping these lists short."""

import json
import os
import resource
import subprocess
import sys
import time

import pytest

from tests.integration.front.worker import FrontWorker

HEAVY = {"asyncio", "msgspec", "numpy", "psutil", "sanic", "textual"}
SPARED = {
    *("dataclasses", "difflib", "hashlib", "importlib.metadata", "inspect", "json", "logging"),
    *("pathlib", "shutil", "socket", "subprocess", "tempfile", "tomllib", "traceback", "urllib"),
    *("skope.cli.aggregates", "skope.cli.exports", "skope.cli.page", "skope.diff.aggregates"),
    *("skope.schema.aggregate", "skope.schema.listing", "skope.store.aggregates"),
    *("skope.store.listing", "skope.supervisor", "skope.view.aggregates", "skope.view.markdown"),
}
"""What `skope diff` of two captures does without."""
AT_THE_END = "\nimport sys\nsys.stderr.write('\\n@' + ' '.join(sys.modules) + '\\n')"
AGGREGATE = (
    b'{"chat": {"total_execs": 2, "total_exec_time": 1.0, "total_memory_usage": 0.0,'
    b' "avg_exec_memory": 0.0, "avg_exec_time": 0.5, "min": 0.5, "max": 0.5,'
    b' "exec_time_sum": "0x100000000000000000000000000000000", "memory_sum": "0x0",'
    b' "zeros": 0, "histogram": [[-65, [2]]]}}'
)
COMMAND = (
    "import sys\n"
    "from skope.cli.main import main\n"
    "try:\n"
    "    main(sys.argv[1:])\n"
    "except SystemExit:\n"
    "    pass\n"
)


def modules_after(code, *arguments, cwd):
    """The top-level names and full names of all modules loaded once `code` has run."""
    done = subprocess.run(
        [sys.executable, "-c", code + AT_THE_END, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONWARNINGS": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    line = next(line for line in done.stderr.splitlines() if line.startswith("@"))
    loaded = set(line[1:].split())
    return loaded | {name.partition(".")[0] for name in loaded}


@pytest.fixture
def reports(tmp_path):
    """A folder with two captures, in the shape the brief shows."""
    folder = tmp_path / ".skope"
    folder.mkdir(mode=0o700)
    for tag, exec_time in (("test1", 10.128), ("test2", 9.187)):
        report = {
            "name": tag,
            "module": None,
            "timestamp": 1751493411,
            "system_manager": {"memory_usage": 62.375, "cpu_usage": 24.1},
            "exec_time": exec_time,
        }
        (folder / f"{tag}.json").write_text(json.dumps(report))
    for tag in ("night", "day"):
        (folder / f"{tag}.agg.json").write_bytes(AGGREGATE)
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--version",),
        ("help",),
        ("help", "diff"),
        ("--help",),
        ("list",),
        ("show", "test1"),
        ("diff", "--base", "test1", "--head", "test2"),
        ("diff", "--base", "test1", "--head", "test2", "--json"),
        ("diff", "--base", "test1", "--head", "test2", "--format", "markdown"),
        ("diff", "--base", "test1", "--head", "test2", "--format", "csv"),
        ("diff", "--base", "test1", "--head", "test2", "--html", "changed.html"),
        ("show", "test1", "--format", "pyperf"),
        ("list", "--agg"),
        ("show", "night"),
        ("diff", "--base", "night", "--head", "day"),
        ("merge", "night", "day", "-o", "both"),
    ],
    ids=" ".join,
)
def test_a_command_that_only_reads_stays_light(reports, arguments):
    loaded = modules_after(COMMAND, *arguments, cwd=reports)
    assert "skope.cli.main" in loaded
    assert loaded & (HEAVY - {"msgspec"}) == set()
    # Outside Linux there are no kernels, and all of this works.
    assert "skope._fast" not in loaded


def test_a_diff_of_captures_imports_only_what_it_needs(reports):
    loaded = modules_after(COMMAND, "diff", "--base", "test1", "--head", "test2", cwd=reports)
    assert {"skope.diff.compare", "skope.view.text"} <= loaded
    assert loaded & SPARED == set()


def test_telling_the_version_takes_next_to_nothing(tmp_path):
    loaded = modules_after(COMMAND, "--version", cwd=tmp_path)
    assert "skope.cli.main" in loaded
    assert loaded & HEAVY == set()


@pytest.mark.parametrize(
    ("module", "never"),
    [
        ("skope", HEAVY | {"argparse", "json"}),
        ("skope.sampler.process", {"asyncio", "msgspec", "numpy", "sanic", "textual"}),
        ("skope.supervisor.service", {"asyncio", "numpy", "sanic", "textual"}),
        ("skope.supervisor.run", {"asyncio", "numpy", "sanic", "textual"}),
        ("skope.supervisor.intake", {"asyncio", "numpy", "sanic", "textual"}),
        ("skope.tui.process", {"numpy", "psutil", "sanic", "skope._fast", "skope.front"}),
        ("skope.front.process", {"numpy", "psutil", "textual", "skope.cli", "skope.supervisor"}),
    ],
)
def test_a_process_imports_what_it_may(tmp_path, module, never):
    loaded = modules_after(f"import {module}", cwd=tmp_path)
    assert module in loaded
    assert loaded & never == set()


def test_an_import_would_be_seen(tmp_path):
    assert "asyncio" in modules_after("import asyncio.events", cwd=tmp_path)


WATCHED = """
import os, sys, time

def note(event, arguments):
    if event == "import" and arguments[0] in ("numpy", "psutil"):
        told = os.open(os.environ["TOLD"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(told, b"%s %d\\n" % (arguments[0].encode(), time.monotonic_ns()))
        os.close(told)

sys.addaudithook(note)
"""
"""A worker's own interpreter notes when it begins to import what it can be ready without."""


def test_a_front_is_ready_before_it_imports_numpy_and_has_it_before_anybody_stops(
    tmp_path, monkeypatch
):
    (tmp_path / "sitecustomize.py").write_text(WATCHED)
    told = tmp_path / "told"
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("TOLD", str(told))
    with FrontWorker(tmp_path) as front:
        ready_ns = front.start().line.ready_ns
        assert front.ask("/healthz").status == 200
        assert front.ask("/start?name=early").status == 200
        end = time.monotonic() + 20
        while not (told.exists() and "numpy" in told.read_text()) and time.monotonic() < end:
            time.sleep(0.01)
        first = {}
        for line in told.read_text().splitlines():
            module, at_ns = line.split()
            first.setdefault(module, int(at_ns))
        assert set(first) == {"numpy"}
        assert min(first.values()) > ready_ns
        assert front.ask("/stop?name=early").status == 200


def seconds_of(code, *, cwd):
    """Processor time, which a busy machine stretches less than it does the wall's."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], cwd=cwd, timeout=60, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_importing_skope_is_free(tmp_path):
    """Within half of an empty interpreter's own start, both at their best of nine."""
    pairs = [
        (seconds_of("pass", cwd=tmp_path), seconds_of("import skope", cwd=tmp_path))
        for _ in range(9)
    ]
    empty, skope = (min(column) for column in zip(*pairs, strict=True))
    assert skope < 1.5 * empty + 0.005
