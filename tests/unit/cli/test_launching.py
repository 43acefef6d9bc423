"""What a word on the command line is taken for: a script, a command, or a mistake."""

import argparse

import pytest

from skope.cli import options, runner
from skope.cli.commands import BY_NAME
from skope.cli.counts import duration
from skope.cli.launching import command_of, is_line
from skope.errors import UsageError
from tests.unit.schema.reports import a_report


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_of_words_is_not_run_as_a_script(folder):
    (folder / "words").write_text("true\nfalse\n")
    with pytest.raises(UsageError, match="words is a file, but not executable") as caught:
        command_of("words")
    assert "./words" in caught.value.hint
    assert command_of("./words").argv == ("bash", "./words")


@pytest.mark.parametrize(
    ("name", "text", "mode"),
    [("a.sh", "true", 0o644), ("a", "#!/bin/sh\ntrue", 0o644), ("a", "true", 0o755)],
)
def test_what_looks_like_a_script_is_one(folder, name, text, mode):
    (folder / name).write_text(text)
    (folder / name).chmod(mode)
    assert command_of(name).argv[-1] == f"./{name}"


@pytest.mark.parametrize(
    ("words", "argv"),
    [
        (["sleep 0.1"], ("sleep", "0.1")),
        (["sleep 0.1; true"], ("bash", "-c", "sleep 0.1; true")),
        (["sleep", "0.1"], ("sleep", "0.1")),
        (["true"], ("true",)),
        (["exit 3"], ("bash", "-c", "exit 3")),
        ([":"], ("bash", "-c", ":")),
        (["false||true"], ("bash", "-c", "false||true")),
    ],
)
def test_a_runner_takes_a_command_as_ab_does_too(words, argv):
    parser = options.parser_of(BY_NAME["runner"], runner)
    asked = options.read(parser, "runner", ["--tag", "t", "--", *words], {})
    assert runner.job_of(asked).command.argv == argv


def test_a_program_may_have_a_blank_in_its_name(folder, monkeypatch):
    program = folder / "my program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    assert not is_line("my program")
    assert is_line("your program")


def test_a_cold_first_run_is_said_unless_it_was_warmed_up():
    report = a_report("t", [{"exec_time": time} for time in (3.0, 1.0, 1.1, 1.0, 1.0)])
    said = "--warmup 1 leaves out a first run 3.0 times as long"
    assert runner._following(report, None, warmed_up=False) == [said]
    assert runner._following(report, "t@1", warmed_up=True) == ["`skope diff --head t` compares"]


def test_no_duration_is_told_what_one_is():
    assert duration("1.5min") == 90_000_000_000
    with pytest.raises(argparse.ArgumentTypeError, match="'5x' is not a duration: write 250ms"):
        duration("5x")


@pytest.mark.parametrize(
    ("text", "argv"),
    [
        ("sleep 0.1", ("sleep", "0.1")),
        ("echo 'a b'", ("echo", "a b")),
        ("echo a=b", ("echo", "a=b")),
        ("seq 9 | sort", ("bash", "-c", "seq 9 | sort")),
        ("echo $HOME", ("bash", "-c", "echo $HOME")),
        ("LC_ALL=C sort words", ("bash", "-c", "LC_ALL=C sort words")),
        ("./own.sh", ("bash", "./own.sh")),
        ("exit 3", ("bash", "-c", "exit 3")),
        (" : ", ("bash", "-c", " : ")),
        ("cd", ("./cd",)),
    ],
)
def test_who_runs_it(tmp_path, monkeypatch, text, argv):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.sh").write_text("true\n")
    (tmp_path / "cd").write_text("#!/bin/sh\n")
    (tmp_path / "cd").chmod(0o755)
    assert command_of(text).argv == argv
    assert command_of(text).title == text


@pytest.mark.parametrize("text", ["", "no-such-program", "echo 'open", "exits 3"])
def test_what_nobody_can_run(text):
    with pytest.raises(UsageError):
        command_of(text)


@pytest.mark.parametrize("text", ["", "  "])
def test_nothing_is_no_directory(text):
    with pytest.raises(UsageError, match="empty"):
        command_of(text)
