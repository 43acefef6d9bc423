"""A worker process without HTTP: takes records it makes up, and says which were acknowledged.

Arguments: descriptor of the tally segment, session folder, worker number, first id, and what to
do: `steady` for ever, `journal` die between journal and tally, `row` die inside a row, `full` run
into a file size limit and out of it again. On standard output `s FIRST COUNT` before and
`a FIRST COUNT` after each post. An id is a record's timestamp.
"""

import os
import resource
import signal
import struct
import sys
import time
from pathlib import Path

from skope.agg.folder import Folder
from skope.agg.journal import Limits
from skope.agg.worker import Worker
from skope.errors import StorageFault
from skope.shm.stripes import Stripes

SIZES = (1, 1, 7, 1, 300)
ROWS_OFFSET = 6 * 8
PAUSE_S = 0.002  # or the checks would drown in records


def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def body(first, count):
    return b"".join(
        b'{"name":"n%d","timestamp":%d,"exec_time":%r}\n' % (k % 5, k, k / 1024)
        for k in range(first, first + count)
    )


def post(worker, first, count):
    say("s", first, count)
    worker.intake.post(body(first, count), "application/x-ndjson", now=0.0)
    say("a", first, count)


class DiesBeforeCounting:
    """A tally of a process that is killed between journal and tally."""

    def __init__(self, tally):
        self.seed, self.prepare, self.add_names = tally.seed, tally.prepare, tally.add_names

    def apply(self, batch):
        die()


def die_inside_a_row(worker):
    """Leaves the first row as a kill in the middle of `apply` would: odd, half changed."""
    view = worker.area._view
    (rows,) = struct.unpack_from("<Q", view, ROWS_OFFSET)
    seq, n = struct.unpack_from("<QQ", view, rows)
    struct.pack_into("<QQ", view, rows, seq + 1, n + 1)
    die()


def fill_the_disk(worker, first):
    """A limit that the third request meets; lifted again after three refusals."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, most))
    refused = 0
    while refused < 3:
        try:
            post(worker, first, 300)
        except StorageFault:
            refused += 1
            say("f", first, 300)
        first += 300
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    post(worker, first, 300)
    say("done", worker.area.page.faults, 0)


def main(shm, directory, number, first, what):
    worker = Worker(
        folder=Folder(Path(directory)),
        stripes=Stripes(int(shm)),
        worker=int(number),
        max_names=64,
        memory=lambda: None,
        limits=Limits(most_records=2000),
    )
    first = int(first)
    say("ready", worker.resumed.epoch, worker.resumed.recovered.records)
    if what == "full":
        return fill_the_disk(worker, first)
    turn = 0
    while True:
        count = SIZES[turn % len(SIZES)]
        if what == "journal" and turn == 20:
            worker.intake._tally = DiesBeforeCounting(worker.area.tally)
        if what == "row" and turn == 20:
            die_inside_a_row(worker)
        post(worker, first, count)
        first += count
        turn += 1
        time.sleep(PAUSE_S)


if __name__ == "__main__":
    main(*sys.argv[1:])
