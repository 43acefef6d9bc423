"""Send executions to `skope agg` from inside an application.

    from skope.client import record, span, timed

    @timed
    def answer(question): ...

    with span("load"):
        ...

    record("chat", 0.018)

Standard library only. The caller pays for one append to a bounded queue; a background thread sends
batches over one kept connection. Nothing here raises into the application or waits for the network:
what cannot be queued or delivered is dropped and counted (`stats()`); what the server refuses is
rejected, and `refusal()` says why. A server that does not answer may get a batch twice; one that is
not there gets it when it is back, while the queue lasts.

Environment: SKOPE_URL (``http://host:port`` or ``host:port``), or SKOPE_HOST and SKOPE_PORT, says
where; SKOPE_TOKEN is sent when set; SKOPE_DISABLED=1 switches everything off.
"""

from __future__ import annotations

import atexit
import os
from time import perf_counter, time

from skope.sender import EXIT_S, Sender

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Any, Final, TypeVar, overload

    _F = TypeVar("_F", bound=Callable[..., Any])

__all__ = ["flush", "record", "refusal", "span", "stats", "timed"]

_COROUTINE: Final = 0x80  # code flags, as in `inspect`, which is slow to import
_GENERATOR: Final = 0x20
_ASYNC_GENERATOR: Final = 0x200

_sender: Final = Sender()
if not _sender.off:
    atexit.register(_sender.leave)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(
            before=_sender.before_fork,
            after_in_parent=_sender.after_fork,
            after_in_child=_sender.reset,
        )


def record(
    name: str,
    exec_time: float,
    *,
    module: str | None = None,
    memory: float | None = None,
    timestamp: float | None = None,
) -> None:
    """One execution of `name` took `exec_time` seconds.

    Parameters
    ----------
    name
        What was executed. Name the kind, not every instance: distinct names are bounded.
    exec_time : seconds
        How long it took.
    module
        Where it belongs; optional.
    memory : MiB
        By how much it changed the process's memory; may be negative.
    timestamp : Unix seconds
        When it ended; now, if not given.
    """
    if not _sender.off:
        _sender.put((name, exec_time, module, memory, time() if timestamp is None else timestamp))


class span:  # noqa: N801 - reads as a statement: with span("load")
    """Records the time its block takes, however it ends; for `with` and for `async with`.

    `memory=True` also records by how much the process's resident memory grew (Linux).
    """

    __slots__ = ("_before", "_memory", "_module", "_name", "_start")

    def __init__(self, name: str, *, module: str | None = None, memory: bool = False) -> None:
        self._name = name
        self._module = module
        self._memory = memory
        self._before: float | None = None
        self._start = 0.0

    def __enter__(self) -> span:
        """Starts the clock."""
        if self._memory:
            self._before = _resident_mib()
        self._start = perf_counter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops it and records."""
        took = perf_counter() - self._start
        grown = None
        if self._before is not None:
            after = _resident_mib()
            grown = None if after is None else after - self._before
        record(self._name, took, module=self._module, memory=grown)

    async def __aenter__(self) -> span:
        """Starts the clock."""
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops it and records."""
        self.__exit__(kind, error, trace)


if TYPE_CHECKING:

    @overload
    def timed(what: _F, /) -> _F: ...
    @overload
    def timed(
        what: str | None = None, /, *, module: str | None = None, memory: bool = False
    ) -> Callable[[_F], _F]: ...


def timed(
    what: Callable[..., Any] | str | None = None,
    /,
    *,
    module: str | None = None,
    memory: bool = False,
) -> object:
    """Record every call of a function: `@timed`, `@timed("name")`, `@timed(module="web")`.

    Functions, coroutine functions and generators, sync and async; of a generator the whole run
    until it is exhausted or closed. Methods of every kind, above or below their decorators, and
    whatever else can be called. Without a name it is the function's qualified one.
    """

    def decorate(function: Any) -> Any:  # noqa: ANN401
        if _sender.off:
            return function
        if isinstance(function, (staticmethod, classmethod)):
            return type(function)(decorate(function.__func__))
        own = getattr(function, "__qualname__", type(function).__qualname__)
        name = what if isinstance(what, str) else own
        within = module or function.__module__
        wrapper = _wrapper(function, *_stopwatch(name, within, memory=memory))
        for attribute in ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__"):
            if hasattr(function, attribute):
                setattr(wrapper, attribute, getattr(function, attribute))
        wrapper.__dict__.update(getattr(function, "__dict__", {}), __wrapped__=function)
        return wrapper

    return decorate if what is None or isinstance(what, str) else decorate(what)


def _stopwatch(
    name: str, module: str, *, memory: bool
) -> tuple[Callable[[], Any], Callable[[Any], None]]:
    """What to call before and after; without `memory` as little as can be."""

    def begin() -> span:
        return span(name, module=module, memory=True).__enter__()

    def end(spanned: span) -> None:
        spanned.__exit__(None, None, None)

    def note(start: float) -> None:
        put((name, perf_counter() - start, module, None, time()))

    put = _sender.put
    return (begin, end) if memory else (perf_counter, note)


def _wrapper(
    function: Callable[..., Any], begin: Callable[[], Any], end: Callable[[Any], None]
) -> Callable[..., Any]:
    code = getattr(function, "__code__", None)
    flags = code.co_flags if code is not None else 0

    def plain(*args: object, **kwargs: object) -> object:
        start = begin()
        try:
            return function(*args, **kwargs)
        finally:
            end(start)

    def generator(*args: object, **kwargs: object) -> Any:  # noqa: ANN401
        start = begin()
        try:
            return (yield from function(*args, **kwargs))
        finally:
            end(start)

    async def coroutine(*args: object, **kwargs: object) -> object:
        start = begin()
        try:
            return await function(*args, **kwargs)
        finally:
            end(start)

    if flags & _COROUTINE:
        return coroutine
    if flags & _ASYNC_GENERATOR:
        return _async_generator(function, begin, end)
    return generator if flags & _GENERATOR else plain


def _async_generator(
    function: Callable[..., Any], begin: Callable[[], Any], end: Callable[[Any], None]
) -> Callable[..., Any]:
    """What `yield from` would be, were there one: all that is sent or thrown is passed on."""

    async def wrapper(*args: object, **kwargs: object) -> Any:  # noqa: ANN401
        start = begin()
        inner = function(*args, **kwargs)
        try:
            step = inner.asend(None)
            while True:
                value = await step
                try:
                    step = inner.asend((yield value))
                except GeneratorExit:
                    await inner.aclose()
                    raise
                except BaseException as error:  # noqa: BLE001 - it is the generator's to handle
                    step = inner.athrow(error)
        except StopAsyncIteration:
            return
        finally:
            end(start)

    return wrapper


def _resident_mib() -> float | None:
    try:
        with open("/proc/self/statm", "rb", buffering=0) as file:
            pages = int(file.read(64).split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGESIZE") / (1 << 20)


def flush(within_s: float = EXIT_S) -> bool:
    """Waits until all queued records are settled. False: time was up, or no server took them."""
    return _sender.flush(within_s)


def stats() -> dict[str, int]:
    """What became of this process's records so far.

    `sent`: the server counted them. `rejected`: it, or JSON, would not have them. `dropped`: the
    queue was full, or no server was there until the end. `queued`: still to be sent.
    """
    return {
        "sent": _sender.sent,
        "rejected": _sender.rejected,
        "dropped": _sender.dropped,
        "queued": len(_sender.queue) + _sender.in_hand,
    }


def refusal() -> str | None:
    """Why the latest record that was rejected was, in a sentence; None while none was."""
    return _sender.refusal
