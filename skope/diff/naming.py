"""What the sides of a diff are called."""

import msgspec

from skope.schema.diff import Diff


def named(diff: Diff, *, base: str, head: str) -> Diff:
    """`diff` with each side called as it was asked for, so that TAG@1 and TAG are told apart."""
    return msgspec.structs.replace(
        diff,
        name=f"{base}-{head}",
        base=msgspec.structs.replace(diff.base, name=base),
        head=msgspec.structs.replace(diff.head, name=head),
    )
