"""Serving the watch list: which trees are wished for, and who was born into them.

New processes are looked for among the pids given since the tick before: /proc/loadavg tells the
last one, and asking for a process's clock tells for a fifth of a microsecond whether a pid is one.
Each is asked for twice, because a pid is given before its process can be found. Where very many
were given, or the numbers began anew, /proc is listed instead.
"""

from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport atoi
from libc.string cimport memset
from posix.time cimport clock_gettime, clockid_t, timespec
from posix.unistd cimport close

from skope._fast.archive cimport archives_t, resume
from skope._fast.births cimport close_births, open_births, take_births
from skope._fast.control cimport Header
from skope._fast.fences cimport load_acquire, load_relaxed, store_relaxed, store_release
from skope._fast.group cimport pids_in_group
from skope._fast.layout cimport (
    ABSENT, LEVELS, MAX_WORKERS, TREE_BORN, TREE_FORKED, answer_t, child_t, coarse_t, cursor_t,
    header_t, sample_t, supervisor_t, wish_t, wishes_t,
)
from skope._fast.machine cimport text_of
from skope._fast.members cimport (
    admit, close_fd, has, is_kin, member_of, member_t, note_birth, open_of, read_stat,
    tree_t,
)
from skope._fast.pidparse cimport pid_stat_t, scan_last_pid
from skope._fast.procfile cimport drop, read_record
from skope._fast.slots cimport slots_t
from skope._fast.tree cimport begin, end, forget, look_back, take_row

cdef extern from "<sys/eventfd.h>" nogil:
    int eventfd_write(int fd, uint64_t value)

cdef extern from "<dirent.h>" nogil:
    ctypedef struct DIR:
        pass
    struct dirent:
        char d_name[256]
    DIR *opendir(const char *name)
    dirent *readdir(DIR *folder)
    int closedir(DIR *folder)

cdef enum:
    MOST_TREES = 64
    MOST_LISTED = 16384
    MOST_ASKED = 512                # pids looked at one by one
    BORN_AT_ONCE = 512
    FIRST_WORKER = 2
    LISTED_EVERY = 16               # ticks: births are seen at once, only who moves has to wait

cdef uint64_t UNKNOWN = <uint64_t> ABSENT


cdef slots_t _slots(unsigned char *at, uint64_t capacity, uint64_t size) noexcept nogil:
    cdef slots_t slots
    slots.cursor = <cursor_t *> at
    slots.first = <uint64_t *> (at + sizeof(cursor_t))
    slots.capacity = capacity
    slots.words = size // sizeof(uint64_t)
    return slots


cdef bint _is_process(int pid) noexcept nogil:
    """Whether there is a process of that number; a thread's own number is none."""
    cdef timespec now
    return clock_gettime((~(<clockid_t> pid) << 3) | 2, &now) == 0


cdef class Watchlist:
    """Ticks every tree that is wished for in the segment in `view`.

    `loadavg` is an open descriptor of /proc/loadavg that stays the caller's; -1 is none, and /proc
    is listed at every tick. `bell`, an eventfd or -1, is rung when there are trees to watch.
    `early`: births are heard of before anything is wished for, since a script begins, and may fork
    and end, between its wish and the next tick.
    """

    def __cinit__(self, unsigned char[::1] view, int loadavg, int bell=-1, bint early=False):
        cdef Header header = Header(view)
        if header.at.tree_capacity > MOST_TREES:
            raise ValueError(f"{header.at.tree_capacity} trees, {MOST_TREES} is most")
        self.view = view
        self.wishes = <const wishes_t *> &view[header.at.wishes_offset]
        self.first_wish = <const wish_t *> (self.wishes + 1)
        self.supervisor = <const supervisor_t *> &view[header.at.supervisor_offset]
        self.children = <const child_t *> &view[header.at.children_offset]
        self.capacity = header.at.tree_capacity
        self.area_bytes = header.at.tree_bytes
        self.record_at = header.at.tree_record
        self.areas = &view[header.at.trees_offset] if self.capacity else NULL
        self.loadavg = loadavg
        self.bell = bell
        self.last_pid = self.last_but_one = self.births.fd = -1
        memset(self.trees, 0, sizeof(self.trees))
        self.early = early
        if early:
            self.listen()

    def __dealloc__(self):
        cdef uint64_t k
        for k in range(self.capacity):
            if self.trees[k].seq:
                end(&self.trees[k])
        close_births(&self.births)
        drop(&self.text)

    def put_pss(self, uint64_t slot, uint64_t seq, uint64_t pss, uint64_t rss):
        """A reading of PSS, and RSS as it began, in bytes; the wish's next tick tells it, once."""
        if slot >= self.capacity:
            raise IndexError(f"no tree {slot}")
        store_relaxed(&self.pss_rss[slot], rss)
        store_relaxed(&self.pss[slot], pss)
        store_release(&self.pss_seq[slot], seq)

    cdef void tick(self, uint64_t begin_ns, const sample_t *machine) noexcept nogil:
        """One row for every tree there is; hardly anything when there is none."""
        cdef uint64_t k
        cdef uint64_t growth
        if load_acquire(&self.wishes.count) != self.seen:
            self.obey(begin_ns)
        if self.serving or self.early:
            self.hear(begin_ns)
        if self.serving == 0:
            return
        self.look()
        self.ticks += 1
        for k in range(self.capacity):
            if self.trees[k].seq:
                if self.ticks % LISTED_EVERY == 0:
                    self.list_group(&self.trees[k])
                self.trees[k].pss = self.trees[k].pss_rss = ABSENT
                if load_acquire(&self.pss_seq[k]) == self.trees[k].seq:
                    self.trees[k].pss = <int64_t> load_relaxed(&self.pss[k])
                    self.trees[k].pss_rss = <int64_t> load_relaxed(&self.pss_rss[k])
                    store_release(&self.pss_seq[k], 0)
                growth = self.trees[k].answer.growth
                take_row(&self.trees[k], &self.text, begin_ns, machine)
                if growth & 1 and growth != self.trees[k].answer.growth:
                    self.ring_bell()

    cdef void obey(self, uint64_t now_ns) noexcept nogil:
        """Begins and ends what the wishes say."""
        cdef uint64_t k
        cdef uint64_t seq
        cdef tree_t *tree
        cdef bint heard = self.births.fd >= 0
        self.seen = load_acquire(&self.wishes.count)
        self.serving = 0
        for k in range(self.capacity):
            tree = &self.trees[k]
            seq = load_acquire(&self.first_wish[k].seq)
            if tree.seq and tree.seq != seq:
                end(tree)
            if seq & 1 and tree.seq == 0:
                tree.seq = seq
                tree.wish = <wish_t *> &self.first_wish[k]
                tree.supervisor = self.supervisor
                self.open(tree, self.areas + k * self.area_bytes)
                self.listen()
                begin(tree, &self.text, now_ns)
                self.list_group(tree)
                # A script just forked has no children yet; for others it is a look at everybody.
                self.scan()
                look_back(tree, &self.text)
                # Whoever begins with its wish is to be heard from its first fork on.
                if self.births.fd >= 0 and not tree.resumed and (heard or not tree.wish.reaper):
                    tree.totals[<int> TREE_FORKED] = max(
                        tree.totals[<int> TREE_BORN], <uint64_t> (tree.wish.reaper != 0)
                    )
                    tree.fresh = True
            self.serving += tree.seq != 0
        if self.serving:
            self.ring_bell()
        elif not self.early:
            close_births(&self.births)

    cdef void ring_bell(self) noexcept nogil:
        if self.bell >= 0:
            eventfd_write(self.bell, 1)

    cdef void open(self, tree_t *tree, unsigned char *area) noexcept nogil:
        """Finds its answer and its record, which whoever wished has laid out."""
        cdef unsigned char *record = area + self.record_at
        cdef const header_t *header = <const header_t *> record
        cdef int level
        if tree.opened:
            return
        tree.answer = <answer_t *> area
        tree.ring = _slots(
            record + header.ring_offset, header.ring_capacity, sizeof(sample_t)
        )
        memset(&tree.archives, 0, sizeof(archives_t))
        for level in range(LEVELS):
            tree.archives.levels[level] = _slots(
                record + header.level_offset[level], header.level_capacity[level], sizeof(coarse_t)
            )
            tree.archives.width[level] = header.level_width_ns[level]
        resume(&tree.archives, &tree.ring)
        tree.opened = True

    # --- who was born ---

    cdef void listen(self) noexcept nogil:
        if self.births.fd < 0:
            open_births(&self.births)

    cdef void hear(self, uint64_t now_ns) noexcept nogil:
        """Counts the births that the kernel tells of, also of who is gone already.

        Of a tree that just began, whoever is a member is counted by then, and who was born before
        it was watched is not; a script was watched before it had any children.
        """
        cdef tree_t *tree
        cdef uint64_t k
        cdef size_t count = BORN_AT_ONCE
        cdef size_t m
        cdef bint counts
        while count == BORN_AT_ONCE:
            count = take_births(&self.births, self.born, BORN_AT_ONCE)
            if load_acquire(&self.wishes.count) != self.seen:
                self.obey(now_ns)  # they may be of a script that began just now
            for m in range(count):
                for k in range(self.capacity):
                    tree = &self.trees[k]
                    if tree.seq and is_kin(tree, self.born[m].parent):
                        counts = not tree.fresh or (
                            tree.reaper and not has(tree, self.born[m].child)
                        )
                        note_birth(tree, self.born[m].child, counts)
        for k in range(self.capacity):
            self.trees[k].fresh = False
        if self.births.lost:
            self.births.lost = False
            for k in range(self.capacity):
                self.trees[k].totals[<int> TREE_FORKED] = UNKNOWN

    cdef int64_t newest_pid(self) noexcept nogil:
        self.text.fd = self.loadavg
        if self.loadavg < 0 or read_record(&self.text) != 0:
            return -1
        return scan_last_pid(text_of(&self.text))

    cdef void look(self) noexcept nogil:
        """Takes in whoever was born since the tick before."""
        cdef int64_t newest = self.newest_pid()
        cdef int64_t since = self.last_but_one
        cdef int64_t pid
        if newest >= 0 and newest == self.last_pid and newest == since:
            return
        self.last_but_one = self.last_pid
        self.last_pid = newest
        if newest < 0 or since < 0 or newest < since or newest - since > MOST_ASKED:
            self.scan()
            return
        for pid in range(since + 1, newest + 1):
            if _is_process(<int> pid):
                self.consider(<int> pid)

    cdef void scan(self) noexcept nogil:
        """Takes in whoever is there and belongs to a tree: pids come in order, parents first."""
        cdef DIR *folder = opendir(b"/proc")
        cdef dirent *entry
        if folder == NULL:
            return
        while True:
            entry = readdir(folder)
            if entry == NULL:
                break
            if c"1" <= entry.d_name[0] <= c"9":
                self.consider(atoi(entry.d_name))
        closedir(folder)

    cdef void consider(self, int pid) noexcept nogil:
        """Takes a process into the trees that its parent is in."""
        cdef pid_stat_t stat
        cdef uint64_t k
        cdef int fd = -1
        for k in range(self.capacity):
            if self.trees[k].seq == 0 or has(&self.trees[k], pid):
                continue
            if fd < 0:
                fd = open_of(pid, b"stat")
                if not read_stat(&self.text, fd, &stat):
                    break
            if self.belongs(&self.trees[k], pid, &stat):
                if admit(&self.trees[k], pid, fd, &stat):
                    fd = -1
        if fd >= 0:
            close(fd)

    cdef void list_group(self, tree_t *tree) noexcept nogil:
        """Takes in whom a watched group names, and lets go who moved to another."""
        cdef size_t count
        cdef size_t k
        cdef member_t *member
        if tree.wish.pid or tree.group.stat < 0:
            return
        count = pids_in_group(tree.group.folder, &self.text, self.listed, MOST_LISTED)
        for k in range(tree.count):
            tree.members[k].listed = False
        for k in range(count):
            member = member_of(tree, self.listed[k])
            if member == NULL and not self.is_own(self.listed[k]):
                member = self.enlist(tree, self.listed[k])
            if member != NULL:
                member.listed = True
        for k in range(tree.count):
            if not tree.members[k].listed and count < MOST_LISTED:
                self.dismiss(&tree.members[k])

    cdef member_t *enlist(self, tree_t *tree, int pid) noexcept nogil:
        cdef pid_stat_t stat
        cdef int fd = open_of(pid, b"stat")
        cdef member_t *member
        if not read_stat(&self.text, fd, &stat) or not admit(tree, pid, fd, &stat):
            close_fd(&fd)
            return NULL
        member = &tree.members[tree.count - 1]
        if stat.started < tree.root_started:
            forget(tree, &self.text, member)
        return member

    cdef void dismiss(self, member_t *member) noexcept nogil:
        """Its counts so far stay. A zombie is not listed, and is still its parent's to wait for."""
        cdef pid_stat_t stat
        if read_stat(&self.text, member.stat, &stat) and stat.state != c"Z":
            member.gone = True

    cdef bint belongs(
        self, const tree_t *tree, int pid, const pid_stat_t *stat
    ) noexcept nogil:
        if self.is_own(pid):
            return False
        if tree.reaper and stat.parent == tree.reaper:
            # An orphan of the tree's, unless it was there before the tree. What a script starts is
            # in its session or in one of its own; what Skope starts is in Skope's.
            return (
                stat.started >= tree.root_started and pid != <int> tree.wish.pid
                and stat.session != tree.reaper_session
            )
        return has(tree, <int> stat.parent)

    cdef bint is_own(self, int pid) noexcept nogil:
        """Whether it is one of Skope's own processes, as far as they have said so."""
        cdef int k
        if load_relaxed(&self.supervisor.pid) == <uint64_t> pid:
            return True
        for k in range(FIRST_WORKER + MAX_WORKERS):
            if load_relaxed(&self.children[k].pid) == <uint64_t> pid:
                return True
        return False
