"""The Markdown page: the machine, the budgets, every figure."""

from collections.abc import Mapping, Sequence
from math import isfinite

from bench.budgets import Budget, Word
from bench.figures import Finding, Row, Section
from skope.stats.median import median


def page(
    title: str,
    machine: Sequence[tuple[str, str]],
    judged: Sequence[tuple[Budget, Finding, Word]],
    sections: Sequence[Section],
) -> str:
    """All of it, ending with a newline."""
    parts = [f"# {title}", _machine(machine), "## Budgets", _budgets(judged)]
    for section in sections:
        parts += [f"## {section.title}", _rows(section.rows), "\n".join(section.notes)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _machine(machine: Sequence[tuple[str, str]]) -> str:
    return "\n".join(["| | |", "|--|--|", *(f"| {name} | {value} |" for name, value in machine)])


def _budgets(judged: Sequence[tuple[Budget, Finding, Word]]) -> str:
    lines = ["| what | budget | found | range | |", "|--|--|--|--|--|"]
    for budget, finding, word in judged:
        low, high = number(finding.low), number(finding.high)
        found = f"{number(finding.value)} {budget.unit}" if isfinite(finding.value) else "–"
        span = f"{low} to {high}" if isfinite(finding.low) else "–"
        said = f"**{word}**" if word == "over" else word
        why = "".join(f": {each}" for each in (finding.unresolved, finding.beside) if each)
        lines.append(f"| {budget.what} | {budget.limit} | {found} | {span} | {said}{why} |")
    return "\n".join(lines)


def _rows(rows: Sequence[Row]) -> str:
    lines = ["| what | min | median | max | |", "|--|--:|--:|--:|--|"]
    for row in rows:
        least, middle, most = min(row.values), median(row.values), max(row.values)
        figures = " | ".join(number(each) for each in (least, middle, most))
        lines.append(f"| {row.what} | {figures} | {row.unit} |")
    return "\n".join(lines)


def number(value: float) -> str:
    """Three digits that say something, thousands apart."""
    if not isfinite(value):
        return "–"
    size = abs(value)
    places = 0 if size >= 99.95 else 1 if size >= 9.995 else 2 if size >= 0.0995 else 3
    return f"{value:,.{places}f}"


def judge(
    budgets: Mapping[str, Budget], sections: Sequence[Section]
) -> list[tuple[Budget, Finding, Word]]:
    """Every finding beside its budget, in the order of the budgets.

    Raises
    ------
    KeyError
        If a finding has no budget.
    """
    findings = {key: found for section in sections for key, found in section.findings.items()}
    unknown = findings.keys() - budgets.keys()
    if unknown:
        raise KeyError(*sorted(unknown))
    return [
        (budget, findings[key], budget.judge(findings[key]))
        for key, budget in budgets.items()
        if key in findings
    ]
