"""An HTTP client that sends whatever it is told to."""

import json
import socket
import time
from dataclasses import dataclass, field
from typing import Any, Self

PATIENCE_S = 20.0


@dataclass
class Answer:
    """One response as it came."""

    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> str:
        return self.json["error"]


class Raw:
    """One connection."""

    def __init__(self, port: int, *, family: int = socket.AF_INET) -> None:
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE_S)
        self.sock.connect(("::1" if family == socket.AF_INET6 else "127.0.0.1", port))
        self.stream = self.sock.makefile("rb")
        self.port = port

    def get(self, target: str, *, method: str = "GET", body: bytes = b"", **headers: str) -> bytes:
        """A request as bytes; a header None leaves it out, `_` in its name is `-`."""
        fields = {"host": f"localhost:{self.port}"}
        if body or method == "POST":
            fields["content-length"] = str(len(body))
        fields |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"{method} {target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in fields.items() if value is not None]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def answer(self, *, head_only: bool = False) -> Answer:
        line = self.stream.readline()
        assert line.startswith(b"HTTP/1.1 "), f"no answer but {line!r}"
        headers = {}
        while (field := self.stream.readline()) != b"\r\n":
            name, _, value = field.decode().partition(":")
            headers[name.lower()] = value.strip()
        status = int(line.split()[1])
        if status == 100:
            return self.answer()
        length = 0 if head_only else int(headers.get("content-length", 0))
        return Answer(status, headers, self.stream.read(length))

    def is_closed_within(self, seconds: float) -> bool:
        """Whether the other side ends the connection by then; what it still sends is dropped."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.sock.settimeout(left)
            try:
                if not self.sock.recv(65536):
                    return True
            except TimeoutError:
                return False
            except ConnectionError:
                return True
        return False

    def close(self) -> None:
        self.stream.close()
        self.sock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.close()
