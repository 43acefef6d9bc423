"""The stored captures and one of them in full, in a real browser."""

import json
import os
import re

import pytest

from tests.e2e.agg_service import Connection, agg
from tests.e2e.command_line import eventually, get, run, skope
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


def test_what_is_typed_into_a_filter_stands_there_as_typed(tab, stored):
    page = tab()
    page.open(f"{stored}/#/captures", "tr[data-capture=main]")
    page.page.keyboard.press("/")
    page.page.keyboard.type("wok")
    page.page.keyboard.press("ArrowLeft")
    page.page.keyboard.type("r")
    field = page.page.get_by_role("searchbox")
    assert field.input_value() == "work"
    assert page.counts("tr[data-capture]", 1)
    page.page.keyboard.press("End")
    page.page.keyboard.press("Backspace")
    assert field.input_value() == "wor"
    assert page.page.evaluate("location.hash").endswith("search=wor")


def test_a_word_that_is_still_being_composed_is_left_alone(tab, stored):
    page = tab()
    page.open(f"{stored}/#/captures", "tr[data-capture=main]")
    page.page.get_by_role("searchbox").focus()
    composer = page.context.new_cdp_session(page.page)
    words = {"selectionStart": 2, "selectionEnd": 2}
    composer.send("Input.imeSetComposition", {"text": "ma", **words})
    assert "search" not in page.page.evaluate("location.hash")
    composer.send("Input.insertText", {"text": "main"})
    assert page.counts("tr[data-capture]", 1)
    assert page.page.get_by_role("searchbox").input_value() == "main"


def test_of_hundreds_of_captures_the_newest_are_shown_and_two_far_down_can_be_compared(
    tab, captured, tmp_path
):
    folder = tmp_path / ".skope"
    folder.mkdir()
    report = json.loads((captured / ".skope/main.json").read_text())
    for k in range(120):
        stored = folder / f"t{k:03}.json"
        stored.write_text(json.dumps(report | {"name": f"t{k:03}"}))
        os.utime(stored, ns=(k * 10**9, k * 10**9))
    (folder / "torn.json").write_text('{"name": "torn", ')
    with skope(tmp_path, "ui", "--port", 0) as showing:
        page = tab()
        address = f"{showing.line('showing').split(' on ')[1].strip()}/#/captures"
        page.open(address, "tr[data-capture=t119]")
        assert page.counts("tr[data-capture]", 50)
        assert page.texts("main > .under") == ["not reports: torn.json"]
        page.page.get_by_role("button", name="show 70 more").click()
        assert page.counts("tr[data-capture]", 120)
        page.page.get_by_role("button", name="t001 as base").click()
        page.page.get_by_role("button", name="t000 as head").click()
        compare = page.page.get_by_role("link", name="compare t001 with t000")
        assert page.page.evaluate("scrollY") > 900
        assert 0 <= compare.bounding_box()["y"] < 100
        compare.click()
        page.page.locator(".verdict").wait_for()
        assert page.page.evaluate("scrollY") == 0, "another page begins at its top"
        page.page.go_back()
        assert page.counts("tr[data-capture]", 120)
        assert eventually(lambda: page.page.evaluate("scrollY") > 900)


def test_a_kept_diff_of_aggregates_leads_to_it_and_a_name_far_down_to_what_it_opens(tab, tmp_path):
    with agg(tmp_path, "--tag", "night") as running, Connection(running.url) as one:
        names = [f"n{k:02}" for k in range(40)]
        records = [{"name": name, "exec_time": 0.1} for name in names]
        assert one.post(records) == (200, {"accepted": 40})
    assert run(tmp_path, "diff", "night", "report_agg").code == 0
    with skope(tmp_path, "ui", "--port", 0) as showing:
        page = tab()
        address = showing.line("showing").split(" on ")[1].strip()
        page.open(f"{address}/#/captures", "main .empty")
        page.page.get_by_role("link", name="night-report_agg").click()
        page.page.locator(".verdict").wait_for()
        assert page.texts(".side .name") == ["night", "report_agg"]

        page.open(f"{address}/#/aggregates?tag=night&sort=name", "tr[data-name=n39]")
        page.page.get_by_role("button", name="n39").click()
        full = page.page.get_by_role("heading", name="n39")
        full.wait_for()
        assert 0 <= full.bounding_box()["y"] < 900
        page.page.get_by_role("button", name="close").first.click()
        full.wait_for(state="detached")
        row = page.page.locator("tr[data-name=n39]")
        assert 0 <= row.bounding_box()["y"] < 900
        assert page.page.evaluate("document.activeElement.textContent") == "n39"
