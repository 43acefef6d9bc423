"""Every failure Skope can name, on one page.

    SkopeError
    ├── UsageError              the command line or the configuration is wrong
    ├── ReportError             a file at rest
    │   ├── UnknownReport       no such tag, or nothing to compare with
    │   ├── ForeignReport       not a Skope report, damaged, or too large
    │   └── UnsafeDirectory     `.skope` is a link, someone else's, or open to all
    ├── SignalError             /start, /stop, /cancel
    │   ├── AlreadyStarted      a capture of this name is open
    │   ├── UnknownCapture      no such capture is open
    │   ├── SeveralOpen         no name was given and more than one is open
    │   ├── TooManyCaptures     the book is full
    │   └── UnknownProcess      there is none to watch, or it is another user's
    ├── RequestError            HTTP
    │   ├── BadRequest          malformed, with the path of what is wrong
    │   ├── Unauthorized        a token is needed
    │   ├── Forbidden           foreign Host, Origin, Referer or Sec-Fetch-Site
    │   ├── WrongMode           an endpoint of the other mode
    │   ├── TooLarge            body or header over its limit
    │   ├── UnsupportedEncoding Content-Encoding is not accepted
    │   ├── TooManyNames        the aggregate holds as many names as it may
    │   ├── TooSlow             the request did not arrive within the deadline
    │   └── NotReady            cannot serve now; try again
    ├── EnvironmentFault        the machine says no
    │   ├── CannotBind          the address is taken or not ours
    │   ├── LockHeld            the same role already runs in this directory
    │   ├── StorageFault        a file could not be written (full, read-only, no permission)
    │   ├── StartFault          a child did not become ready
    │   └── Unsupported         this platform cannot do it
    ├── ScriptFailed            the measured script did not end well
    ├── EmptySample             a statistic of no values was asked for
    └── MalformedProc           a kernel file did not read as documented

A message is one sentence that says what is wrong; `hint`, when there is one, says what to do.
They are translated once at each edge: `front/faults.py` to HTTP, `cli/exits.py` to exit codes.
"""

import errno
from typing import Final


class SkopeError(Exception):
    """The root of everything Skope raises on purpose."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(SkopeError):
    """The command line or the configuration is wrong."""


class ReportError(SkopeError):
    """Something is wrong with a file at rest."""


class UnknownReport(ReportError):
    """No report answers to that tag."""


class ForeignReport(ReportError):
    """The file is not a Skope report, is damaged, or is larger than one can be."""


class UnsafeDirectory(ReportError):
    """The report directory could be written by somebody else."""


class SignalError(SkopeError):
    """A signal could not be obeyed."""


class AlreadyStarted(SignalError):
    """A capture of this name is open."""


class UnknownCapture(SignalError):
    """No capture of this name is open."""


class SeveralOpen(SignalError):
    """No name was given and more than one capture is open."""


class TooManyCaptures(SignalError):
    """The book of open captures is full."""


class UnknownProcess(SignalError):
    """No such process is there to be watched, or it is another user's."""


class RequestError(SkopeError):
    """A request could not be served as it came."""


class BadRequest(RequestError):
    """The request is malformed; the message holds the path of what is wrong."""


class Unauthorized(RequestError):
    """The request needs a token."""


class Forbidden(RequestError):
    """The request names a foreign host or comes from a foreign page."""


class WrongMode(RequestError):
    """The endpoint belongs to another mode."""


class TooLarge(RequestError):
    """The body or its head is over the limit."""


class UnsupportedEncoding(RequestError):
    """Compressed bodies are not accepted."""


class TooManyNames(RequestError):
    """The aggregate holds as many names as it may."""


class TooSlow(RequestError):
    """The request did not arrive within the deadline."""


class NotReady(RequestError):
    """Skope cannot serve this now and expects to be able to soon."""


class EnvironmentFault(SkopeError):
    """The machine does not allow what was asked."""


class CannotBind(EnvironmentFault):
    """The address is taken or is not this machine's."""


class LockHeld(EnvironmentFault):
    """The same role already runs in this directory."""


class StorageFault(EnvironmentFault):
    """A file could not be written."""


class StartFault(EnvironmentFault):
    """A child process did not become ready."""


class Unsupported(EnvironmentFault):
    """This platform cannot do what was asked."""


class ScriptFailed(SkopeError):
    """The measured script did not end well."""


class EmptySample(SkopeError):
    """A statistic of no values was asked for."""


class MalformedProc(SkopeError):
    """A kernel file did not read as documented."""


_REASONS: Final = {
    errno.ENOSPC: ("the disk is full", "free some space and try again"),
    errno.EDQUOT: ("the disk quota is used up", "free some space and try again"),
    errno.EFBIG: ("it would exceed the file size limit", "see `ulimit -f`"),
    errno.EROFS: ("the file system is read-only", "--dir names another directory"),
    errno.EACCES: ("permission denied", "--dir names another directory"),
    errno.EPERM: ("permission denied", "--dir names another directory"),
    errno.EMFILE: ("too many files are open", "see `ulimit -n`"),
    errno.ENFILE: ("the system has too many files open", None),
    errno.EEXIST: ("a file is in the way of the directory", "--dir names another directory"),
    errno.ENOTDIR: ("a file is in the way of the directory", "--dir names another directory"),
    errno.ENAMETOOLONG: ("the path is too long", "--dir names another directory"),
    errno.ENOENT: ("there is no such directory", None),
}


def storage_fault(error: OSError, doing: str) -> StorageFault:
    """What the kernel says about a file, after what could not be done: ``cannot write a.json``."""
    reason, hint = _REASONS.get(error.errno or 0, (error.strerror or str(error), None))
    return StorageFault(f"{doing}: {reason}", hint=hint)
