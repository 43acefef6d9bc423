"""Counts batches of one name for ever, with no journal in between.

Arguments: segment, folder, worker.
"""

import sys
from pathlib import Path

from skope._fast import LINES
from skope.agg.folder import Folder
from skope.agg.worker import Worker
from skope.shm.stripes import Stripes

worker = Worker(
    folder=Folder(Path(sys.argv[2])),
    stripes=Stripes(int(sys.argv[1])),
    worker=int(sys.argv[3]),
    max_names=8,
    memory=lambda: None,
)
tally, batch = worker.area.tally, worker.intake._batch
body = b'{"name":"a","exec_time":0.75,"exec_memory_usage":-0.5}\n' * 50
worker.intake.post(body, "application/x-ndjson", now=1.0)
sys.stdout.write("ready\n")
sys.stdout.flush()
while True:
    batch.scan(body, LINES, 1.0, float)
    tally.prepare(batch)
    tally.apply(batch)
