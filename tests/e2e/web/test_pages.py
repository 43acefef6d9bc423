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
    "captures": ("#/captures?base=main&open=work", "tr[data-capture=main]"),
    "diff": ("#/diff?base=main&head=work", ".time canvas"),
    "diff, all and as tables": ("#/diff?base=main&head=work&all=1&tables=1", "table.values"),
    "aggregates": ("#/aggregates", "main .card"),
}


def test_every_page_is_there_asks_only_its_origin_and_has_no_serious_fault(
    tab, stored, serving, collecting
):
    body = json.dumps([{"name": HOSTILE, "exec_time": 0.1 * k} for k in range(1, 80)]).encode()
    with urlopen(f"{collecting.url}/", data=body, timeout=20):
        pass
    with urlopen(f"{serving.url}/start?name={quote(HOSTILE)}", timeout=20):
        pass
    named = quote(HOSTILE, safe="")
    places = [(f"{stored}/{address}", ready) for address, ready in PAGES.values()]
    places += [
        (f"{serving.url}/#/live", "tr[data-capture]"),
        (f"{serving.url}/#/diff?base={named}&head={named}", ".verdict"),
        (f"{serving.url}/#/diff?base=none&head=main", ".trouble"),
        (f"{collecting.url}/#/live", "tr[data-name]"),
        (f"{collecting.url}/#/aggregates?name={named}", "svg .bar"),
    ]
    page = tab(color_scheme="light")
    faults = {}
    for url, ready in places:
        page.requests.clear()
        page.open("about:blank", "html")
        page.open(url, ready)
        origin = urlsplit(url).netloc
        asked = [one for one in page.requests if not one.startswith(("about:", "data:"))]
        assert {urlsplit(one).netloc for one in asked} == {origin}
        assert page.page.title() != "owned"
        assert page.page.locator("main img").count() == 0
        wide = page.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{url} is cut at the right"
        colours = set()
        for scheme in ("light", "dark"):
            page.page.emulate_media(color_scheme=scheme)
            page.page.locator(ready).first.wait_for()
            colours.add(page.page.evaluate("getComputedStyle(document.body).backgroundColor"))
            if AXE.exists():
                faults[url, scheme] = serious(page)
        assert len(colours) == 2
        page.page.emulate_media(color_scheme="light")
    page.complaints[:] = [text for text in page.complaints if "status of 404" not in text]
    if not AXE.exists():
        pytest.skip("all but axe-core's rules were checked: `scripts/fetch-axe` brings it")
    assert not any(faults.values()), faults


def serious(page):
    """What axe-core finds that keeps people out."""
    page.page.evaluate(AXE.read_text())
    found = page.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        (one["id"], [node["target"] for node in one["nodes"]][:4])
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


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
