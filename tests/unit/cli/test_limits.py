"""What a configuration asks of single metrics, and what of it cannot be."""

import pytest

from skope.cli.config import load
from skope.cli.limits import limits_of
from skope.errors import UsageError


@pytest.mark.parametrize(
    ("metric", "value", "expected"),
    [
        ("memory_peak", "512MiB", 512),
        ("memory_peak", "1.5 GiB", 1536),
        ("memory_peak", "1048576B", 1),
        ("memory_peak", "500MB", 500e6 / 2**20),
        ("memory_peak", 64, 64),
        ("exec_time", "200ms", 0.2),
        ("exec_time", "1.5min", 90),
        ("exec_time", 2.5, 2.5),
        ("exec_time", "0", 0),
        ("write_bytes", "64KiB", 65536),
        ("processes", "8", 8),
        ("machine.cpu_usage", "80 %", 80),
    ],
)
def test_a_budget_is_in_the_metrics_unit(metric, value, expected):
    policy = limits_of({metric: {"max": value}}, "here")
    assert policy.budgets == {metric: pytest.approx(expected, rel=1e-15)}
    assert (policy.min_effect, policy.gating) == ({}, {})


@pytest.mark.parametrize(
    ("value", "expected"), [("5%", 0.05), (0.1, 0.1), ("0", 0), ("150 %", 1.5)]
)
def test_the_change_that_matters_is_a_share(value, expected):
    policy = limits_of({"cpu_time": {"min_effect": value}}, "here")
    assert policy.min_effect == {"cpu_time": pytest.approx(expected)}


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"memory_peek": {}}, "there is no metric 'memory_peek'"),
        ({"memory_peak": 5}, "memory_peak is a table, not 5"),
        (5, "a table for each metric"),
        ({"memory_peak": {"maxi": 1}}, "'maxi' is none of"),
        ({"memory_peak": {"max": "512s"}}, "max cannot be '512s'"),
        ({"memory_peak": {"max": "-1"}}, "max cannot be '-1'"),
        ({"memory_peak": {"max": float("nan")}}, "max cannot be nan"),
        ({"memory_peak": {"max": 10**400}}, "max cannot be 1000"),
        ({"memory_peak": {"max": True}}, "max cannot be True"),
        ({"exec_time": {"max": "1 MiB"}}, "max cannot be '1 MiB'"),
        ({"exec_time": {"min_effect": 5}}, "min_effect cannot be 5"),
        ({"exec_time": {"min_effect": "2000%"}}, "min_effect cannot be '2000%'"),
        ({"exec_time": {"gate": "yes"}}, "gate is true or false"),
    ],
)
def test_what_cannot_be_is_said_with_its_place(table, said):
    with pytest.raises(UsageError) as caught:
        limits_of(table, "skope.toml: metric")
    assert caught.value.message.startswith("skope.toml: metric")
    assert said in caught.value.message


def test_both_configuration_files_may_say_it(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.skope.metric."machine.steal"]\ngate = true\n')
    assert load(tmp_path).policy.gating == {"machine.steal": True}
    (tmp_path / "skope.toml").write_text('[metric.memory_peak]\nmax = "1GiB"\n')
    assert load(tmp_path).policy.budgets == {"memory_peak": 1024.0}
    (tmp_path / "skope.toml").write_text("port = 1\n")
    assert load(tmp_path).policy is None
