"""What is said of words that no command knows."""

import pytest

from skope.cli.parser import Parser
from skope.errors import UsageError


@pytest.fixture
def parser():
    made = Parser("runner", "run")
    made.add_argument("--tag", required=True)
    made.add_argument("words", nargs="*")
    return made


@pytest.mark.parametrize("line", ["--tga x", "--tga=x", "--tga x -- true --tag"])
def test_a_slip_in_a_required_option_is_named_and_not_its_absence(parser, line):
    with pytest.raises(UsageError, match=r"has no option --tga$") as caught:
        parser.read(line.split())
    assert caught.value.hint.splitlines()[0] == "nearest: --tag"


def test_a_word_too_many_is_named():
    with pytest.raises(UsageError, match="`skope list` does not know what to do with 'a'"):
        Parser("list", "list").read(["a", "b"])


@pytest.mark.parametrize("line", ["", "-- true --tga x", "-- --tga"])
def test_what_is_a_commands_own_is_no_slip(parser, line):
    with pytest.raises(UsageError, match="required: --tag"):
        parser.read(line.split())
