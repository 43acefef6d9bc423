"""What a killed or starved worker leaves behind, and what comes back."""

import random
import signal

import pytest

from skope.agg.collect import collect

PATIENCE_S = 60


def test_killed_between_journal_and_tally(campaign):
    process = campaign.start(0, "journal")
    assert process.wait() == -signal.SIGKILL
    journaled = len(campaign.records())
    assert sum(tally.n for tally in collect(campaign.stripes).values()) < journaled
    campaign.start(0).kill()
    assert campaign.check() >= journaled


def test_killed_inside_a_row(campaign):
    process = campaign.start(0, "row")
    assert process.wait() == -signal.SIGKILL
    journaled = len(campaign.records())
    assert collect(campaign.stripes, pause=lambda seconds: None) is None
    successor = campaign.start(0)
    assert successor.counted.wait(PATIENCE_S)
    aggregate = collect(campaign.stripes)
    assert sum(tally.n for tally in aggregate.values()) > journaled
    successor.kill()
    campaign.check()


def test_a_full_disk_is_said_and_gone_through(campaign):
    process = campaign.start(0, "full")
    assert process.wait() == 0
    refused = process.ids("f")
    assert process.said[-1][0] == "done"
    assert process.said[-1][1] >= 3
    total = campaign.check()
    assert total == len(process.ids("a"))
    assert refused.isdisjoint(record[0] for record in campaign.records())


def test_workers_killed_at_random_lose_nothing_acknowledged(campaign, request):
    rng = random.Random(11)
    running = {number: campaign.start(number) for number in (0, 1)}
    for _ in range(60 if request.config.getoption("--slow") else 8):
        number = rng.choice((0, 1))
        assert running[number].counted.wait(PATIENCE_S)
        running[number].kill()
        running[number] = campaign.start(number)
    for process in running.values():
        assert process.counted.wait(PATIENCE_S)
        process.kill()
    assert campaign.check() > 0


def test_everything_killed_at_once_again_and_again(campaign, request):
    for _ in range(20 if request.config.getoption("--slow") else 4):
        running = [campaign.start(number) for number in (0, 1)]
        for process in running:
            assert process.counted.wait(PATIENCE_S)
        for process in running:
            process.popen.kill()
        for process in running:
            process.wait()
        campaign.check()


@pytest.mark.parametrize("fewer", [1, 3])
def test_a_session_goes_on_with_another_number_of_workers(campaign, fewer):
    for number in (0, 1):
        process = campaign.start(number)
        assert process.counted.wait(PATIENCE_S)
        process.kill()
    campaign.workers = fewer
    campaign.check()
    process = campaign.start(0)
    assert process.counted.wait(PATIENCE_S)
    process.kill()
    campaign.check()
