"""`--html`: a diff as a page of its own, for a pull request or an artifact."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from skope.cli import reading
from skope.cli.messages import say
from skope.errors import StorageFault
from skope.schema.diff import Diff
from skope.schema.report import Report
from skope.schema.series import Series
from skope.store.curves import curves_beside, read_curves
from skope.store.names import is_path
from skope.view.width import clean

if TYPE_CHECKING:
    from skope.schema.aggregate_diff import AggregateDiff


def write_page(
    options: argparse.Namespace, diff: Diff, base: Report, head: Report, target: str
) -> None:
    """Write the page of `diff`, which compared `base` with `head`, to the file `target`.

    Raises
    ------
    StorageFault
        If it cannot be written.
    """
    from skope.view.diff_page import diff_page

    curves = (
        _curves(options, diff.base.path or diff.base.name, base),
        _curves(options, diff.head.path or diff.head.name, head),
    )
    page = diff_page(diff, base, head, curves)
    _write(f"{page.word}: {page.name}", page, target)


def write_aggregate_page(diff: "AggregateDiff", target: str) -> None:
    """The same of two aggregates.

    Raises
    ------
    StorageFault
        If it cannot be written.
    """
    from skope.view.aggregates_page import aggregate_diff_page

    page = aggregate_diff_page(diff)
    _write(f"{page.word}: {clean(diff.name)}", page, target)


def _write(title: str, page: Struct, target: str) -> None:
    from skope import web
    from skope.view.html import joined, standalone

    modules = {name: web.read(name).decode() for name in (*web.MODULES, web.ALONE)}
    text = standalone(
        title,
        page,
        scripts=(web.read(web.CHARTS).decode(), joined(modules)),
        styles=[web.read(name).decode() for name in web.STYLES],
    )
    try:
        Path(target).write_text(text, encoding="utf-8")
    except OSError as error:
        raise _fault(target, error) from error
    say(f"wrote {target}")


def check_writable(target: str) -> None:
    """Opens the file `target` as `write_page` will, without a change to what is there.

    Raises
    ------
    StorageFault
        If it cannot be written.
    """
    try:
        path = Path(target)
        if path.is_fifo() or path.is_char_device():
            return  # whoever reads at the other end would see it end
        if path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CLOEXEC))
            return
        path = path.resolve()  # a link to nowhere is one to the file that will be made
        os.close(os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_CREAT | os.O_EXCL))
        path.unlink()
    except OSError as error:
        raise _fault(target, error) from error


def _fault(target: str, error: OSError) -> StorageFault:
    message = f"cannot write {target or 'a file of no name'}: {error.strerror or error}"
    return StorageFault(message, hint="--html takes the path of a file")


def _curves(options: argparse.Namespace, address: str, report: Report) -> Series | None:
    if is_path(address):
        return curves_beside(address, report)
    return read_curves(reading.open_reports(options).directory, report)
