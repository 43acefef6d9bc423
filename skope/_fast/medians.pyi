from typing import TypeVar

_N = TypeVar("_N", int, float, int | float)

def columns_of(rows: list[dict[str, _N | None]]) -> list[str]: ...
def medians_of(
    rows: list[dict[str, _N | None]], names: list[str], digits: int
) -> list[_N | None]: ...
