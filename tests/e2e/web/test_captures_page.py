"""The stored captures and one of them in full, in a real browser."""

import json
import re

import pytest

from tests.e2e.command_line import get, run
from tests.e2e.web.curves import mean_over, readings


def test_one_capture_in_full_says_what_the_terminal_says_and_draws_its_curves(
    tab, stored, captured
):
    page = tab()
    page.open(f"{stored}/#/captures?open=work", "tr[data-capture=work]")
    page.page.get_by_role("link", name="work", exact=True).click()
    page.page.locator(".readings").wait_for()
    shown = page.page.locator("main pre").text_content()
    assert shown == run(captured, "show", "work").out.rstrip("\n")
    assert page.page.title() == "work · Skope"

    series = json.loads((captured / ".skope/series/work.json").read_text())
    _, served = get(f"{stored}/api/page/capture?tag=work")
    names = [curve["name"] for curve in served["overlays"]]
    assert {*names, *served["still"]} == series["curves"].keys()
    assert {"memory_used", "core_usage", "processes", "threads"} <= {*names, *served["still"]}
    captions = page.texts(".time figcaption")
    assert captions == [f"{curve['name']} {curve['told']}" for curve in served["overlays"]]
    assert "core_usage of script; 100 % is one processor" in captions
    assert page.counts(".time canvas", len(names))
    for curve in served["overlays"]:
        written = curve["written"]
        mean, high = (numeral(word, written) for word in readings(page)[curve["name"]])
        last = 0.5000001 * 10 ** -written["decimals"]
        expected = mean_over(series, curve["name"], 0, series["t"][-1]) / written["divisor"]
        assert mean == pytest.approx(expected, abs=last)
        peak = max(v for v in series["curves"][curve["name"]]["max"] if v is not None)
        assert high == pytest.approx(peak / written["divisor"], abs=last)

    page.page.keyboard.press("t")
    page.page.wait_for_url(re.compile("tables=1"))
    assert page.page.locator(".time canvas").count() == 0
    assert page.texts(".command") == ["skope show work"]
    page.page.get_by_role("link", name="all captures").click()
    page.page.locator("tr[data-capture=main]").wait_for()


def numeral(word, written):
    return float(word.removesuffix(written["suffix"]).replace(",", ""))


def test_an_earlier_capture_has_its_words_without_curves_that_are_not_its_own(tab, stored):
    page = tab()
    page.open(f"{stored}/#/captures?show=work@1", "main pre")
    assert page.page.locator("main pre").text_content().startswith("work   1 run")
    assert page.page.locator(".time").count() == 0
    assert "curves" in page.page.locator("main .under").inner_text()


def test_a_capture_of_which_no_run_ended_well_can_be_read_too(tab, stored, captured):
    words = ("--tag", "broken", "--", "bash", "-c", "exit 3")
    failing = run(captured, "runner", "--port", 0, *words)
    assert failing.code == 4, failing
    page = tab()
    page.open(f"{stored}/#/captures", "main .under")
    page.page.get_by_role("link", name="broken.failed").click()
    page.page.locator("main pre").wait_for()
    assert "exit code 3" in page.page.locator("main pre").text_content()
    (captured / ".skope/broken.failed.json").unlink()


def test_what_is_not_there_is_said_and_the_way_back_to_what_is(tab, stored):
    page = tab()
    page.open(f"{stored}/#/captures?show=none", "main .trouble")
    assert 'no capture "none"' in page.page.locator("main .trouble").inner_text()
    page.page.get_by_role("link", name="see the captures there are").click()
    page.page.locator("tr[data-capture=work]").wait_for()
    page.complaints[:] = [text for text in page.complaints if "status of 404" not in text]
    assert get(f"{stored}/api/page/capture?tag=none")[0] == 404
    status, answer = get(f"{stored}/api/page/capture")
    assert (status, answer["error"]) == (400, "BadRequest")
    assert "tag=TAG" in answer["detail"]
