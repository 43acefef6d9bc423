"""Curves as a page reads them out, and as their file has them."""


def readings(tab):
    """Curve to its words."""
    rows = [row.split("\t") for row in tab.texts(".readings tbody tr")]
    return {row[0].strip(): [cell.strip() for cell in row[1:]] for row in rows}


def mean_over(series, curve, begin, end):
    """The time-weighted mean of a curve of the file over a stretch."""
    means = series["curves"].get(curve, {"mean": []})["mean"]
    total = weight = 0.0
    before = 0.0
    for at, mean in zip(series["t"], means, strict=False):
        held = min(at, end) - max(before, begin)
        if held > 0 and mean is not None:
            total += mean * held
            weight += held
        before = at
    return total / weight if weight else None
