"""Who may ask: pure rules on a request's headers and on where it came from.

Against web pages that call localhost (`Origin`, `Referer`, `Sec-Fetch-Site`), against DNS
rebinding (`Host`), and, beyond the loopback interface, for a token. No rule reads a body.
"""

import hmac
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address
from typing import Final
from urllib.parse import urlsplit

from skope.errors import Forbidden, Unauthorized, UnsupportedEncoding

OPEN_PATH: Final = "/healthz"
"""Needs neither token nor Host: a probe knows neither."""

_LOOPBACK_NAMES: Final = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})
_RELAYS: Final = (
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-port",
    "x-forwarded-server",
    "x-real-ip",
)
"""Headers that say: the peer is a proxy, the client may be anyone."""
_MOST_REMEMBERED: Final = 256


class Admission:
    """The rules of one server.

    Parameters
    ----------
    hostname : the machine's own name
    allow_hosts : further names; ``.example.org`` stands for that domain and all below it
    token : what a client that is not on this machine must send; None asks nobody
    """

    def __init__(self, *, hostname: str, allow_hosts: list[str], token: str | None) -> None:
        own = hostname.lower().rstrip(".")
        self._names = _LOOPBACK_NAMES | ({own, own.partition(".")[0]} - {""})
        self._allowed = tuple(name.lower().rstrip(".") for name in allow_hosts if name)
        self._token = None if token is None else token.encode()
        self._known: dict[str, bool] = {}

    def judge(self, path: str, headers: Mapping[str, str], peer: str) -> None:
        """Lets the request pass or says why not.

        Parameters
        ----------
        headers : names in lower case, or a mapping that ignores case
        peer : address of the other end

        Raises
        ------
        Unauthorized, Forbidden, UnsupportedEncoding
        """
        if path == OPEN_PATH:
            return
        if not self._has_token(headers):
            if self.needs_token(headers, peer):
                message = "this request needs the token"
                hint = (
                    "send `Authorization: Bearer TOKEN`; "
                    "Skope printed it when it started, and gives it to a script as $SKOPE_TOKEN"
                )
                raise Unauthorized(message, hint=hint)
            self._check_host(headers.get("host"))
        self._check_page(headers)
        coding = headers.get("content-encoding", "identity")
        if coding.strip().lower() != "identity":
            message = f"Content-Encoding {coding!r} is not accepted"
            raise UnsupportedEncoding(message, hint="send the body as it is")

    def needs_token(self, headers: Mapping[str, str], peer: str) -> bool:
        """Whether only a token admits this client: it is not, or may not be, on this machine."""
        if self._token is None:
            return False
        return not is_loopback(peer) or any(name in headers for name in _RELAYS)

    def knows_host(self, value: str) -> bool:
        """Whether a Host header of this value names this server; a port in it is let be."""
        known = self._known.get(value)
        if known is None:
            known = self._knows(_host_name(value))
            if len(self._known) < _MOST_REMEMBERED:
                self._known[value] = known
        return known

    def _has_token(self, headers: Mapping[str, str]) -> bool:
        if self._token is None:
            return False
        scheme, _, given = headers.get("authorization", "").partition(" ")
        sent = given.strip().encode("utf-8", "surrogateescape")
        return hmac.compare_digest(sent, self._token) and scheme.lower() == "bearer"

    def _check_host(self, host: str | None) -> None:
        if host is None:
            message = "the request has no Host header"
            raise Forbidden(message, hint="send `Host: localhost`")
        if not self.knows_host(host):
            message = f"the host {host!r} is not this server"
            raise Forbidden(message, hint="start Skope with `--allow-host NAME` to accept it")

    def _check_page(self, headers: Mapping[str, str]) -> None:
        site = headers.get("sec-fetch-site")
        if site is not None and site.strip().lower() not in ("same-origin", "none"):
            message = "a page of another site made this request"
            raise Forbidden(message, hint="open Skope's own address instead")
        for name in ("origin", "referer"):
            page = headers.get(name)
            if page and not self._is_own_page(page, headers.get("host", "")):
                message = f"the {name.capitalize()} {page!r} is foreign"
                raise Forbidden(message, hint="`--allow-host NAME` accepts pages of NAME")

    def _is_own_page(self, page: str, host: str) -> bool:
        try:
            url = urlsplit(page)
            name = (url.hostname or "").rstrip(".")
        except ValueError:
            return False
        if url.scheme not in ("http", "https") or not name:
            return False
        own = _without_default_port(url.netloc, url.scheme) == _without_default_port(
            host, url.scheme
        )
        return own or self._is_allowed(name)

    def _knows(self, name: str | None) -> bool:
        if name is None:
            return False
        if name in self._names or name.endswith(".localhost"):
            return True
        return _is_address(name) or self._is_allowed(name)

    def _is_allowed(self, name: str) -> bool:
        return any(
            name.endswith(allowed) or name == allowed[1:]
            if allowed.startswith(".")
            else name == allowed
            for allowed in self._allowed
        )


def is_loopback(peer: str) -> bool:
    """Whether an address is this machine's own; False for anything that is no address."""
    try:
        address = ip_address(peer.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback


def _host_name(value: str) -> str | None:
    """The name in ``name[:port]``, in lower case; an IPv6 address keeps its brackets."""
    text = value.strip().lower()
    if text.startswith("["):
        name, bracket, port = text.partition("]")
        name = name + bracket if bracket else ""
        port = port.removeprefix(":") if port.startswith(":") or not port else "?"
    else:
        name, _, port = text.partition(":")
        name = name.removesuffix(".")
    return name if name and (not port or (port.isascii() and port.isdigit())) else None


def _is_address(name: str) -> bool:
    try:
        if name.startswith("["):
            IPv6Address(name[1:-1])
        else:
            return ip_address(name).version == 4
    except ValueError:
        return False
    return True


def _without_default_port(netloc: str, scheme: str) -> str:
    return netloc.strip().lower().removesuffix(":443" if scheme == "https" else ":80")
