import contextlib
import errno
import os
import socket
import stat

import pytest

from skope.errors import CannotBind
from skope.supervisor import sockets
from skope.supervisor.sockets import listen


def has_ipv6_loopback():
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as sock:
        sock.bind(("::1", 0))
        return True
    return False


needs_ipv6 = pytest.mark.skipif(not has_ipv6_loopback(), reason="this machine has no ::1")


def reaches(address, port):
    with contextlib.suppress(ConnectionRefusedError), socket.create_connection((address, port), 10):
        return True
    return False


@needs_ipv6
def test_localhost_is_both_families_on_one_free_port():
    with listen("localhost", 0) as listeners:
        assert [sock.getsockname()[:2] for sock in listeners.sockets] == [
            ("127.0.0.1", listeners.port),
            ("::1", listeners.port),
        ]
        assert listeners.port > 0
        assert not listeners.wide
        assert listeners.url == f"http://localhost:{listeners.port}"
        assert reaches("127.0.0.1", listeners.port)
        assert reaches("::1", listeners.port)
    assert not reaches("127.0.0.1", listeners.port)


def test_without_ipv6_it_is_one_family(monkeypatch):
    genuine = sockets._bind

    def without_ipv6(family, address, port):
        return None if family == socket.AF_INET6 else genuine(family, address, port)

    monkeypatch.setattr(sockets, "_bind", without_ipv6)
    with listen("localhost", 0) as listeners:
        assert len(listeners.sockets) == 1


@needs_ipv6
def test_a_free_port_is_free_in_both_families(monkeypatch):
    """The first choice is taken on ::1: another one is found."""
    genuine, refused = sockets._bind, []

    def taken_once(family, address, port):
        if family == socket.AF_INET6 and not refused:
            refused.append(port)
            raise OSError(errno.EADDRINUSE, "Address already in use")
        return genuine(family, address, port)

    monkeypatch.setattr(sockets, "_bind", taken_once)
    with listen("localhost", 0) as listeners:
        assert len(listeners.sockets) == 2
        assert refused


@pytest.mark.parametrize(
    ("host", "wide", "connect"),
    [
        ("127.0.0.1", False, "127.0.0.1"),
        ("127.0.0.5", False, "127.0.0.5"),
        ("0.0.0.0", True, "127.0.0.1"),
        pytest.param("::1", False, "[::1]", marks=needs_ipv6),
        pytest.param("::", True, "[::1]", marks=needs_ipv6),
    ],
)
def test_any_address_of_this_machine(host, wide, connect):
    with listen(host, 0) as listeners:
        assert listeners.wide is wide
        assert listeners.url == f"http://{connect}:{listeners.port}"
        assert reaches(listeners.connect_host, listeners.port)


@needs_ipv6
def test_everything_is_both_families():
    with listen("::", 0) as listeners:
        assert reaches("127.0.0.1", listeners.port)


def test_the_queue_is_deep_and_the_sockets_are_inheritable_by_number_only():
    with listen("localhost", 0) as listeners:
        for fd in listeners.filenos():
            assert stat.S_ISSOCK(os.fstat(fd).st_mode)
            assert not os.get_inheritable(fd)


def test_a_taken_port_is_refused_with_its_holder():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotBind, match=f"cannot listen on localhost:{port}: ") as caught:
            listen("localhost", port, command="skope runner", tag="t")
        assert f"pid {os.getpid()}" in caught.value.message
        assert "skope runner --port 0" in caught.value.hint


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid", "a b", "x" * 300, "."])
def test_what_is_no_address_of_this_machine_is_refused(host):
    with pytest.raises(CannotBind, match="cannot listen on"):
        listen(host, 0)


def test_a_port_that_may_not_be_used_is_said(monkeypatch):
    def forbidden(family, address, port):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(sockets, "_bind", forbidden)
    with pytest.raises(CannotBind, match="permission denied") as caught:
        listen("localhost", 80)
    assert "1023" in caught.value.hint


def test_a_just_closed_port_is_taken_again():
    with listen("localhost", 0) as listeners:
        port = listeners.port
        with socket.create_connection(("127.0.0.1", port)) as client:
            listeners.sockets[0].accept()[0].close()
            client.recv(1)
    with listen("localhost", port) as listeners:
        assert listeners.port == port
