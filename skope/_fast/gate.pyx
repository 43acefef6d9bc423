"""A process that waits at a gate with all done that can be done before its exec.

A forked interpreter would take its page faults and the end of its memory through the gate with it:
0.8 ms that the program would be charged with, more than a short one takes itself. So the child
shares its parent's memory until its exec, as that of vfork(2) does, yet runs beside its parent, on
a stack of its own. Nothing of the interpreter's may run in it: it makes system calls only.
Source: clone(2), signal-safety(7), and how C libraries implement posix_spawn(3).
"""

from libc.errno cimport EINVAL, errno
from libc.signal cimport SIG_DFL, SIG_IGN, SIGCHLD, SIGPIPE
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, strerror
from posix.signal cimport sigaction, sigaction_t, sigfillset, sigprocmask, sigset_t
from posix.signal cimport SIG_BLOCK, SIG_SETMASK
from posix.types cimport pid_t
from posix.unistd cimport _exit, chdir, close, dup2, execve, read, setsid, write

cdef extern from "<sched.h>" nogil:
    int clone(int (*entry)(void *) noexcept nogil, void *stack, int flags, void *given, ...)
    const int CLONE_VM

cdef extern from "<signal.h>" nogil:
    const int SIGXFSZ

cdef enum:
    STACK_BYTES = 1 << 16       # a multiple of any alignment; a few system calls need little of it
    PLAIN_SIGNALS = 32          # the later ones are the C library's, or have no handler of ours
    NOT_STARTED = 127

cdef struct launch_t:
    char *program
    char **argv
    char **environment
    char *directory             # empty: where the parent works
    int stdio[3]
    int gate                    # a byte lets it in, its end ends it
    int keeper                  # the parent's end of that
    int fault                   # takes the errno of what did not work
    sigset_t mask


cdef void _expect_the_default(int number) noexcept nogil:
    """What the parent handles or ignores as an interpreter does, this process does not."""
    cdef sigaction_t action
    if sigaction(number, NULL, &action) != 0 or action.sa_handler == SIG_DFL:
        return
    if action.sa_handler == SIG_IGN and number != SIGPIPE and number != SIGXFSZ:
        return
    action.sa_handler = SIG_DFL
    action.sa_flags = 0
    sigaction(number, &action, NULL)


cdef bint _arrive(const launch_t *launch) noexcept nogil:
    """All that needs not be measured; whether it worked."""
    cdef int number
    close(launch.keeper)
    for number in range(1, PLAIN_SIGNALS):
        _expect_the_default(number)
    if setsid() < 0 or sigprocmask(SIG_SETMASK, &launch.mask, NULL) != 0:
        return False
    for number in range(3):
        if launch.stdio[number] != number and dup2(launch.stdio[number], number) < 0:
            return False
    return launch.directory[0] == 0 or chdir(launch.directory) == 0


cdef int _live(void *given) noexcept nogil:
    """In the child. It shares its parent's errno too: it sets it only where it ends."""
    cdef const launch_t *launch = <const launch_t *> given
    cdef char byte
    cdef int number
    if _arrive(launch):
        if read(launch.gate, &byte, 1) != 1:
            _exit(NOT_STARTED)
        execve(launch.program, launch.argv, launch.environment)
    number = errno
    write(launch.fault, &number, sizeof(number))
    _exit(NOT_STARTED)
    return 0


cdef class Gated:
    """One such process, from its start on.

    Parameters
    ----------
    program : path of the program, from `directory`
    argv : its words
    environment : its ``NAME=value``
    directory : where it works; empty for where this process does
    stdio : its descriptors 0, 1 and 2
    gate : reading end of a pipe: a byte lets it in, its end ends it
    keeper : the writing end of that, which the child closes
    fault : writing end of a pipe: takes the errno, an int, of what kept it from starting

    Raises
    ------
    OSError
        If the kernel has no process left.
    """

    cdef readonly pid_t pid
    cdef char *_room            # the child's stack, and all that it reads

    def __cinit__(
        self,
        bytes program,
        list argv,
        list environment,
        bytes directory,
        tuple stdio,
        int gate,
        int keeper,
        int fault,
    ):
        cdef size_t words = len(argv) + len(environment) + 2
        cdef size_t text = len(program) + len(directory) + 2
        text += sum(len(word) + 1 for word in argv) + sum(len(word) + 1 for word in environment)
        cdef size_t above = words * sizeof(char *)
        self._room = <char *> malloc(STACK_BYTES + sizeof(launch_t) + above + text)
        if self._room == NULL:
            raise MemoryError
        cdef launch_t *launch = <launch_t *> (self._room + STACK_BYTES)
        launch.argv = <char **> (launch + 1)
        launch.environment = launch.argv + len(argv) + 1
        cdef char *at = <char *> launch.argv + above
        at = _laid(launch.argv, argv, at)
        at = _laid(launch.environment, environment, at)
        launch.program = at
        at = _copied(program, at)
        launch.directory = at
        _copied(directory, at)
        for number in range(3):
            launch.stdio[number] = stdio[number]
        launch.gate = gate
        launch.keeper = keeper
        launch.fault = fault
        self._start(launch)

    cdef int _start(self, launch_t *launch) except -1:
        # A handler of ours must not run in the child, which would write to memory that is ours.
        cdef sigset_t every
        sigfillset(&every)
        sigprocmask(SIG_BLOCK, &every, &launch.mask)
        cdef pid_t pid = clone(_live, launch, CLONE_VM | SIGCHLD, launch)
        if pid < 0 and errno == EINVAL:
            # Emulators of other processors know no such child: a copy of the memory does as well.
            pid = clone(_live, launch, SIGCHLD, launch)
        cdef int fault = errno
        sigprocmask(SIG_SETMASK, &launch.mask, NULL)
        if pid < 0:
            raise OSError(fault, strerror(fault).decode())
        self.pid = pid
        return 0

    def bury(self):
        """It was reaped: what it had of this process's memory is given back."""
        self.pid = 0

    def __dealloc__(self):
        # One that nobody reaped may still read it.
        if self.pid == 0:
            free(self._room)


cdef char *_laid(char **into, list words, char *at) except NULL:
    """Copies `words` to `at`, and where each begins `into`; the end of it."""
    cdef size_t count = 0
    for word in words:
        into[count] = at
        at = _copied(word, at)
        count += 1
    into[count] = NULL
    return at


cdef char *_copied(bytes word, char *at) except NULL:
    memcpy(at, <const char *> word, len(word) + 1)
    return at + len(word) + 1
