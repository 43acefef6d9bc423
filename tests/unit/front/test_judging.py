"""What a browser is shown is judged as `skope diff` judges it in the same directory."""

import pytest
from msgspec.structs import replace

from skope.front.documents import StoredDocuments
from skope.front.judging import Judge
from skope.schema.codec import decode_diff, encode_report
from skope.schema.policy import Policy
from skope.store.calibrations import FILE, keep_calibration
from skope.store.directory import open_directory
from skope.store.reports import Reports
from tests.unit.diff.sides import change_of, side
from tests.unit.diff.test_calibrate import calibrated, of_script


@pytest.fixture
def directory(tmp_path):
    with open_directory(tmp_path, given=True) as opened:
        yield opened


def test_a_budget_of_the_configuration_holds_in_the_browser_too(directory):
    for name, seconds in (("old", [1.0]), ("new", [1.1])):
        Reports(directory).write(name, encode_report(side(name, exec_time=seconds)))
    verdicts = [
        decode_diff(StoredDocuments(directory, policy).diff("old", "new")).verdict
        for policy in (None, Policy(budgets={"exec_time": 1.05}))
    ]
    assert verdicts == ["inconclusive", "regression"]


def test_the_noise_that_was_measured_here_is_known_and_a_damaged_file_changes_nothing(directory):
    judge = Judge(directory, Policy())
    base, head = (of_script(side(name, exec_time=[v])) for name, v in (("a", 1.0), ("b", 1.3)))
    alone = judge.captures(base, head)
    assert change_of(alone, "exec_time").verdict == "inconclusive"
    keep_calibration(directory, replace(calibrated(), window=base.window))
    assert change_of(judge.captures(base, head), "exec_time").verdict == "regression"
    directory.replace(FILE, b"{")
    assert judge.captures(base, head) == alone
