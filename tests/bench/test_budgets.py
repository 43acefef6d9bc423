"""The bench's arithmetic and its budgets: what it would let pass, and what not."""

from math import inf

import pytest

from bench.__main__ import main
from bench.budgets import FILE, read_budgets
from bench.effort import Effort
from bench.figures import Finding, Section, in_turn, of, ratio
from bench.latency import quantile
from bench.measurements import BUDGETS, MEASUREMENTS
from bench.page import judge, number, page

TEXT = """
[fast]
what = "asking"
at_most = 1.35
unit = "×"
[cheap]
what = "a peer against asking"
at_least = 7
unit = "×"
"""


def finding(value, unresolved=""):
    return Finding(value=value, low=value, high=value, unresolved=unresolved)


def test_every_budget_has_one_measurement_and_every_measurement_its_budgets():
    kept = [key for keys in BUDGETS.values() for key in keys]
    assert BUDGETS.keys() == MEASUREMENTS.keys()
    assert sorted(kept) == sorted(read_budgets(FILE.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("key", "value", "word"),
    [
        ("fast", 1.35, "ok"),
        ("fast", 1.36, "over"),
        ("fast", 0.0, "ok"),
        ("cheap", 7.0, "ok"),
        ("cheap", 6.99, "over"),
        ("cheap", inf, "ok"),
    ],
)
def test_a_limit_belongs_to_what_is_allowed(key, value, word):
    assert read_budgets(TEXT)[key].judge(finding(value)) == word


def test_what_cannot_be_resolved_is_neither_kept_nor_exceeded():
    budget = read_budgets(TEXT)["fast"]
    assert budget.judge(finding(99.0, "too wide")) == "not resolvable here"
    section = Section(title="One")
    section.unresolved(["fast"], "no peer")
    assert [word for _, _, word in judge({"fast": budget}, [section])] == ["not resolvable here"]


@pytest.mark.parametrize(
    "text",
    [
        '[x]\nwhat = "a"\nunit = "s"\n',
        '[x]\nwhat = "a"\nunit = "s"\nat_most = 1\nat_least = 1\n',
        '[x]\nwhat = "a"\nunit = "s"\nat_mots = 1\n',
        '[x]\nunit = "s"\nat_most = 1\n',
    ],
)
def test_a_budget_that_limits_nothing_is_refused(text):
    with pytest.raises(ValueError, match="budget x"):
        read_budgets(text)


def test_a_finding_without_a_budget_is_a_defect():
    with pytest.raises(KeyError, match="other"):
        judge(read_budgets(TEXT), [Section(title="One", findings={"other": finding(1.0)})])


def test_a_ratio_is_formed_within_its_round():
    """A machine twice as slow in the second round changes neither round's ratio."""
    found = ratio([3.0, 6.0, 3.3], [2.0, 4.0, 2.0])
    assert (found.low, found.value, found.high) == pytest.approx((1.5, 1.5, 1.65))


def test_tasks_take_turns_and_change_places():
    order = []
    tasks = {name: lambda n=name: order.append(n) or len(order) for name in "abc"}
    found = in_turn(3, tasks)
    assert "".join(order) == "abccbaabc"
    assert found == {"a": [1, 6, 7], "b": [2, 5, 8], "c": [3, 4, 9]}


@pytest.mark.parametrize(("q", "value"), [(0.5, 50), (0.99, 99), (1, 100), (0.001, 1)])
def test_a_quantile_is_one_of_the_values(q, value):
    assert quantile([float(k) for k in range(100, 0, -1)], q) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [(1234567.0, "1,234,567"), (99.96, "100"), (42.24, "42.2"), (1.347, "1.35"), (0.0123, "0.012")],
)
def test_figures_have_the_digits_that_say_something(value, text):
    assert number(value) == text


def test_the_page_shows_what_is_over():
    budgets = read_budgets(TEXT)
    section = Section(title="One", findings={"fast": finding(2.5), "cheap": of([8.0, 9.0])})
    text = page("All", [("Python", "3")], judge(budgets, [section]), [section])
    assert "| asking | ≤ 1.35 × | 2.50 × | 2.50 to 2.50 | **over** |" in text
    assert "| a peer against asking | ≥ 7 × | 8.50 × | 8.00 to 9.00 | ok |" in text


@pytest.mark.parametrize(("limit", "code"), [(1e9, 0), (1e-9, 1)])
def test_a_measurement_decides_the_exit_code(tmp_path, monkeypatch, capsys, limit, code):
    """The cheapest one, really taken, against a limit nothing keeps and one everything does."""
    text = FILE.read_text(encoding="utf-8")
    budgets = tmp_path / "budgets.toml"
    before, key, after = text.partition("[tick_over_c]\n")
    assert key
    first, _, rest = after.partition("at_most = 2\n")
    budgets.write_text(f"{before}{key}{first}at_most = {limit!r}\n{rest}", encoding="utf-8")
    monkeypatch.setattr("bench.__main__.FILE", budgets)
    monkeypatch.setattr("bench.__main__.install_missing", list)
    output = tmp_path / "page.md"
    assert main(["tick", "--quick", "--output", str(output)]) == code
    shown = capsys.readouterr()
    assert output.read_text(encoding="utf-8") == shown.out
    assert f"| {'ok' if code == 0 else '**over**'} |" in shown.out
    assert ("over budget: tick_over_c" in shown.err) == bool(code)


def test_a_measurement_that_fails_keeps_no_budget(monkeypatch, capsys):
    def broken(effort):
        assert isinstance(effort, Effort)
        message = "nothing answers"
        raise RuntimeError(message)

    monkeypatch.setitem(MEASUREMENTS, "tick", broken)
    monkeypatch.setattr("bench.__main__.install_missing", list)
    assert main(["tick", "--quick"]) == 1
    assert "not resolvable here: it failed: nothing answers" in capsys.readouterr().out
