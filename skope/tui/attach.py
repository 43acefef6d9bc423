"""A running Skope over HTTP: its stream of news, kept up, and its documents."""

import contextlib
import os
from collections.abc import Callable, Iterator
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from threading import Event as Flag
from typing import Final, TypeVar
from urllib.parse import quote, urlsplit

import msgspec

from skope.errors import EnvironmentFault, SkopeError, UsageError
from skope.schema.aggregate import Aggregate, decode_aggregate
from skope.schema.aggregate_diff import AggregateDiff
from skope.schema.codec import decode_aggregate_diff, decode_diff, decode_report
from skope.schema.diff import Diff
from skope.schema.listing import FullListing
from skope.schema.live import Live
from skope.schema.report import Report
from skope.schema.totals import Totals, decode_totals
from skope.tui.feed import Lost, News
from skope.tui.following import follow
from skope.tui.stream import events

SILENCE_S: Final = 25.0
"""The server says something every 10 s at least."""
_ANSWER_S: Final = 90.0
"""A large aggregate is brought up to date in a minute at most."""
_FIRST_PAUSE_S: Final = 0.25
_LONGEST_PAUSE_S: Final = 2.0
_LINE_BYTES: Final = 1 << 26


class _Fault(msgspec.Struct):
    """How Skope says no."""

    detail: str = ""


_T = TypeVar("_T")
_live: Final = msgspec.json.Decoder(Live)
_fault: Final = msgspec.json.Decoder(_Fault)
_listing: Final = msgspec.json.Decoder(FullListing)


class Address:
    """Where a Skope listens.

    Raises
    ------
    UsageError
        If `url` is none.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        try:
            port = parts.port
        except ValueError:
            port = -1
        host = parts.hostname or ""
        if parts.scheme not in ("http", "https") or not host.strip() or port == -1:
            message = f"{url!r} is no address of a Skope"
            raise UsageError(message, hint="for example http://localhost:9001")
        self.url: Final = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        self._kind: Final = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._host: Final = host
        self._port: Final = port
        self._headers: Final = {"Authorization": f"Bearer {token}"} if token else {}

    @contextlib.contextmanager
    def get(self, path: str, *, within_s: float, **headers: str) -> Iterator[HTTPResponse]:
        """The answer to a request that went well, open.

        Raises
        ------
        EnvironmentFault
            If it did not.
        """
        connection = self._kind(self._host, self._port, timeout=within_s)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request("GET", path, headers=self._headers | named)
            answer = connection.getresponse()
            if answer.status != 200:
                raise _refusal(answer)
            yield answer
        except (OSError, HTTPException, UnicodeError) as error:
            message = f"{self.url} {_why(error)}"
            raise EnvironmentFault(message) from error
        finally:
            connection.close()


class LiveFeed:
    """`/api/live` of one Skope. It goes on when the server went away and is back."""

    def __init__(self, address: Address) -> None:
        self._address: Final = address
        self._closed: Final = Flag()
        self._last_id = ""

    def start(self, deliver: Callable[[News], None]) -> None:
        follow(self._follow, deliver, name="skope-live")

    def close(self) -> None:
        self._closed.set()

    def _follow(self, deliver: Callable[[News], None]) -> None:
        pause_s = _FIRST_PAUSE_S
        while not self._closed.is_set():
            heard = False
            try:
                for news in self._read():
                    if self._closed.is_set():
                        return
                    deliver(news)
                    heard, pause_s = True, _FIRST_PAUSE_S
                reason = f"{self._address.url} ended the connection"
            except SkopeError as error:
                heard, reason = False, error.message
            # A long stream is ended in order and taken up in another: that is no loss.
            if not heard and not self._closed.is_set():
                deliver(Lost(reason))
            self._closed.wait(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _read(self) -> Iterator[Live]:
        resumed = {"Last_Event_ID": self._last_id} if self._last_id else {}
        with self._address.get("/api/live", within_s=SILENCE_S, **resumed) as answer:
            for event in events(iter(lambda: answer.readline(_LINE_BYTES), b"")):
                if event.kind == "live":
                    yield _decoded(event.data, self._address.url)
                self._last_id = event.id


class Remote:
    """The documents of a running Skope."""

    def __init__(self, address: Address) -> None:
        self._address: Final = address

    def aggregate(self) -> Aggregate:
        return decode_aggregate(self._body("/report_agg.json"), where="/report_agg.json")

    def listing(self) -> FullListing:
        return _understood(_listing, self._body("/api/reports"), self._address.url)

    def report(self, tag: str) -> Report:
        return decode_report(self._body(f"/api/reports/{quote(tag, safe='')}"), where=tag)

    def diff(self, base: str, head: str) -> Diff:
        return decode_diff(self._body(_compared(base, head)), where=f"{base}-{head}")

    def totals(self, tag: str) -> dict[str, Totals]:
        body = self._body(f"/api/reports/{quote(tag, safe='')}?agg=1")
        return decode_totals(body, where=tag)

    def aggregate_diff(self, base: str, head: str) -> AggregateDiff:
        body = self._body(f"{_compared(base, head)}&agg=1")
        return decode_aggregate_diff(body, where=f"{base}-{head}")

    def _body(self, path: str) -> bytes:
        with self._address.get(path, within_s=_ANSWER_S) as answer:
            return answer.read()


def _compared(base: str, head: str) -> str:
    return f"/api/diff?base={quote(base, safe='')}&head={quote(head, safe='')}"


def _decoded(data: str, url: str) -> Live:
    return _understood(_live, data.encode(), url)


def _understood(decoder: "msgspec.json.Decoder[_T]", data: bytes, url: str) -> _T:
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f"{url} answers what this Skope does not understand: {error}"
        raise EnvironmentFault(message, hint="is it of another version?") from error


def _refusal(answer: HTTPResponse) -> EnvironmentFault:
    """What a Skope said, or that it is none."""
    try:
        detail = _fault.decode(answer.read(1 << 16)).detail
    except (msgspec.DecodeError, UnicodeDecodeError, OSError, HTTPException):
        detail = ""
    hint = "SKOPE_TOKEN=… in the environment" if answer.status == 401 else None
    return EnvironmentFault(detail or f"the server answers {answer.status}", hint=hint)


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "is silent"
    if isinstance(error, OSError) and error.errno:
        return f"does not answer: {os.strerror(error.errno)}"
    return "does not answer"
