"""The page of a diff in a real browser, against the JSON and against the terminal."""

import json
import re
from urllib.request import urlopen

import pytest

from skope.schema.codec import decode_diff
from skope.view.numbers import scale_of
from skope.view.rows import change_row, shown_changes
from tests.e2e.command_line import eventually, run
from tests.e2e.web.curves import mean_over, readings

DIFF = "#/diff?base=main&head=work"
ROWS = "table.changes tbody tr:not(.group)"


def fetched(url):
    with urlopen(url, timeout=20) as answer:
        return answer.read()


def cells(tab, row):
    """Metric, base, head, change, interval and verdict as they stand on the screen."""
    words = [" ".join(text.split()) for text in row.locator("th, td").all_inner_texts()]
    return [*words[:4], *words[5:]]


def test_what_it_says_is_what_the_json_and_the_terminal_say(tab, stored, captured):
    page = tab()
    page.open(f"{stored}/{DIFF}&all=1", ROWS)
    diff = decode_diff(fetched(f"{stored}/api/diff?base=main&head=work"))
    shown = page.page.locator(ROWS)
    expected = [change_row(change) for change in shown_changes(diff, every=True)]
    assert shown.count() == len(expected) == len(diff.changes)
    for number, row in enumerate(expected):
        metric, base, head, change, interval, verdict = cells(page, shown.nth(number))
        assert metric.split()[-1] == row.metric
        assert (base, head, change) == (row.base, row.head, row.change)
        assert interval == (f"{row.low} to {row.high}" if row.low is not None else "")
        judged = row.mark.strip()
        assert verdict.startswith(row.word if judged else "")
    for change in diff.changes:
        scale = scale_of(change.unit, change.base, change.head)
        line = page.page.locator(f"tr[data-metric='{change.metric}']").inner_text()
        assert scale.text(change.base) in line
        assert scale.text(change.head) in line

    printed = run(captured, "diff", "--base", "main", "--head", "work", "--all").out
    title, sentence = (
        page.page.locator(f".verdict .{part}").inner_text() for part in ("word", "sentence")
    )
    assert f"{title.upper()}: {sentence}" in " ".join(printed.split())
    lines = [figures(line) for line in printed.splitlines()]
    for number, row in enumerate(expected):
        metric, *words, _ = cells(page, shown.nth(number))
        assert figures(" ".join([*words, row.word])) in lines, (metric, printed)


def figures(text):
    """The numbers in a line, with their signs."""
    return re.findall(r"[+-]?\d[\d,]*(?:\.\d+)?", text.replace("..", " "))


def test_the_verdict_is_seen_first_and_each_row_has_its_pictures(tab, stored):
    page = tab()
    page.open(f"{stored}/{DIFF}", ROWS)
    verdict = page.page.locator(".verdict")
    verdict.wait_for()
    assert verdict.bounding_box()["y"] < 200
    # At once: what is drawn anew in between has no style any more.
    own, *sizes = page.page.evaluate(
        "['.verdict .word', 'main *'].flatMap((what) => [...document.querySelectorAll(what)])"
        ".map((element) => parseFloat(getComputedStyle(element).fontSize))"
    )
    assert sorted(sizes)[-2] >= own >= 30
    rows = page.page.locator(ROWS).count()
    assert page.page.locator(f"{ROWS} svg.forest .point").count() == rows
    assert page.page.locator(f"{ROWS} svg.forest .interval").count() >= rows
    titles = page.texts(".detail figcaption")
    assert [title.split()[0] for title in titles] == ["Runs", "Share", "Histogram", "Shift"]
    assert page.page.locator(".detail .dot.base title").count() == 10
    labels = page.page.locator("[role=img]").evaluate_all(
        "all => all.map(e => e.getAttribute('aria-label'))"
    )
    assert all(labels)
    told = json.loads(fetched(f"{stored}/api/page/diff?base=main&head=work"))
    heads = [row for row in told["rows"] if row["headline"]]
    telling = [row for row in heads if row["judged"] and row["row"]["verdict"] == told["verdict"]]
    chosen = page.page.locator("tr.chosen").get_attribute("data-metric")
    assert chosen == (telling or heads)[0]["id"]
    assert page.page.title() == f"{told['word']}: main-work · Skope"
    curves = told["overlays"]
    assert len(curves) >= 4
    assert page.counts(".time canvas", len(curves))
    whose = {curve["name"]: curve["told"] for curve in curves}
    assert whose["memory_used"] == "of script"
    assert whose["machine.memory_used"] == "of the whole machine"
    assert page.texts(".time figcaption") == [f"{name} {of}" for name, of in whose.items()]

    page.page.get_by_role("button", name="more, not gated").click()
    page.page.evaluate("scrollTo(0, 0)")
    page.page.locator(f"{ROWS} button").first.click()
    assert -1 < page.page.locator(".detail").bounding_box()["y"] < 800, "it opens where one looks"


def test_dragging_selects_a_window_and_its_numbers_are_those_of_the_series(tab, stored, captured):
    page = tab()
    page.open(f"{stored}/{DIFF}", ".time .u-over")
    whole = readings(page)
    over = page.page.locator(".time .u-over").first
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    across = [box["x"] + box["width"] * share for share in (0.2, 0.5)]
    page.page.mouse.move(across[0], box["y"] + 30)
    page.page.mouse.down()
    page.page.mouse.move(across[1], box["y"] + 40, steps=5)
    page.page.mouse.up()
    page.page.wait_for_url(re.compile("from=.*to="))
    chosen = readings(page)
    assert chosen.keys() == whole.keys()
    assert chosen != whole

    state = dict(re.findall(r"(from|to)=([\d.]+)", page.page.url))
    begin, end = float(state["from"]), float(state["to"])
    assert 0 < begin < end
    page_json = json.loads(fetched(f"{stored}/api/page/diff?base=main&head=work"))
    for overlay in page_json["overlays"]:
        written = overlay["written"]
        for side, word in zip(("base", "head"), chosen[overlay["name"]], strict=False):
            tag = {"base": "main", "head": "work"}[side]
            series = json.loads((captured / f".skope/series/{tag}.json").read_text())
            value = mean_over(series, overlay["name"], begin, end)
            if value is None:
                assert word == "-"
                continue
            shown = float(word.removesuffix(written["suffix"]).replace(",", ""))
            last = 0.5000001 * 10 ** -written["decimals"]
            assert shown == pytest.approx(value / written["divisor"], abs=last)

    for width in (1280, 1050):
        page.page.set_viewport_size({"width": width, "height": 900})
        assert eventually(lambda: marked_as(page, begin, end)), (width, marks(page))
    url = page.page.url
    second = tab()
    second.open(url, ".readings")
    assert readings(second) == chosen
    assert second.page.locator("input[name=from]").input_value() == state["from"]
    page.page.keyboard.press("Escape")
    page.page.wait_for_url(lambda url: "from=" not in url)
    assert readings(page) == whole


def marks(page):
    """Of each curve (left, width) of what is marked in it, as shares of its width."""
    return page.page.locator(".time .u-select").evaluate_all(
        "all => all.map(e => [e.offsetLeft, e.offsetWidth].map(n => n / e.parentNode.offsetWidth))"
    )


def marked_as(page, begin, end):
    """Whether every curve marks that stretch, wherever it is drawn by now."""
    longest = float(page.page.locator("input[name=to]").get_attribute("placeholder"))
    found = marks(page)
    return len(found) == page.page.locator(".time figure").count() and all(
        abs(left - begin / longest) < 0.01 and abs(width - (end - begin) / longest) < 0.01
        for left, width in found
    )


def test_the_cursors_of_all_curves_move_together(tab, stored):
    page = tab()
    page.open(f"{stored}/{DIFF}", ".time .u-over")
    over = page.page.locator(".time .u-over").first
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    for share in (0.3, 0.6):
        wanted = box["width"] * share
        page.page.mouse.move(box["x"] + wanted, box["y"] + 30)
        assert eventually(lambda wanted=wanted: all_near(cursors(page), wanted)), cursors(page)
    assert len(cursors(page)) >= 2


def all_near(found, wanted):
    return all(abs(at - wanted) < 1.5 for at in found)


def cursors(page):
    """Where in each curve its cursor is."""
    return page.page.locator(".time .u-cursor-x").evaluate_all(
        "all => all.map(e => new DOMMatrix(getComputedStyle(e).transform).e)"
    )


def test_everything_can_be_done_from_the_keyboard(tab, stored):
    page = tab()
    page.open(f"{stored}/", "main")
    press = page.page.keyboard.press
    press("3")
    page.page.locator(ROWS).first.wait_for()
    chosen = page.page.locator("tr.chosen").get_attribute("data-metric")
    press("j")
    page.page.wait_for_url(re.compile("metric="))
    assert page.page.locator("tr.chosen").get_attribute("data-metric") != chosen
    press("k")
    assert page.page.locator("tr.chosen").get_attribute("data-metric") == chosen
    folded = page.page.locator(ROWS).count()
    press("a")
    page.page.wait_for_url(re.compile("all=1"))
    assert page.page.locator(ROWS).count() > folded
    press("t")
    page.page.locator("table.values").first.wait_for()
    assert page.page.locator(".time canvas").count() == 0
    press("t")
    page.page.locator(".time canvas").first.wait_for()
    field = page.page.locator("input[name=from]")
    field.focus()
    page.page.keyboard.type("0.05")
    press("Enter")
    page.page.wait_for_url(re.compile("from=0.05"))
    assert page.page.evaluate("document.activeElement.name") == "from"
    press("Escape")
    page.page.evaluate("document.activeElement.blur()")
    press("?")
    assert page.page.locator("dialog[open] kbd").count() > 5
    press("Escape")
    page.page.locator("dialog").wait_for(state="hidden")
    press("2")
    page.page.locator("tr[data-capture=main]").wait_for()
    for _ in range(60):
        press("Tab")
        if (
            page.page.evaluate("document.activeElement.getAttribute('aria-label')")
            == "main as base"
        ):
            break
    press("Enter")
    page.page.wait_for_url(re.compile("base=main"))
    assert page.page.evaluate("document.activeElement.getAttribute('aria-label')") == "main as base"
    page.page.locator("[aria-label='work as head']").focus()
    press("Space")
    page.page.locator("a.button.main").wait_for()
    page.page.evaluate("document.activeElement.blur()")
    press("Enter")
    page.page.locator(".verdict").wait_for()
    assert "base=main&head=work" in page.page.url


def test_a_page_of_its_own_says_the_same_with_the_network_cut(tab, stored, captured, tmp_path):
    target = tmp_path / "out.html"
    ended = run(captured, "diff", "--base", "main", "--head", "work", "--html", target)
    assert ended.code == 0, ended
    text = target.read_text()
    assert target.stat().st_size < 300_000
    assert not re.search(r"(?:https?|ftp|wss?):|(?:src|href)\s*=|@import|url\(", text)
    alone = tab(offline=True)
    alone.open(f"{target.as_uri()}#/?all=1", ROWS)
    online = tab()
    online.open(f"{stored}/{DIFF}&all=1", ROWS)
    for part in (".verdict", "table.changes", ".detail", ".readings", ".sides"):
        assert alone.texts(part) == online.texts(part)
    curves = online.page.locator(".time figure").count()
    assert alone.counts(".time canvas", curves)
    assert online.counts(".time canvas", curves)
    alone.page.get_by_role("button", name="copy").click()
    assert alone.texts(".copied") == ["copied"]
    assert alone.page.evaluate("getSelection().toString()") == "skope diff --base main --head work"
    assert all(url.startswith("file:") for url in alone.requests)
    alone.page.keyboard.press("a")
    alone.page.wait_for_url(lambda url: "all=1" not in url)
