"""`skope agg`: takes records until it is asked to stop."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Final

from skope.agg.folder import Folder
from skope.agg.opening import Opened, open_past
from skope.agg.session import Accounting, read_accounting
from skope.agg.sessions import FOLDER, Choice, choose
from skope.errors import ReportError
from skope.schema.wire import AggConfig, Durability, FrontConfig
from skope.shm.bell import Bell
from skope.shm.segment import Plan
from skope.shm.stripes import Stripes
from skope.store.directory import Directory, open_directory
from skope.store.lock import RoleLock
from skope.store.names import aggregate_name, file_stem
from skope.supervisor.access import settle
from skope.supervisor.crew import IntakeCrew
from skope.supervisor.place import Place
from skope.supervisor.rig import Rig
from skope.supervisor.sockets import Listeners, listen
from skope.supervisor.token import TokenFile
from skope.supervisor.voice import Voice
from skope.units import NS_PER_S
from skope.view.intake import Standing, line
from skope.view.numbers import count

PERIOD_NS: Final = NS_PER_S
"""Of the sampler: a record wants the machine's memory, not its every move."""

SAY_EVERY_S: Final = 10.0
_PATIENCE_S: Final = 1.0
"""A recovery that takes longer says how far it is."""
_ROLE: Final = "agg"
_PLAN: Final = Plan(period_ns=PERIOD_NS, ring=4096, levels=(256, 256, 256), slow=4096, book=16)


@dataclass(frozen=True, kw_only=True, slots=True)
class Intake:
    """What `skope agg` was asked to be."""

    place: Place
    tag: str | None = None
    workers: int = 1
    durability: Durability = "process"
    keep: int = 1_000_000
    max_names: int = 16_384


def take(intake: Intake) -> int:
    """Takes records at the intake's place; returns the exit code once stopped by a signal.

    Raises
    ------
    EnvironmentFault
        If the address, the directory or its lock is not to be had, or a child does not start.
    ForeignReport
        If the session to be continued cannot be read.
    """
    voice = Voice()
    place = intake.place
    with (
        open_directory(place.directory, given=place.given) as directory,
        RoleLock(directory, _ROLE),
        listen(place.host, place.port) as listeners,
        _Session(intake, directory, voice) as session,
    ):
        access = settle(
            os.environ,
            wide=listeners.wide,
            no_auth=place.no_auth,
            allow_hosts=place.allow_hosts,
        )
        config = FrontConfig(
            mode="agg",
            directory=str(directory.path),
            session="",
            tag=intake.tag,
            host=place.host,
            port=listeners.port,
            token=access.token,
            allow_hosts=list(access.allow_hosts),
            wide=listeners.wide,
            agg=session.config,
        )
        with (
            TokenFile(directory, _ROLE, access),
            Rig(listeners, config, voice, crew=session.crew, plan=_PLAN) as rig,
        ):
            if rig.start():
                voice.say(_ready(listeners, directory, session.choice))
                if access.generated:
                    voice.say(f"skope: from other machines: Authorization: Bearer {access.token}")
            rig.each_turn = session.say_now_and_then
            rig.wait(lambda: bool(rig.signals.asked))
            rig.stop()
        session.say_last()
    return 0


def _ready(listeners: Listeners, directory: Directory, choice: Choice) -> str:
    how = "continues" if choice.resumed else "begins"
    return (
        f"skope: collecting on {listeners.url}, reports go to {directory.shown}, "
        f"session {choice.name} {how}"
    )


class _Session:
    """The open session: its memory, what its processes are told, what is said of it."""

    def __init__(self, intake: Intake, directory: Directory, voice: Voice) -> None:
        self._intake = intake
        self._directory = directory
        self._voice = voice
        self._said_at = monotonic()
        self._before = Standing(0, 0, {})

    def __enter__(self) -> "_Session":
        with contextlib.ExitStack() as stack:
            self._open(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _open(self, stack: contextlib.ExitStack) -> None:
        intake = self._intake
        root = Path(self._directory.path) / FOLDER
        stem = None if intake.tag is None else file_stem(intake.tag)
        self.choice = choose(root, intake.tag, stem, datetime.now().astimezone())
        self._folder = stack.enter_context(Folder(root / self.choice.stem))
        # One stripe a worker, and one for everything earlier starts left.
        stripes = Stripes.create(stripes=intake.workers + 1, names=intake.max_names)
        stack.callback(os.close, stripes.fd)
        bell = Bell.create(intake.workers)
        stack.callback(os.close, bell.fd)
        with self._progress() as progress:
            opened = open_past(self._folder, stripes, self.choice.name, progress=progress)
        self._past: Opened = opened
        self._before = _standing(opened.accounting)._replace(records=opened.recovered.records)
        self.config = AggConfig(
            session=self.choice.name,
            folder=str(self._folder.path),
            max_names=intake.max_names,
            keep=intake.keep,
            durability=intake.durability,
        )
        self.crew = IntakeCrew(workers=intake.workers, stripes=stripes.fd, bell=bell.fd)

    @contextlib.contextmanager
    def _progress(self) -> "Iterator[partial[None]]":
        told = _Recovery(self._voice)
        yield partial(told.more)
        told.end()

    def say_now_and_then(self) -> None:
        """The line for logs: every ten seconds, when something changed."""
        now = monotonic()
        if now - self._said_at < SAY_EVERY_S:
            return
        seconds, self._said_at = now - self._said_at, now
        self._say(seconds)

    def say_last(self) -> None:
        """How it ended, and where everything is."""
        self._say(monotonic() - self._said_at)
        shown = self._directory.shown_name
        kept = aggregate_name(self.choice.name)
        self._voice.say(f"saved {shown('report_agg.json')}, {shown('report_apps.json')}")
        self._voice.say(f"next: skope show {kept.removesuffix('.agg.json')}   ({shown(kept)})")

    def _say(self, seconds: float) -> None:
        try:
            accounting = read_accounting(self._folder, self.choice.name)
        except ReportError as error:
            self._voice.say(f"skope: {error.message}")
            return
        standing = _standing(accounting)
        if standing != self._before:
            clock = datetime.now().astimezone().strftime("%H:%M:%S")
            self._voice.say(line(clock, standing, self._before, seconds))
        self._before = standing


class _Recovery:
    """Says how far a long recovery is, once a second."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._records = 0
        self._said_at = monotonic()
        self._spoke = False

    def more(self, records: int) -> None:
        """So many records more were read back."""
        self._records += records
        if monotonic() - self._said_at >= _PATIENCE_S:
            self._said_at = monotonic()
            self._spoke = True
            self._voice.say(f"skope: recovering, {count(self._records)} records read back")

    def end(self) -> None:
        """All of them were."""
        if self._spoke:
            self._voice.say(f"skope: recovered {count(self._records)} records")


def _standing(accounting: Accounting) -> Standing:
    return Standing(accounting.accepted, accounting.names, accounting.rejected)
