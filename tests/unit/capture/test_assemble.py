"""Reports from runs, and reports of old."""

import json

from msgspec.structs import replace

from skope.capture.assemble import Newest, Standing, compose, revise
from skope.capture.lettering import report_text
from skope.schema.codec import decode_report, encode_report, encode_run
from skope.schema.report import Overhead, Run, Sampling, Trust

NEWEST = Newest(
    module=None, timestamp=7, window="signals", subject="machine", series=None,
    sampling=Sampling(
        period_ms=10.0, expected=1, taken=1, coverage=1.0, max_gap_ms=10.0, restarts=0
    ),
    trust=Trust(grade="A"), overhead=Overhead(), host=None, reasons={"machine.psi_io": "no PSI"},
)  # fmt: skip


def run(number, exec_time, *, ok=True, usage=10.0, **values):
    known = {
        "exec_time": exec_time, "machine.cpu_usage": usage, "machine.memory_usage": -1.5,
        "machine.forks": number, "machine.psi_io": None,
    }  # fmt: skip
    return Run(run=number, timestamp=7, ok=ok, values=known | values)


def composed(*runs, before=None, **told):
    standing = Standing(name="a", session="s", runs_total=len(runs))
    sheet = compose(standing, replace(NEWEST, **told), runs, before)
    report = sheet.report(runs)
    assert report_text(sheet, [encode_run(run) for run in runs]) == encode_report(report)
    return report


def test_the_leading_numbers_are_medians_of_good_runs():
    report = composed(run(1, 3.0), run(2, 9.0, ok=False), run(3, 1.0), run(4, 2.0, usage=None))
    assert (report.value, report.exec_time) == ("median of 3 runs", 2.0)
    assert report.system_manager.cpu_usage == 10.0
    assert report.system_manager.memory_usage == -1.5
    assert report.metrics["machine.forks"].value == 3
    assert [r.run for r in report.good_runs()] == [1, 3, 4]


def test_halfway_between_two():
    report = composed(run(1, 0.1), run(2, 0.2))
    assert report.exec_time == 0.15
    assert report.metrics["machine.forks"].value == 1.5


def test_each_metric_says_what_it_is():
    metric = composed(run(1, 3.0)).metrics["machine.forks"]
    assert (metric.unit, metric.better, metric.kind) == ("count", "less", "exact")
    assert metric.source.startswith("/proc/stat")
    unknown = composed(run(1, 3.0)).metrics["machine.psi_io"]
    assert (unknown.value, unknown.reason) == (None, "no PSI")
    assert composed(run(1, 3.0)).metrics["exec_time"].reason is None


def test_a_run_that_is_not_over_is_shown_and_does_not_count():
    report = composed(run(1, 3.0, ok=None))
    assert (report.value, report.exec_time, report.good_runs()) == ("one unfinished run", 3.0, [])
    metric = report.metrics["exec_time"]
    assert (metric.value, metric.reason) == (None, "the run's script has not ended")
    report = composed(run(1, 3.0), run(2, 5.0, ok=None))
    assert (report.value, report.exec_time) == ("one run", 3.0)
    assert [r.run for r in report.unfinished_runs()] == [2]


def test_without_a_good_run_the_newest_is_shown_and_no_median():
    report = composed(run(1, 3.0, ok=False), run(2, 5.0, ok=False))
    assert (report.value, report.exec_time) == ("the newest of 2 failed runs", 5.0)
    assert {m.value for m in report.metrics.values()} == {None}
    assert {m.reason for m in report.metrics.values()} == {"no run ended well"}


def test_what_only_a_failed_run_has_is_null_for_that_reason():
    report = composed(run(1, 1.0), run(2, 2.0, ok=False, memory_peak=3.0))
    assert report.metrics["memory_peak"].value is None
    assert report.metrics["memory_peak"].reason == "none of the runs that count has it"


def test_a_run_without_a_value_leaves_the_source_of_those_before_it():
    good, gone = run(1, 3.0, cpu_time=1.0), run(2, 0.1, ok=False, cpu_time=None)
    clocks, nobody = {"cpu_time": ("clocks", 0.5)}, {"cpu_time": ("none", None)}
    before = composed(good, subject="script", told=clocks)
    after = composed(good, gone, before=before, subject="script", told=nobody)
    cpu_time = after.metrics["cpu_time"]
    assert (cpu_time.value, cpu_time.source, cpu_time.coverage) == (1.0, "clocks", 0.5)
    other = composed(good, gone, before=before, subject=":80", told=nobody)
    assert other.metrics["cpu_time"].source == "none"


def test_revising_keeps_reasons_and_makes_medians_anew():
    report = composed(run(1, 3.0), run(2, 5.0))
    revised = revise(report, [run(1, 3.0, **{"script.cpu_time": 1.25}), run(2, 5.0, ok=False)])
    assert (revised.exec_time, revised.value) == (3.0, "one run")
    assert revised.metrics["machine.psi_io"].reason == "no PSI"
    assert revised.metrics["script.cpu_time"].value == 1.25
    assert "whole-script" in revised.metrics["script.cpu_time"].source


def test_what_is_written_reads_back():
    report = composed(run(1, 3.0), run(2, 5.0, ok=False))
    assert decode_report(encode_report(report)) == report


GOLDEN = b"""{
  "name": "test1",
  "module": null,
  "timestamp": 1751493411,
  "system_manager": {"memory_usage":62.375,"cpu_usage":24.1},
  "exec_time": 10.127969,
  "schema": "skope.report/1",
  "value": "one run",
  "window": "signals",
  "subject": "machine",
  "runs_total": 1,
  "session": "00000000000000ab",
  "runs": [
    {"run":1,"timestamp":1751493411,"ok":true,"trust":"A","exec_time":10.127969,"of_later":1}
  ],
  "metrics": {
    "exec_time": {"unit":"s","better":"less","kind":"exact","value":10.127969,"source":"x","reason":null}
  },
  "series": null,
  "sampling": {"period_ms":10.0,"expected":1012,"taken":1011,"coverage":0.999,"max_gap_ms":20.0,"restarts":0},
  "trust": {"grade":"A","reasons":[]},
  "overhead": {"sampler_cpu_s":0.021,"front_cpu_s":0.004},
  "host": null,
  "of_later": {"unknown": true}
}
"""  # noqa: E501 - a file as it was written


def test_a_report_of_the_first_days_still_decodes():
    report = decode_report(GOLDEN)
    assert (report.name, report.exec_time, report.first_run, report.replaced) == (
        "test1", 10.127969, 1, None,
    )  # fmt: skip
    assert report.runs[0].values == {"exec_time": 10.127969, "of_later": 1}
    assert report.sampling.gaps == []


def test_the_originals_file_is_one_run_of_unknown_trust():
    original = json.loads(GOLDEN)
    kept = ("name", "module", "timestamp", "system_manager", "exec_time")
    report = decode_report(json.dumps({key: original[key] for key in kept}).encode())
    assert (len(report.runs), report.trust, report.host) == (1, None, None)
    assert report.runs[0].values["machine.memory_usage"] == 62.375


def test_only_runs_of_the_newest_good_window_count():
    def of(window, number, exec_time, **more):
        return replace(run(number, exec_time, **more), window=window)

    report = composed(of("script", 1, 9.0), of("signals", 2, 1.0), of("signals", 3, 2.0))
    assert (report.window, report.exec_time) == ("signals", 1.5)
    assert report.value == "median of 2 runs; 1 of another window left out"
    assert [r.run for r in report.good_runs()] == [2, 3]
    assert [r.run for r in report.runs_of_other_windows()] == [1]
    read = decode_report(encode_report(report))
    assert read == report
    failed = composed(of("signals", 1, 1.0), of("script", 2, 9.0, ok=False))
    assert (failed.window, failed.exec_time) == ("signals", 1.0)
    revised = revise(failed, [failed.runs[0], replace(failed.runs[1], ok=True)])
    assert (revised.window, revised.exec_time) == ("script", 9.0)
