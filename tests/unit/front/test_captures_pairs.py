"""Launches of two tags by turns: each its own report, and each run knows its pair."""

import pytest

from skope.schema.host import Git
from skope.schema.wire import Origin, RunBegin
from tests.unit.front.made import Bench, end


@pytest.fixture
def bench(tmp_path):
    origins = {
        "base": Origin(directory="/base", workload="w"),
        "head": Origin(directory="/head", workload="w"),
    }
    commits = {"/base": Git(commit="b" * 40), "/head": Git(commit="h" * 40)}
    by_path = {type(tmp_path)(place): git for place, git in commits.items()}
    return Bench(tmp_path / ".skope", tag="base", keep=1000, origins=origins, commits=by_path)


def launch(bench, number, tag, pair, position, *, dies=False, signals=True):
    bench.captures.run_begin(RunBegin(run=number, pid=1, tag=tag))
    if signals:
        bench.captures.start(None, None, restart=False)
    bench.wait()
    if dies:
        bench.worker()
    if signals:
        assert bench.captures.stop(None).name == tag
    return bench.captures.run_end(end(number, tag=tag, pair=pair, position=position))


@pytest.mark.parametrize("dies", [False, True])
@pytest.mark.parametrize("signals", [False, True])
def test_each_tag_has_its_runs_with_their_pairs(bench, dies, signals):
    plan = [("head", 1, 1), ("base", 1, 2), ("base", 2, 1), ("head", 2, 2)]
    for number, (tag, pair, position) in enumerate(plan, 1):
        done = launch(bench, number, tag, pair, position, dies=dies, signals=signals)
        assert (done.recorded, done.report) == (1, f"{tag}.json")
    base, head = (bench.report(tag) for tag in ("base", "head"))
    assert [(run.pair, run.position) for run in base.runs] == [(1, 2), (2, 1)]
    assert [(run.pair, run.position) for run in head.runs] == [(1, 1), (2, 2)]
    assert base.session == head.session
    assert (base.host.git.commit[0], head.host.git.commit[0]) == ("b", "h")
    assert base.workload == head.workload == "w"
