import pytest

from skope.errors import EnvironmentFault, UsageError
from skope.supervisor import command
from skope.supervisor.command import of_script, of_words


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def script(folder, name, content, *, executable=False):
    path = folder / name
    path.write_bytes(content)
    path.chmod(0o755 if executable else 0o644)
    return name


def test_a_script_is_run_by_bash(folder):
    name = script(folder, "bench.sh", b"echo hi\n")
    assert of_script(name, launches=1).argv == ("bash", "./bench.sh")
    assert of_script(name, launches=1).title == "bench.sh"


@pytest.mark.parametrize("shell", [b"/bin/sh", b"/bin/bash -e", b"/usr/bin/env bash"])
def test_not_executable_a_shells_shebang_does_not_count(folder, shell):
    name = script(folder, "bench.sh", b"#!" + shell + b"\ntrue\n")
    assert of_script(name, launches=1).argv == ("bash", "./bench.sh")


def test_bash_is_not_given_what_is_for_another_interpreter(folder):
    name = script(folder, "bench.py", b"#!/usr/bin/env python3\nimport os\n")
    with pytest.raises(UsageError, match="cannot run what is for /usr/bin/env python3") as caught:
        of_script(name, launches=1)
    assert caught.value.hint == "chmod +x bench.py"


def test_nor_what_is_for_another_by_its_name(folder):
    name = script(folder, "bench.py", b"import os\n", executable=True)
    with pytest.raises(UsageError, match="is for python3 by its name") as caught:
        of_script(name, launches=1)
    assert "python3 bench.py" in caught.value.hint


def test_a_file_that_is_no_command_is_not_said_to_be_missing(folder):
    with pytest.raises(UsageError, match="is not executable") as caught:
        of_words([f"./{script(folder, 'tool', b'true')}"], otherwise="")
    assert caught.value.hint == "chmod +x ./tool"


@pytest.mark.parametrize(
    ("word", "said", "hint"),
    [
        ("./nosuch", "there is no file './nosuch'", None),
        ("./sub", "./sub is a directory, not a program", None),
        ("nosuch", "there is no command 'nosuch'", "on PATH; otherwise"),
        ("sub", "there is no command 'sub'", "on PATH; otherwise"),
        ("bench.sh", "there is no command 'bench.sh'", "on PATH; the file here is ./bench.sh"),
        ("", "there is no command ''", "on PATH; otherwise"),
    ],
)
def test_what_is_no_command_is_said_with_what_to_do(folder, word, said, hint):
    (folder / "sub").mkdir()
    script(folder, "bench.sh", b"true\n")
    with pytest.raises(UsageError) as caught:
        of_words([word, "argument"], otherwise="otherwise")
    assert caught.value.message == said
    assert caught.value.hint == (hint and f"a program is looked for {hint}")


@pytest.mark.parametrize("opening", [b"#!/bin/sh\ntrue\n", b"\x7fELF..."])
def test_what_says_how_to_run_it_runs_itself(folder, opening):
    name = script(folder, "bench", opening, executable=True)
    assert of_script(name, launches=3).argv == ("./bench",)


def test_executable_without_a_shebang_is_run_by_bash(folder):
    name = script(folder, "bench", b"true\n", executable=True)
    assert of_script(name, launches=1).argv == ("bash", "./bench")


@pytest.mark.parametrize("name", ["-c", "--version", "a b", "ä.sh"])
def test_no_name_is_taken_for_an_option(folder, name):
    assert of_script(script(folder, name, b"true\n"), launches=1).argv == ("bash", f"./{name}")


def test_a_path_is_left_as_it_is(folder):
    (folder / "sub").mkdir()
    script(folder / "sub", "bench.sh", b"true\n")
    assert of_script("sub/bench.sh", launches=1).argv == ("bash", "sub/bench.sh")


def test_a_missing_script_is_a_usage_error(folder):
    with pytest.raises(UsageError, match=r"no script gone\.sh") as caught:
        of_script("gone.sh", launches=1)
    assert caught.value.hint is None
    with pytest.raises(UsageError) as caught:
        of_script("gone.sh", launches=1, otherwise="head's runs on both sides")
    assert caught.value.hint == "--script takes its path; head's runs on both sides"


def test_a_script_of_no_name_is_not_taken_for_the_directory():
    with pytest.raises(UsageError, match="the path of the script is empty"):
        of_script("", launches=1)


def test_a_directory_is_no_script(folder):
    with pytest.raises(UsageError, match="is a directory"):
        of_script(str(folder), launches=1)


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_an_empty_script_measures_nothing(folder, content):
    with pytest.raises(UsageError, match="is empty"):
        of_script(script(folder, "bench.sh", content), launches=1)


@pytest.mark.parametrize("path", ["x" * 5000, "a\0b"])
def test_an_impossible_path_is_an_error_too(folder, path):
    with pytest.raises(EnvironmentFault, match="cannot read"):
        of_script(path, launches=1)


def test_what_can_be_read_once_is_launched_once():
    assert of_script("/dev/null", launches=1).argv == ("bash", "/dev/null")
    with pytest.raises(UsageError, match="only once"):
        of_script("/dev/null", launches=2)


def test_without_bash_it_says_so(folder, monkeypatch):
    monkeypatch.setattr(command.shutil, "which", lambda _: None)
    with pytest.raises(EnvironmentFault, match="no bash"):
        of_script(script(folder, "bench.sh", b"true\n"), launches=1)


def test_a_command_is_kept_word_by_word():
    assert of_words(["sh", "-c", "exit 3"], otherwise="").argv == ("sh", "-c", "exit 3")


def test_what_only_a_shell_knows_is_told_how_it_gets_one():
    with pytest.raises(UsageError, match="'exit' is a shell's own, and no program") as caught:
        of_words(["exit", "3"], otherwise="")
    assert caught.value.hint == "bash runs it where it is one word: 'exit 3'"


@pytest.mark.parametrize("words", [[], ["no-such-command-here"], ["./gone"], [""]])
def test_no_command_is_a_usage_error(folder, words):
    with pytest.raises(UsageError):
        of_words(words, otherwise="")
