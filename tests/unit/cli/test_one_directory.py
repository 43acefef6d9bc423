"""A command opens the directory of reports once, however often it looks there, and closes it."""

import pytest

from skope.cli import reading
from skope.cli.main import main
from skope.schema.codec import encode_report
from skope.store.directory import open_directory
from skope.store.reports import Reports
from tests.unit.schema.reports import a_report


@pytest.fixture
def opened(tmp_path, monkeypatch):
    """What commands open; there are two captures."""
    monkeypatch.chdir(tmp_path)
    with open_directory(".skope", given=False) as directory:
        for name in ("old", "new"):
            Reports(directory).write(name, encode_report(a_report(name, [{}] * 3)))
    directories = []

    def spy(*place, **how):
        directories.append(open_directory(*place, **how))
        return directories[-1]

    monkeypatch.setattr(reading, "open_directory", spy)
    return directories


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("list", 0),
        ("show", 0),
        ("show new", 0),
        ("show nowhere", 2),
        ("diff", 0),
        ("diff --base old --head new", 0),
        ("diff --base old --head nowhere", 2),
    ],
)
def test_however_it_ends(opened, capsys, line, code):
    assert main(line.split()) == code, capsys.readouterr().err
    assert [directory.fd for directory in opened] == [-1]
