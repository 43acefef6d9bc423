"""What happens now, in a real browser."""

import json
import re
import time
from urllib.parse import quote
from urllib.request import urlopen

import psutil

from skope.view.numbers import quantity
from tests.e2e.agg_service import agg
from tests.e2e.command_line import get, run

HOUR = 4 * 3600


def post(url, records):
    with urlopen(f"{url}/", data=json.dumps(records).encode(), timeout=20) as answer:
        return json.load(answer)


def test_buttons_start_and_stop_a_capture(tab, serving):
    page = tab()
    page.open(f"{serving.url}/", ".tile[data-tile='open captures']")
    assert page.counts(".chart canvas", 2)
    page.page.locator("input[name=name]").fill("from the page")
    page.page.keyboard.press("Enter")
    row = page.page.locator("tr[data-capture='from the page']")
    row.wait_for()
    assert get(f"{serving.url}/start?name=from%20the%20page")[0] == 409
    focused = "document.activeElement.ariaLabel"
    row.get_by_role("button", name="stop").focus()
    assert get(f"{serving.url}/start?name=beside")[0] == 200
    page.page.locator("tr[data-capture=beside]").wait_for()
    assert page.page.evaluate(focused) == "stop from the page", "which others' captures leave"
    assert get(f"{serving.url}/cancel?name=beside")[0] == 200
    row.get_by_role("button", name="stop").click()
    row.wait_for(state="detached")
    status, report = get(f"{serving.url}/api/reports/from%20the%20page")
    assert (status, report["name"]) == (200, "from the page")
    said = page.page.locator(".starter .said", has_text="run 1.")
    said.wait_for()
    took = quantity(report["exec_time"], "s")
    assert said.inner_text() == f"from the page: {took}, run 1. see it"
    assert page.page.evaluate(focused) == "Name of the capture", "and not nowhere"
    said.get_by_role("link", name="see it").click()
    page.page.locator("main pre", has_text="from the page   1 run").wait_for()
    page.page.go_back()

    other = tab()
    other.open(f"{serving.url}/#/captures", "tr[data-capture=main]")
    assert get(f"{serving.url}/start?name=later")[0] == 200
    page.page.locator("tr[data-capture=later]").wait_for()
    page.page.get_by_role("button", name="cancel later").click()
    page.page.locator("tr[data-capture=later]").wait_for(state="detached")
    assert get(f"{serving.url}/stop?name=later")[0] == 404
    assert get(f"{serving.url}/start?name=new")[0] == 200
    assert get(f"{serving.url}/stop?name=new")[0] == 200
    other.page.locator("tr[data-capture=new]").wait_for()  # told that reports changed
    assert page.texts(".starter .said") != [""]  # which takes nothing from the page that said it


def test_records_are_seen_sorted_looked_into_and_compared(tab, collecting):
    slow = [{"name": "slow", "exec_time": 0.5 + k / 100} for k in range(60)]
    quick = [{"name": "quick", "exec_time": 0.001 * (1 + k % 7)} for k in range(80)]
    post(collecting.url, slow + quick)
    page = tab()
    page.open(f"{collecting.url}/#/live", "tr[data-name=quick]")
    assert page.says("[data-tile=records] .value", "140")
    assert page.says("tbody tr th", "slow", "quick")
    page.page.keyboard.press("4")
    page.page.locator("table.names tr[data-name=slow]").wait_for()
    page.page.get_by_role("button", name="executions").click()
    page.page.wait_for_url(re.compile("sort=n"))
    assert page.says("table.names tbody th", "quick", "slow")

    get(f"{collecting.url}/report_agg.json")  # the file is as new as the answer
    shown = run(collecting.folder, "show", "--agg", "report_agg").out
    for row in page.texts("table.names tbody tr"):
        name, n, total, mean, p50, *_ = (cell.strip() for cell in row.split("\t"))
        assert re.search(rf"{name}\s+{n}\s+{re.escape(total)}\s+{re.escape(mean)}\s+{p50}", shown)

    page.page.get_by_role("button", name="slow").click()
    page.page.locator("svg .bar").first.wait_for()
    counted = page.page.locator("svg .bar title").evaluate_all(
        "all => all.reduce((sum, e) => sum + Number(e.textContent.split(': ')[1]), 0)"
    )
    assert counted == 60
    page.page.get_by_role("button", name="keep as baseline").click()
    page.page.get_by_role("link", name="compare with it").wait_for()
    page.page.locator("tr[data-aggregate=baseline]").wait_for()  # drawn anew, it is still offered
    post(collecting.url, [{"name": "slow", "exec_time": 1.4 + k / 100} for k in range(120)])
    page.page.get_by_role("link", name="compare with it").click()
    page.page.locator(".verdict.regression").wait_for()
    words = page.page.locator("tr[data-name=slow]").first.inner_text()
    printed = run(collecting.folder, "diff", "--agg", "--base", "baseline", "--head", "report_agg")
    for word in [part.strip() for part in words.split("\t")][1:4]:
        assert word in printed.out
    words = ("--base", "baseline", "--head", "report_agg", "--json")
    _, judged = get(f"{collecting.url}/api/diff?base=baseline&head=report_agg&agg=1")
    assert judged == json.loads(run(collecting.folder, "diff", "--agg", *words).out)
    _, kept = get(f"{collecting.url}/api/reports/baseline?agg=1")
    assert kept == json.loads((collecting.folder / ".skope/baseline.agg.json").read_text())
    assert get(f"{collecting.url}/api/reports/baseline?agg=1")[1]["slow"]["total_execs"] == 60

    target = collecting.folder / "out.html"
    words = ("--base", "baseline", "--head", "report_agg", "--html", target)
    assert run(collecting.folder, "diff", "--agg", *words).code == 0
    alone = tab(offline=True)
    alone.open(target.as_uri(), "tr[data-name=slow]")
    for part in (".sides", ".verdict", "table.changes", ".command"):
        assert alone.texts(part) == page.texts(part)
    assert alone.page.get_by_role("link").count() == 0
    assert all(url.startswith("file:") for url in alone.requests)


def test_it_goes_on_when_the_server_comes_back(tab, tmp_path):
    page = tab()
    with agg(tmp_path, "--tag", "monday") as first:
        post(first.url, [{"name": "chat", "exec_time": 0.5}] * 40)
        page.open(f"{first.url}/#/live", "tr[data-name=chat]")
        assert page.says("[data-tile=records] .value", "40")
        port = first.url.rpartition(":")[2]
    page.page.locator(".status.off", has_text="not connected").wait_for()
    assert page.texts("[data-tile=records] .value") == ["40"]
    page.page.keyboard.press("3")
    page.page.locator(".trouble", has_text="does not answer").wait_for()
    page.page.keyboard.press("1")
    with agg(tmp_path, "--tag", "monday", "--port", port) as again:
        page.page.locator(".status.on").wait_for()
        post(again.url, [{"name": "chat", "exec_time": 0.5}] * 2)
        assert page.says("[data-tile=records] .value", "42")
    page.complaints[:] = [text for text in page.complaints if "ERR_" not in text]


def test_watching_ten_captures_costs_the_worker_next_to_nothing(tab, serving):
    """The sampler's hundred readings a second and the page's four events: below 10 % of a core."""
    names = [f"watched {k}" for k in range(10)]
    for name in names:
        assert get(f"{serving.url}/start?name={quote(name)}")[0] == 200
    page = tab()
    page.open(f"{serving.url}/#/live", "tr[data-capture='watched 9']")
    worker = psutil.Process(serving.children()["front"])
    begun, before = time.monotonic(), sum(worker.cpu_times()[:2])
    page.page.wait_for_timeout(3000)
    spent, passed = sum(worker.cpu_times()[:2]) - before, time.monotonic() - begun
    for name in names:
        assert get(f"{serving.url}/cancel?name={quote(name)}")[0] == 200
    assert spent < 0.1 * passed, (spent, passed)


def test_an_hour_of_it_does_not_grow(tab, serving):
    """Two hours' events at four a second, as fast as the browser takes them."""
    page = tab()
    due = []

    def stream(route):
        # Each hour once it is asked for: the next one would sweep the end of the one before away.
        body = events(due.pop()) if due else "retry: 10\n\n"
        route.fulfill(status=200, content_type="text/event-stream", body=body)

    page.page.route("**/api/live", stream)
    session = page.context.new_cdp_session(page.page)
    sizes = []
    page.open(f"{serving.url}/#/live", ".chart")
    for hour in (0, 1):
        due.append(hour)
        page.page.locator(f"tr[data-capture='end of hour {hour}']").wait_for()
        session.send("HeapProfiler.collectGarbage")
        sizes.append(session.send("Runtime.getHeapUsage")["usedSize"])
    page.complaints[:] = [text for text in page.complaints if "EventSource" not in text]
    assert page.page.locator(".chart canvas").count() == 2
    assert sizes[1] < sizes[0] + 1_000_000, sizes


def events(hour):
    """An hour of a machine and of ten captures that come and go."""
    lines = ["retry: 10\n\n"]
    for k in range(HOUR):
        at = 1_800_000_000 + hour * 3600 + k / 4
        last = k == HOUR - 1
        names = (
            [f"end of hour {hour}"]
            if last
            else [f"capture {(k // 40 + j) % 97}" for j in range(10)]
        )
        opened = [{"name": name, "module": None, "started": at} for name in names]
        event = {
            "mode": "server",
            "version": "0",
            "tag": None,
            "time": at,
            "whole": k == 0 and hour == 0,
            "machine": {
                "processors": 2,
                "memory_total": 8192.0,
                "points": [[at, 10.0 + k % 50, 20.0 + k % 70, 500.0 + k % 300]],
            },
            "captures": opened if k % 40 == 0 or last else None,
            "reports": 1,
            "aggregate": None,
        }
        lines.append(f"id: x-{hour * HOUR + k}\nevent: live\ndata: {json.dumps(event)}\n\n")
    return "".join(lines)
