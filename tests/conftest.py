"""What every test shares: two switches, Hypothesis without deadlines, the project's folder."""

import signal
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine makes an example slow, not wrong.
settings.register_profile("skope", deadline=None, print_blob=True)
settings.load_profile("skope")


def pytest_addoption(parser):
    parser.addoption("--slow", action="store_true", help="run soaks and campaigns too")
    parser.addoption("--golden", action="store_true", help="write the expected screens anew")


def pytest_configure():
    # Ignored under nohup and behind a shell's `&`, and then by all that is started too; what is
    # caught is theirs by default.
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: None)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config, items):
    if config.getoption("--slow"):
        return
    skip = pytest.mark.skip(reason="a soak or a campaign; --slow runs it")
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(skip)


@pytest.fixture(scope="session")
def project() -> Path:
    """The folder that holds pyproject.toml."""
    return Path(__file__).resolve().parents[1]
