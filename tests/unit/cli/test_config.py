"""Flag before environment before configuration before default, each said by name when wrong."""

import os

import pytest

from skope.cli import diff, options
from skope.cli import list as listing
from skope.cli.commands import BY_NAME
from skope.cli.config import load
from skope.errors import UsageError


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("SKOPE_HOST", "SKOPE_PORT", "SKOPE_DIR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def read(line, environ=None, command="diff", module=diff):
    parser = options.parser_of(BY_NAME[command], module)
    return options.read(parser, command, line.split(), environ or {})


def test_defaults(here):
    found = read("")
    assert (found.host, found.port, found.dir, found.color) == ("localhost", 9001, ".skope", "auto")
    assert not found.dir_given


def test_each_source_goes_before_the_next(here):
    (here / "skope.toml").write_text('host = "toml"\nport = 1\ndir = "t"\ncolor = "never"\n')
    found = read("")
    assert (found.host, found.port, found.dir, found.color) == ("toml", 1, "t", "never")
    assert not found.dir_given
    environ = {"SKOPE_HOST": "env", "SKOPE_PORT": "2", "SKOPE_DIR": "e"}
    found = read("", environ)
    assert (found.host, found.port, found.dir) == ("env", 2, "e")
    assert found.dir_given
    found = read("-H flag -p 3 --dir f --color always", environ)
    assert (found.host, found.port, found.dir, found.color) == ("flag", 3, "f", "always")


def test_an_empty_variable_is_none(here):
    found = read("", {"SKOPE_DIR": "", "SKOPE_PORT": ""})
    assert (found.dir, found.port, found.dir_given) == (".skope", 9001, False)


def test_pyproject_counts_where_there_is_no_skope_toml(here):
    (here / "pyproject.toml").write_text(
        '[tool.skope]\nhost = "p"\n[tool.skope.diff]\nall = true\n'
    )
    assert (read("").host, read("").all) == ("p", True)
    (here / "skope.toml").write_text("")
    assert (read("").host, read("").all) == ("localhost", False)


def test_pyproject_without_us_is_not_even_parsed(here):
    (here / "pyproject.toml").write_text("this is ] no TOML")
    assert read("").host == "localhost"
    (here / "pyproject.toml").write_text('[tool.other]\nname = "skope"\n')
    assert read("").host == "localhost"


def test_a_table_holds_the_options_of_its_command(here):
    (here / "skope.toml").write_text('[diff]\nfail-on = "regression"\nmissing_base = "pass"\n')
    found = read("")
    assert (found.fail_on, found.missing_base) == ("regression", "pass")
    assert read("--fail-on inconclusive").fail_on == "inconclusive"
    assert not read("", command="list", module=listing).json


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hots = 1", "'hots' is neither"),
        ("diff = 1", "'diff' is neither"),
        ("port = 'x'", "skope.toml: port: 'x' is no port"),
        ("port = 70000", "'70000' is no port"),
        ("port = true", "port cannot be True"),
        ("host = 3", "host cannot be 3"),
        ("dir = ''", "dir cannot be ''"),
        ("color = 'red'", "color cannot be 'red'"),
        ("[diff]\nfoo = 1", "has no option 'foo'"),
        ("[diff]\nall = 1", "is true or false"),
        ("[diff]\nfail_on = 'x'", "invalid choice"),
        ("[diff]\nbase = ['x']", "base is not"),
        ("x = ", "skope.toml is no TOML"),
        ("a = " + "[" * 9999, "skope.toml is no TOML"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(here, text, said):
    (here / "skope.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        read("")
    assert said in caught.value.message
    assert "skope.toml" in caught.value.message


def test_a_near_miss_is_suggested(here):
    (here / "skope.toml").write_text("hots = 1")
    with pytest.raises(UsageError) as caught:
        load(here)
    assert caught.value.hint == "nearest: host"


def test_what_cannot_be_read_is_said(here):
    (here / "skope.toml").mkdir()
    with pytest.raises(UsageError, match=r"cannot read skope\.toml"):
        load(here)
    (here / "skope.toml").rmdir()
    (here / "skope.toml").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="no TOML"):
        load(here)


@pytest.mark.parametrize("name", ["skope.toml", "pyproject.toml"])
def test_a_pipe_is_not_waited_for_nor_a_device_read_to_its_end(here, name):
    os.mkfifo(here / name)
    with pytest.raises(UsageError, match="it is no file, but a pipe or a device"):
        load(here)
    (here / name).unlink()
    (here / name).symlink_to("/dev/zero")
    with pytest.raises(UsageError, match=f"cannot read {name}"):
        load(here)


@pytest.mark.parametrize(
    ("line", "environ", "said"),
    [
        ("-p x", {}, "'x' is no port"),
        ("-p -1", {}, "-p"),
        ("", {"SKOPE_PORT": "99999"}, "SKOPE_PORT: '99999' is no port"),
        ("--dir=", {}, "--dir is empty"),
        ("--color red", {}, "invalid choice"),
        ("--fail-on never", {}, "invalid choice"),
        ("--bsae x", {}, "has no option --bsae"),
        ("--bas x", {}, "has no option --bas"),
        ("--base", {}, "expected one argument"),
    ],
)
def test_a_bad_command_line(here, line, environ, said):
    with pytest.raises(UsageError) as caught:
        read(line, environ)
    assert said in caught.value.message


def test_the_nearest_option_is_suggested(here):
    with pytest.raises(UsageError) as caught:
        read("--bsae x")
    assert caught.value.hint.splitlines()[0] == "nearest: --base"


def test_colour(here, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert options.wants_colour(read("--color always"))
    assert not options.wants_colour(read("--color never"))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert options.wants_colour(read(""))
    monkeypatch.setenv("NO_COLOR", "1")
    assert not options.wants_colour(read(""))
    assert options.wants_colour(read("--color always"))
