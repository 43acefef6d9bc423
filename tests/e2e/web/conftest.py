"""A real browser, and real reports for it to show."""

import shutil
from pathlib import Path

import pytest

from tests.e2e.agg_service import agg
from tests.e2e.command_line import eventually, run, server, skope

CHROMIUM = "/usr/bin/chromium"
HOSTILE = "<img src=x onerror=document.title='owned'>"
RUNS = 10
PATIENCE_S = 20


@pytest.fixture(scope="session")
def driver():
    """What starts a browser."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not Path(CHROMIUM).exists():
        pytest.skip("there is no /usr/bin/chromium: `apt-get install chromium` brings it")
    return sync_api.sync_playwright


@pytest.fixture(scope="module")
def chromium(driver):
    """Debian's chromium. It must not outlive these tests: it holds this thread's event loop."""
    with driver() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Tab:
    """One page with what it asked for and what it complained of."""

    def __init__(self, browser, **how):
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, **how)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE_S * 1000)
        self.requests = []
        self.complaints = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._heard)

    def _heard(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def open(self, url, ready):
        """Goes to `url`, until there is a `ready`."""
        self.page.goto(url)
        self.page.locator(ready).first.wait_for()
        return self.page

    def counts(self, selector, number):
        """Waits until there are so many; whether there ever were. Curves are drawn a frame late."""
        return eventually(lambda: self.page.locator(selector).count() == number, PATIENCE_S)

    def says(self, selector, *texts):
        """Waits until the elements say `texts`; whether they ever did."""
        return eventually(lambda: self.texts(selector) == list(texts), PATIENCE_S)

    def texts(self, selector):
        return [text.strip() for text in self.page.locator(selector).all_inner_texts()]


@pytest.fixture
def tab(chromium):
    """Opens tabs; none of them may have complained."""
    tabs = []

    def opened(**how):
        tabs.append(Tab(chromium, **how))
        return tabs[-1]

    yield opened
    complaints = [text for each in tabs for text in each.complaints]
    for each in tabs:
        each.context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def captured(driver, tmp_path_factory):
    """A folder with captures of two programs, ten runs of each, and one of a hostile name.

    Each burns, then needs 60 MB for a moment: what a window shows depends on the window.
    """
    folder = tmp_path_factory.mktemp("captured")
    for tag, turns, runs in (("main", 20_000, RUNS), ("work", 30_000, 1), ("work", 40_000, RUNS)):
        burn = f"for ((k = 0; k < {turns}; k++)); do :; done; head -c 60000000 /dev/zero | tail"
        words = ("--tag", tag, "--runs", runs, "--", "bash", "-c", burn)
        ended = run(folder, "runner", "--port", 0, *words)
        assert ended.code == 0, ended
    ended = run(folder, "runner", "--port", 0, "--tag", HOSTILE, "--", "true")
    assert ended.code == 0, ended
    return folder


@pytest.fixture(scope="module")
def stored(captured):
    """The address of `skope ui` on them.

    It ends with each module: a test of launches takes what runs as our child for its script's.
    """
    with skope(captured, "ui", "--port", 0) as showing:
        yield showing.line("showing").split(" on ")[1].strip()
    assert showing.process.returncode == 0


@pytest.fixture(scope="module")
def serving(captured, tmp_path_factory):
    """`skope server` on a copy of them."""
    folder = tmp_path_factory.mktemp("serving")
    shutil.copytree(captured / ".skope", folder / ".skope")
    with server(folder) as running:
        yield running


@pytest.fixture
def collecting(chromium, tmp_path):
    """`skope agg`."""
    with agg(tmp_path, "--tag", "monday") as running:
        yield running
