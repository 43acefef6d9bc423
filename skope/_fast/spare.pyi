class Anchor:
    def __init__(
        self,
        fd: int,
        path: bytes,
        *,
        follow: bool,
        device: int,
        inode: int,
        keep_blocks: bool,
    ) -> None: ...
    def supersede(
        self,
        name: bytes,
        known: tuple[int, int, int],
        spare: bytes,
        text: bytes,
        folder: bytes | None,
        beside: bytes | None,
        *,
        mode: int,
        rested_ns: int,
    ) -> tuple[int, int, int] | None: ...

def write_over(folder: int, name: bytes, text: bytes) -> bool: ...
def refill(
    fd: int, text: bytes, *, mode: int, rested_ns: int, keep_blocks: bool
) -> tuple[int, int, int] | None: ...
def begin_writing(fd: int) -> None: ...
def exchange(folder: int, one: bytes, other: bytes) -> None: ...
