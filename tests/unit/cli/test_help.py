"""What `skope` says of itself is true of what there is."""

import re
from importlib import import_module

import pytest

from skope.cli.commands import COMMANDS
from skope.cli.help import overview
from skope.cli.options import parser_of
from skope.view.width import width


def test_every_command_is_listed_once_and_fits():
    text = overview()
    for command in COMMANDS:
        line = rf"^.{{10}}{command.name} +{re.escape(command.summary)}$"
        assert len(re.findall(line, text, re.MULTILINE)) == 1
    assert all(width(line) <= 80 for line in text.splitlines())


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_explains_itself(command):
    text = parser_of(command, import_module(command.module)).format_help()
    assert f"skope {command.name}" in text
    assert all(width(line) <= 80 for line in text.splitlines() if "--format {" not in line)
    for option in ("--host", "--port", "--dir", "--help", "--version"):
        assert option in text


def test_the_examples_name_commands_there_are():
    words = re.findall(r"^  skope (\w+)", overview(), re.M)
    assert words
    assert set(words) <= {command.name for command in COMMANDS}
