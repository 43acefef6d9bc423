"""A word of `skope ab` is a script, a program with its arguments, or a line for a shell."""

import pytest

from skope.cli.launching import command_of
from skope.errors import UsageError


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
    ],
)
def test_who_runs_it(tmp_path, monkeypatch, text, argv):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.sh").write_text("true\n")
    assert command_of(text).argv == argv
    assert command_of(text).title == text


@pytest.mark.parametrize("text", ["", "no-such-program", "echo 'open", "exit 3"])
def test_what_nobody_can_run(text):
    with pytest.raises(UsageError):
        command_of(text)
