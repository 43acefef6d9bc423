"""What every test shares: two switches, Hypothesis without deadlines, the project's folder.

And one check of every module: what it opens it closes.
"""

import contextlib
import gc
import signal
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine makes an example slow, not wrong.
settings.register_profile("skope", deadline=None, print_blob=True)
settings.load_profile("skope")


OPEN = pytest.StashKey()
"""The module whose tests run, and what was open before it."""
PATIENCE_S = 10
"""For threads that are about to close what is theirs."""


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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    if item.session.stash.get(OPEN, (None,))[0] is not item.module:
        with contextlib.suppress(ImportError):  # where it is there, it keeps a pipe from now on
            from uvloop import new_event_loop

            new_event_loop().close()
        item.session.stash[OPEN] = item.module, open_files()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """A module closes what it opened. What failed may hold on: then that is to be mended first."""
    result = yield
    if (nextitem is None or nextitem.module is not item.module) and not item.session.testsfailed:
        item.funcargs.clear()
        before, end = item.session.stash[OPEN][1], time.monotonic() + PATIENCE_S
        while left := open_files() - before:
            gc.collect()
            assert time.monotonic() < end, f"left open: {sorted(left.elements())}"
            time.sleep(0.01)
    return result


def open_files():
    """What this process has open: how often, by what the descriptors lead to."""
    found = Counter()
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the listing's own
            found[str(descriptor.readlink())] += 1
    return found


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
