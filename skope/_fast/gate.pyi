class Gated:
    @property
    def pid(self) -> int: ...
    def __init__(
        self,
        program: bytes,
        argv: list[bytes],
        environment: list[bytes],
        directory: bytes,
        stdio: tuple[int, int, int],
        gate: int,
        keeper: int,
        fault: int,
    ) -> None: ...
    def bury(self) -> None: ...
