"""What the sides of a diff are called."""

from collections.abc import Callable

import msgspec

from skope.schema.diff import Diff, Side


def named(
    diff: Diff, *, base: str, head: str, is_path: Callable[[str], bool] = lambda _: False
) -> Diff:
    """`diff` with each side called as it was asked for, so that TAG@1 and TAG are told apart.

    A side whose address `is_path` keeps the name of its report.
    """

    def called(side: Side, address: str) -> Side:
        field = "path" if is_path(address) else "name"
        return msgspec.structs.replace(side, **{field: address})

    before, after = called(diff.base, base), called(diff.head, head)
    return msgspec.structs.replace(
        diff, name=f"{before.name}-{after.name}", base=before, head=after
    )
