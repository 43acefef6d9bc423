"""Who may call: the token and the allowed host names, from flags and environment."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from skope.errors import EnvironmentFault, UsageError
from skope.supervisor.place import Place

_MOST_BYTES: Final = 4096
_FOREIGN: Final = frozenset(" /:*,?#@")
"""Characters that no host name has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """What the front's guard is told."""

    token: str | None = None
    """null: nobody needs one."""
    generated: bool = False
    """Nobody chose the token: it has to be shown once."""
    allow_hosts: tuple[str, ...] = ()

    @property
    def told(self) -> list[str]:
        """What has to be said of it: a line, or none."""
        if not self.generated:
            return []
        return [f"skope: from other machines: Authorization: Bearer {self.token}"]


def settle_at(place: Place, *, wide: bool) -> Access:
    """The access rules at `place`, with this process's environment; see `settle`."""
    return settle(os.environ, wide=wide, no_auth=place.no_auth, allow_hosts=place.allow_hosts)


def settle(
    environment: Mapping[str, str],
    *,
    wide: bool,
    no_auth: bool = False,
    allow_hosts: Sequence[str] = (),
) -> Access:
    """The access rules of this start.

    Parameters
    ----------
    environment : holds `SKOPE_TOKEN`, `SKOPE_TOKEN_FILE`, `SKOPE_NO_AUTH`, `SKOPE_ALLOW_HOST`
    wide : bound beyond the loopback interface, which takes a token unless refused
    no_auth, allow_hosts : the flags; they are added to the environment's

    Raises
    ------
    UsageError
        If the token is empty or cannot stand in a header, or a host is no name of one.
    EnvironmentFault
        If the token's file cannot be read.
    """
    named = environment.get("SKOPE_ALLOW_HOST", "").replace(",", " ").split()
    hosts = tuple(dict.fromkeys([*allow_hosts, *named]))
    for host in hosts:
        _check_host(host)
    if no_auth or environment.get("SKOPE_NO_AUTH") == "1":
        return Access(allow_hosts=hosts)
    token = _given(environment)
    if token is None and wide:
        import secrets  # noqa: PLC0415 - it brings hashlib, a tenth of a start

        return Access(token=secrets.token_urlsafe(24), generated=True, allow_hosts=hosts)
    return Access(token=token, allow_hosts=hosts)


def _check_host(name: str) -> None:
    if not name.strip(".") or not _FOREIGN.isdisjoint(name):
        message = f"{name!r} is no host to allow"
        raise UsageError(message, hint="write NAME, or .NAME: no scheme, port, path or *")


def _given(environment: Mapping[str, str]) -> str | None:
    source = "SKOPE_TOKEN"
    token = environment.get(source)
    path = environment.get("SKOPE_TOKEN_FILE")
    if token is None and path is not None:
        source = f"SKOPE_TOKEN_FILE ({path})"
        token = _read(path)
    if token is None:
        return None
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        message = f"{source} holds no usable token"
        raise UsageError(message, hint="visible ASCII without spaces; or unset it")
    return token


def _read(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            return file.read(_MOST_BYTES).decode("utf-8", "replace").strip()
    except OSError as error:
        message = f"cannot read SKOPE_TOKEN_FILE ({path}): {os.strerror(error.errno or 0)}"
        raise EnvironmentFault(message, hint="point it to a file with the token alone") from error
