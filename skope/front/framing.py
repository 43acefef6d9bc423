"""Where each request of a byte stream begins and ends, and whether its head can be believed.

A server and whatever stands before it must never disagree on that (request smuggling), so this is
stricter than it has to be: a head that is not plain is refused, not interpreted.

Source
------
RFC 9112 (2022), HTTP/1.1: sections 2.2 (bare CR and LF), 3 (request line), 5 (field lines),
6.3 (message body length), 7.1 (chunked coding).
"""

import re
from typing import Final

from skope.errors import BadRequest, RequestError, TooLarge

HEAD_LIMIT: Final = 8 << 10
BODY_LIMIT: Final = 4 << 20

_TOKEN: Final = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]"
_REQUEST_LINE: Final = _TOKEN + rb"{1,32} /[!-~]* HTTP/1\.[01]\r\n"
_FIELD_LINE: Final = _TOKEN + rb"++:[^\x00-\x08\x0a-\x1f\x7f]*+\r\n"
_HEAD: Final = re.compile(_REQUEST_LINE + rb"(?:" + _FIELD_LINE + rb")*+\r\n")
_FRAMING: Final = re.compile(
    rb"\r\n(host|content-length|transfer-encoding|upgrade):[ \t]*+([^\r]*)", re.IGNORECASE
)
_NEVER: Final = re.compile(rb"(?<!\r)\n|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""What no plain head holds, so that there is no need to wait for the rest of it."""
_CHUNK_SIZE: Final = re.compile(rb"([0-9A-Fa-f]{1,8})\r\n")
_LONGEST_CHUNK_LINE: Final = 10


class Framer:
    """Follows one connection's requests; what it hands on is whole heads and their bodies.

    `heads` counts the heads handed on. `inside` says that the last one's body is not complete,
    `partial` that some request is not. After a `fault` nothing more is handed on.
    """

    __slots__ = ("_body_bytes", "_held", "_left", "_step", "fault", "heads", "inside")

    def __init__(self) -> None:
        self.heads = 0
        self.inside = False
        self.fault: RequestError | None = None
        self._held = b""
        self._step = self._head
        self._left = 0
        self._body_bytes = 0

    @property
    def partial(self) -> bool:
        return self.inside or bool(self._held)

    @property
    def ordinal(self) -> int:
        """The number of the request that is incomplete, or of the next one."""
        return self.heads if self.inside else self.heads + 1

    def feed(self, data: bytes) -> bytes:
        """The bytes that can be handed on now that `data` has arrived."""
        if self.fault is not None:
            return b""
        if self._held:
            data = self._held + data
        at = 0
        try:
            while at < len(data):
                after = self._step(data, at)
                if after == at:
                    break
                at = after
        except RequestError as fault:
            self.fault = fault
            self._held = b""
            return data[:at]
        self._held = data[at:]
        return data[:at]

    # Each step takes what it can of data[at:], says where it ended and which step is next.
    # One that needs more bytes than there are returns `at` and is called again with them.

    def _head(self, data: bytes, at: int) -> int:
        end = data.find(b"\r\n\r\n", at) + 4
        if (end if end >= 4 else len(data)) - at > HEAD_LIMIT:
            message = f"the request's head is larger than {HEAD_LIMIT >> 10} KiB"
            raise TooLarge(message, hint="send fewer or shorter headers")
        if end < 4:
            if _NEVER.search(data, at):
                raise BadRequest(_unplain(data[at:]))
            return at
        if not _HEAD.fullmatch(data, at, end):
            raise BadRequest(_unplain(data[at:end]))
        self._frame(data, at, end)
        self.heads += 1
        return end

    def _frame(self, data: bytes, at: int, end: int) -> None:
        """Decides from a well-formed head what follows it."""
        fields: dict[bytes, bytes] = {}
        for name, value in _FRAMING.findall(data, at, end):
            if name.lower() in fields:
                message = f"the header {name.decode()} came twice"
                raise BadRequest(message, hint="send it once")
            fields[name.lower()] = value
        length = _length(fields.get(b"content-length"))
        if b"transfer-encoding" in fields:
            _check_coding(fields, data.find(b" HTTP/1.1\r\n", at, end) >= 0)
            self._step = self._size
            self._body_bytes = 0
            self.inside = True
        elif length:
            self._step = self._body
            self._left = length
            self.inside = True
        if fields.get(b"upgrade", b"").strip(b" \t").lower() == b"websocket":
            message = "there are no web sockets here"
            raise BadRequest(message, hint="leave out the Upgrade header")

    def _body(self, data: bytes, at: int) -> int:
        taken = min(self._left, len(data) - at)
        self._left -= taken
        if not self._left:
            self._finish()
        return at + taken

    def _size(self, data: bytes, at: int) -> int:
        line = _CHUNK_SIZE.match(data, at)
        if line is None:
            could_become_one = b"\n" not in data[at : at + _LONGEST_CHUNK_LINE + 1]
            if could_become_one and len(data) - at < _LONGEST_CHUNK_LINE:
                return at
            message = "a chunk of the body does not begin with its size in hexadecimal"
            raise BadRequest(message, hint="send no chunk extensions")
        self._left = int(line[1], 16)
        self._body_bytes += self._left
        _check_size(self._body_bytes)
        self._step = self._chunk if self._left else self._last
        return line.end()

    def _chunk(self, data: bytes, at: int) -> int:
        taken = min(self._left, len(data) - at)
        self._left -= taken
        if not self._left:
            self._step = self._gap
        return at + taken

    def _gap(self, data: bytes, at: int) -> int:
        after = _line_end(data, at, "a chunk of the body is longer than it says")
        if after != at:
            self._step = self._size
        return after

    def _last(self, data: bytes, at: int) -> int:
        after = _line_end(data, at, "trailers after a chunked body are not accepted")
        if after != at:
            self._finish()
        return after

    def _finish(self) -> None:
        self.inside = False
        self._step = self._head


def _length(field: bytes | None) -> int:
    if field is None:
        return 0
    digits = field.rstrip(b" \t")
    if not digits.isdigit():
        message = "Content-Length is not a plain number"
        raise BadRequest(message, hint="send decimal digits")
    length = int(digits) if len(digits) < 20 else BODY_LIMIT + 1
    _check_size(length)
    return length


def _check_size(size: int) -> None:
    if size > BODY_LIMIT:
        message = f"the body is larger than {BODY_LIMIT >> 20} MiB"
        raise TooLarge(message, hint="send it in parts")


def _check_coding(fields: dict[bytes, bytes], is_http11: bool) -> None:  # noqa: FBT001
    if b"content-length" in fields:
        message = "Content-Length and Transfer-Encoding came together"
        raise BadRequest(message, hint="send one of them")
    # Compared as it came: the parser behind knows no other spelling.
    if fields[b"transfer-encoding"] != b"chunked" or not is_http11:
        message = "the only transfer coding here is `chunked`, with HTTP/1.1"
        raise BadRequest(message, hint="send Content-Length instead")


def _line_end(data: bytes, at: int, otherwise: str) -> int:
    found = data[at : at + 2]
    if found == b"\r\n":
        return at + 2
    if found == b"\r":
        return at
    raise BadRequest(otherwise)


def _unplain(head: bytes) -> str:
    """Says, for a head that is refused, which line of it is to blame."""
    first, *fields = head.split(b"\r\n")
    if not re.fullmatch(_REQUEST_LINE, first + b"\r\n"):
        return "the request line is not of the form `GET /path HTTP/1.1`"
    for number, field in enumerate(fields, 1):
        if field and not re.fullmatch(_FIELD_LINE, field + b"\r\n"):
            return f"header line {number} is not of the form `Name: value`"
    return "the head of the request is malformed"
