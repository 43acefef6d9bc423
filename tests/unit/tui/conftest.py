"""Screens as they are expected, in files; and a clock that shows the same hour everywhere."""

import time
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(autouse=True)
def in_utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def expect(request):
    """Compares a screen's text with its file; `--golden` writes that anew."""

    def compare(name, text):
        file = GOLDEN / f"{name}.txt"
        if request.config.getoption("--golden"):
            file.parent.mkdir(exist_ok=True)
            file.write_text(text + "\n", encoding="utf-8")
        assert text + "\n" == file.read_text(encoding="utf-8")

    return compare
