"""Where the command is, and what `-h` means."""

import pytest

from skope.cli.words import split
from skope.errors import UsageError


@pytest.mark.parametrize(
    ("line", "command", "rest"),
    [
        ("", None, []),
        ("diff", "diff", []),
        ("--dir x diff --base a", "diff", ["--dir", "x", "--base", "a"]),
        ("--dir=x -p9 diff", "diff", ["--dir=x", "-p9"]),
        ("-H ::1 --port 0 server", "server", ["-H", "::1", "--port", "0"]),
        ("--dir diff diff", "diff", ["--dir", "diff"]),
        ("-V", None, ["-V"]),
        ("diff --all", "diff", ["--all"]),
        ("frobnicate -x", "frobnicate", ["-x"]),
        ("runner -- ls -h host", "runner", ["--", "ls", "-h", "host"]),
        # -h is the host before a word that is neither option nor command …
        ("-h 0.0.0.0 server", "server", ["--host", "0.0.0.0"]),
        ("server -h 0.0.0.0", "server", ["--host", "0.0.0.0"]),
        ("runner -h box --tag a", "runner", ["--host", "box", "--tag", "a"]),
        # … and help before anything else
        ("-h", None, ["--help"]),
        ("-h diff", "diff", ["--help"]),
        ("server -h", "server", ["--help"]),
        ("server -h -p 1", "server", ["--help", "-p", "1"]),
        ("runner -h --tag a", "runner", ["--help", "--tag", "a"]),
        ("diff -h list", "diff", ["--help", "list"]),
        ("runner -h -- ls", "runner", ["--help", "--", "ls"]),
    ],
)
def test_the_command_and_the_rest(line, command, rest):
    assert split(line.split()) == (command, rest)


def test_an_option_of_a_command_does_not_stand_before_it():
    with pytest.raises(UsageError, match="no option --tag"):
        split(["--tag", "a", "runner"])
