"""A process at its gate: what it is given, what it costs, and how it ends."""

import errno
import os
import resource
import signal
import subprocess
import sys

import psutil
import pytest

from skope._fast import Gated

TRUE = b"/bin/true"


@pytest.fixture
def gate():
    """Starts a process; the file descriptors to let it in and to hear of its fault."""
    opened = []

    def start(program, *words, environment=(), directory=b"", stdio=(0, 1, 2)):
        entry, keeper = os.pipe2(os.O_CLOEXEC)
        told, fault = os.pipe2(os.O_CLOEXEC)
        argv = [program, *words]
        opened.extend((keeper, told))
        try:
            made = Gated(program, argv, [*environment], directory, stdio, entry, keeper, fault)
        finally:
            os.close(entry)
            os.close(fault)
        return made, keeper, told

    yield start
    for number in opened:
        os.close(number)


def let_in(made, keeper):
    os.write(keeper, b"\n")
    return ended(made)


def ended(made):
    _, status, used = os.wait4(made.pid, 0)
    made.bury()
    return os.waitstatus_to_exitcode(status), used


def test_it_gets_its_words_its_environment_and_its_directory(gate, tmp_path):
    code = b'printf "%s|" "$@" "$A" "$(pwd)" "$(env | grep -c .)"'
    with (tmp_path / "out").open("wb") as out:
        made, keeper, _ = gate(
            b"/bin/bash",
            b"-c",
            code,
            b"0",
            b"",
            b"a  b",
            b"\xff\n",
            environment=[b"A=1=2", b"PATH=/usr/bin:/bin", b"BASH_FUNC_f%%=() { :; }", b"a.b=c"],
            directory=os.fsencode(tmp_path),
            stdio=(0, out.fileno(), 2),
        )
        assert let_in(made, keeper)[0] == 0
    words = (tmp_path / "out").read_bytes().split(b"|")
    assert words[:5] == [b"", b"a  b", b"\xff\n", b"1=2", os.fsencode(tmp_path)]


def test_the_end_of_the_gate_ends_it(gate):
    made, keeper, told = gate(b"/bin/sleep", b"100")
    os.close(os.dup(keeper))
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, keeper)
    os.close(nowhere)
    assert ended(made)[0] == 127
    assert os.read(told, 8) == b""


@pytest.mark.parametrize(
    ("program", "directory", "fault"),
    [
        (b"", b"", errno.ENOENT),
        (b"/", b"", errno.EACCES),
        (TRUE, b"/no/such/directory", errno.ENOENT),
    ],
)
def test_what_kept_it_from_starting_is_told(gate, program, directory, fault):
    made, keeper, told = gate(program, directory=directory)
    assert let_in(made, keeper)[0] == 127
    assert int.from_bytes(os.read(told, 8), sys.byteorder) == fault


def test_our_handlers_are_not_its_own(gate, tmp_path):
    noted = []
    number = signal.SIGUSR1
    before = signal.signal(number, lambda *_: noted.append(number))
    try:
        made, _, _ = gate(b"/bin/sleep", b"100")
        os.kill(made.pid, number)
        assert ended(made)[0] == -number
    finally:
        signal.signal(number, before)
    assert not noted


def test_what_was_ignored_stays_ignored_but_for_what_the_interpreter_ignores(gate, tmp_path):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with (tmp_path / "out").open("wb") as out:
            words = b"SigIgn", b"/proc/self/status"
            made, keeper, _ = gate(b"/bin/grep", *words, stdio=(0, out.fileno(), 2))
            let_in(made, keeper)
    finally:
        signal.signal(signal.SIGHUP, before)
    ignored = int((tmp_path / "out").read_text().split()[1], 16)
    assert ignored & 1 << (signal.SIGHUP - 1)
    assert not ignored & (1 << (signal.SIGPIPE - 1) | 1 << (signal.SIGXFSZ - 1))


def test_the_signals_it_may_get_are_ours(gate, tmp_path):
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
    try:
        made, keeper, _ = gate(TRUE)
        let_in(made, keeper)
        assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == before | {signal.SIGUSR2}
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def test_it_brings_no_faults_of_an_interpreter_with_it(gate):
    """The second instrument is posix_spawn, whose child shares our memory until its exec too."""
    made, keeper, _ = gate(TRUE)
    _, used = let_in(made, keeper)
    _, _, plain = os.wait4(os.posix_spawn(TRUE, [TRUE], {}), 0)
    assert used.ru_minflt <= plain.ru_minflt + 32
    assert used.ru_maxrss <= resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.mark.skipif(
    "libasan" in os.environ.get("LD_PRELOAD", ""), reason="AddressSanitizer keeps what was freed"
)
def test_what_a_reaped_one_had_is_given_back(gate):
    load = [b"A%d=" % k + b"x" * 100_000 for k in range(8)]
    process = psutil.Process()

    def several(count):
        for _ in range(count):
            made, keeper, _ = gate(TRUE, environment=load)
            assert let_in(made, keeper)[0] == 0
        return process.memory_info().rss

    before = several(8)
    assert several(100) - before < 20 << 20


REFUSED = """\
import ctypes, os, platform, struct, sys
from skope._fast import Gated

# Answer EINVAL to clone(2) with CLONE_VM but neither CLONE_VFORK nor CLONE_THREAD, as qemu does.
LOAD, EQUAL, AND, ANSWER = 0x20, 0x15, 0x54, 0x06
number = {"x86_64": 56, "aarch64": 220}[platform.machine()]
steps = [
    (LOAD, 0, 0, 0), (EQUAL, 0, 4, number),
    (LOAD, 0, 0, 16), (AND, 0, 0, 0x14100), (EQUAL, 0, 1, 0x100),
    (ANSWER, 0, 0, 0x00050016), (ANSWER, 0, 0, 0x7FFF0000),
]
text = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
libc = ctypes.CDLL(None, use_errno=True)
program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(text))
if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, program, 0, 0):
    sys.exit(99)

def ends(*words):
    entry, keeper = os.pipe()
    made = Gated(words[0], [*words], [], b"", (0, 1, 2), entry, keeper, 2)
    os.write(keeper, b".")
    return os.waitstatus_to_exitcode(os.waitpid(made.pid, 0)[1])

flags = 0x100 | 17
assert libc.syscall(number, flags, 0, 0, 0, 0) == -1 and ctypes.get_errno() == 22
sys.exit(ends(b"/bin/sh", b"-c", b"exit 7"))
"""


def test_where_no_memory_can_be_shared_it_gets_a_copy():
    done = subprocess.run(
        [sys.executable, "-c", REFUSED], stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode == 99:
        pytest.skip("this kernel takes no filter of system calls")
    assert (done.returncode, done.stderr) == (7, "")


def test_its_words_are_bytes(gate):
    with pytest.raises(TypeError):
        gate(TRUE, "text")
