"""Every page in light and dark: safe, self-contained and usable by everybody."""

import json
import re
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

import pytest

from skope import web
from skope.view.numbers import quantity
from tests.e2e.web.conftest import HOSTILE

AXE = Path(__file__).resolve().parents[3] / "node_modules" / "axe-core" / "axe.min.js"
PAGES = {
    "#/captures?base=main&open=work": "tr[data-capture=main]",
    "#/captures?show=work": ".time canvas",
    "#/captures?search=nobody": "main .empty",
    "#/diff?base=main&head=work&from=0.01": ".time canvas",
    "#/diff?base=main&head=work&all=1&tables=1": "table.values",
    "#/aggregates": "main .card",
    "#/live": "main .empty",
}
EMPTY = {
    "#/live": "main .command",
    "#/aggregates": "main .command",
    "#/captures": "main .empty",
    "#/diff": ".trouble",
}
PHONE, TABLET, DESK = 390, 768, 1280
# A chart follows its box a frame later, and is clipped by it.
CUT = """() => [...document.querySelectorAll("main *, header *")]
  .filter((e) => !e.closest(".skip, svg, .canvas > *, thead"))
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
  .map((e) => `${e.tagName} ${e.className}`)"""
RULES = """(rules) => axe.run(document, {
  resultTypes: ["violations"],
  ...(rules === "colours" ? { runOnly: ["color-contrast"] } : {}),
})"""
LAST = "p{:03} " + "聊天 🚀 " * 30
"""What a name of 200 characters may look like."""


def test_every_page_is_there_asks_only_its_origin_and_has_no_serious_fault(
    tab, stored, serving, collecting
):
    page = Looker(tab(color_scheme="light"))
    for address, ready in EMPTY.items():
        page.look(f"{collecting.url}/{address}", ready)
    post(collecting.url, [{"name": HOSTILE, "exec_time": 0.1 * k} for k in range(1, 80)])
    post(collecting.url, [{"name": LAST.format(k)[:200], "exec_time": 0} for k in range(60)])
    with urlopen(f"{serving.url}/start?name={quote(HOSTILE)}", timeout=20):
        pass
    named = quote(HOSTILE, safe="")
    for address, ready in PAGES.items():
        page.look(f"{stored}/{address}", ready)
    page.look(f"{serving.url}/#/live", "tr[data-capture]")
    page.look(f"{serving.url}/#/live?tables=1", "[aria-label='The machine in time'] td")
    page.look(f"{serving.url}/#/diff?base={named}&head={named}", ".verdict")
    page.look(f"{serving.url}/#/diff?base=none&head=main", ".trouble")
    page.look(f"{collecting.url}/#/live", "tr[data-name]")
    page.look(f"{collecting.url}/#/aggregates?name={named}", "svg .bar")
    with urlopen(Request(f"{collecting.url}/api/agg/save?name=b", method="POST"), timeout=20):
        pass
    page.look(f"{collecting.url}/#/aggregates?base=b&head=report_agg", ".verdict")
    complaints = page.tab.complaints
    complaints[:] = [text for text in complaints if "status of 404" not in text]
    if not AXE.exists():
        pytest.skip("all but axe-core's rules were checked: `scripts/fetch-axe` brings it")


def post(url, records):
    with urlopen(f"{url}/", data=json.dumps(records).encode(), timeout=20):
        pass


class Looker:
    """Looks at one page after another as its critics would."""

    def __init__(self, tab):
        self.tab = tab
        self.page = tab.page

    def look(self, url, ready):
        self.tab.open("about:blank", "html")
        self.tab.requests.clear()
        self.tab.open(url, ready)
        asked = [one for one in self.tab.requests if not one.startswith("data:")]
        assert {urlsplit(one).netloc for one in asked} == {urlsplit(url).netloc}
        assert "owned" not in self.page.title().partition("onerror")[0]
        assert self.page.title().endswith(" · Skope")
        assert self.page.locator("main img").count() == 0
        for width in (PHONE, TABLET, DESK):
            self.page.set_viewport_size({"width": width, "height": 900})
            wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{url} is cut at the right, {width} wide"
            beyond = self.page.evaluate(CUT) if width == PHONE else []
            assert beyond == [], f"{url}: beyond the edge of a phone"
        if AXE.exists():
            self.page.evaluate(AXE.read_text())
        colours = {self.judged(scheme, url) for scheme in ("light", "dark")}
        assert len(colours) == 2
        self.page.emulate_media(color_scheme="light")

    def judged(self, scheme, url):
        """The colour of its ground; axe-core finds nothing that keeps people out."""
        self.page.emulate_media(color_scheme=scheme)
        if AXE.exists():
            rules = "all" if scheme == "light" else "colours"  # the others know no scheme
            found = self.page.evaluate(RULES, rules)
            serious = [
                (one["id"], [node["target"] for node in one["nodes"]][:4])
                for one in found["violations"]
                if one["impact"] in ("serious", "critical")
            ]
            assert serious == [], (url, scheme)
        return self.page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_the_printed_page_is_dark_on_light_without_what_cannot_be_pressed(tab, stored):
    page = tab(color_scheme="dark")
    page.open(f"{stored}/#/diff?base=main&head=work", ".verdict")
    page.page.emulate_media(media="print", color_scheme="dark")
    text = page.page.evaluate("getComputedStyle(document.querySelector('.sentence')).color")
    assert max(int(part) for part in re.findall(r"\d+", text)) < 100, text
    assert not page.page.locator("header nav").is_visible()
    assert not page.page.get_by_role("button", name="copy").is_visible()
    assert page.page.locator("tr[data-metric=exec_time] .metric").is_visible()


def test_the_policy_allows_no_inline_and_no_other_origin(stored):
    request = Request(f"{stored}/", headers={"accept": "text/html"})
    with urlopen(request, timeout=20) as answer:
        policy = answer.headers["content-security-policy"]
        text = answer.read().decode()
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|style=", text)
    with urlopen(f"{stored}/", timeout=20) as answer:
        assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("name", sorted({*web.SERVED, web.PAGE, web.ALONE}))
def test_no_file_names_another_origin(name, stored):
    body = web.read(name)
    assert not re.search(rb"(?:https?|wss?|ftp):|(?<![:*/])//[a-z]+\.[a-z]", body), name
    if name in web.SERVED:
        with urlopen(f"{stored}/web/{name}", timeout=20) as answer:
            assert answer.read() == body
            tag = answer.headers["etag"]
            assert answer.headers["x-content-type-options"] == "nosniff"
        again = Request(f"{stored}/web/{name}", headers={"if-none-match": tag})
        with pytest.raises(Exception, match="304"):
            urlopen(again, timeout=20)


def test_numbers_are_written_as_the_terminal_writes_them(tab, stored):
    values = [
        sign * digits * 10.0**exponent
        for sign in (1, -1)
        for digits in (0, 1, 1.4249, 9.994, 9.9949, 5.0625, 7.77)
        for exponent in range(-9, 13)
    ]
    page = tab()
    page.open(f"{stored}/#/captures", "main")
    for unit in ("s", "MiB", "B", "count", "%"):
        written = page.page.evaluate(
            "async ([unit, values]) => { const m = await import('/web/figures.js');"
            " return values.map((value) => m.quantity(value, unit)); }",
            [unit, values],
        )
        sane = [(v, w) for v, w in zip(values, written, strict=True) if abs(v) < 1e11]
        assert [w for _, w in sane] == [quantity(v, unit) for v, _ in sane]
