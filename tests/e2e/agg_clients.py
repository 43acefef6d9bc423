"""Clients that remember what they sent and what was acknowledged: acked ⊆ recovered ⊆ sent."""

import http.client
import threading
import time
from collections import Counter
from fractions import Fraction

from skope.schema.aggregate import UNIT
from tests.e2e.agg_service import NDJSON, Connection

SIZES = (1, 20, 1, 3, 150)
NAMES = 7
SPAN = 10_000_000
"""Ids one client may use; an id is a record's timestamp."""
PAUSE_S = 0.004  # or the checks would drown in records
RETRY_S = 0.02


def time_of(number):
    """The time of the record `number`."""
    return number % 4096 / 1024


def lines_of(numbers):
    return b"".join(
        b'{"name":"n%d","timestamp":%d,"exec_time":%r}\n' % (k % NAMES, k, time_of(k))
        for k in numbers
    )


class Client(threading.Thread):
    """Posts until told to stop; never the same record twice."""

    def __init__(self, number, url):
        super().__init__(daemon=True)
        self.next = SPAN * (1 + number)
        self.url = url
        self.sent = set()
        self.acked = set()
        self.refused = Counter()
        self.broken = 0
        self.over = threading.Event()
        self.answered = threading.Event()

    def run(self):
        turn = 0
        connection = None
        while not self.over.is_set():
            numbers = range(self.next, self.next + SIZES[turn % len(SIZES)])
            self.next = numbers.stop
            turn += 1
            connection = connection or Connection(self.url)
            self.sent.update(numbers)
            try:
                status, answer = connection.post(lines_of(numbers), NDJSON)
            except (OSError, http.client.HTTPException, ValueError):
                self.broken += 1
                connection.close()
                connection = None
                self.over.wait(RETRY_S)
                continue
            if status == 200:
                assert answer == {"accepted": len(numbers)}
                self.acked.update(numbers)
                self.answered.set()
            else:
                self.refused[str(status)] += 1
            time.sleep(PAUSE_S)
        if connection:
            connection.close()


class Clients:
    """A crowd of them, over as many starts of the server as there are."""

    def __init__(self):
        self.all = []
        self.running = []

    def start(self, url, count=6):
        self.running = [Client(len(self.all) + k, url) for k in range(count)]
        self.all += self.running
        for client in self.running:
            client.start()

    def wait_for_answers(self, patience_s=60):
        """Every running client was answered once more."""
        for client in self.running:
            client.answered.clear()
        for client in self.running:
            assert client.answered.wait(patience_s), "no answer"

    def stop(self):
        for client in self.running:
            client.over.set()
        for client in self.running:
            client.join(60)
            assert not client.is_alive()
        self.running = []

    @property
    def sent(self):
        return set().union(*(client.sent for client in self.all))

    @property
    def acked(self):
        return set().union(*(client.acked for client in self.all))

    @property
    def refused(self):
        return sum((client.refused for client in self.all), Counter())

    def check(self, executions, aggregate):
        """Holds both reports against what was sent and answered; how many records there are."""
        found = [int(each["timestamp"]) for each in executions]
        recovered = set(found)
        assert len(found) == len(recovered), "a record is there twice"
        lost = self.acked - recovered
        assert not lost, f"{len(lost)} acknowledged records are lost"
        assert recovered <= self.sent, "a record nobody sent"
        check_rows(aggregate, executions)
        return len(found)


def check_rows(aggregate, executions):
    """Every exact figure of the aggregate against the executions themselves."""
    times = {}
    for each in executions:
        times.setdefault(each["name"], []).append(each["exec_time"])
    assert aggregate.keys() == times.keys()
    for name, row in aggregate.items():
        truth = times[name]
        assert row["total_execs"] == len(truth)
        assert Fraction(int(row["exec_time_sum"], 16), UNIT) == sum(map(Fraction, truth))
        assert row["total_exec_time"] == float(sum(map(Fraction, truth)))
        assert (row["min"], row["max"]) == (min(truth), max(truth))
        counted = row["zeros"] + sum(sum(counts) for _, counts in row["histogram"])
        assert counted == len(truth)
