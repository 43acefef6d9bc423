"""`skope agg`: takes records until it is asked to stop."""

import contextlib
import shlex
import signal
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic_ns
from typing import Final

from skope.agg.folder import Folder
from skope.agg.opening import Opened, open_past
from skope.agg.segment import SESSION_FILE
from skope.agg.session import Accounting, read_accounting
from skope.agg.sessions import FOLDER, Choice, choose
from skope.errors import ReportError, StorageFault
from skope.schema.wire import AggConfig, Durability, FrontConfig
from skope.shm.bell import Bell
from skope.shm.segment import Plan
from skope.shm.stripes import Stripes
from skope.store.directory import Directory, open_directory
from skope.store.lock import RoleLock
from skope.store.names import aggregate_address, aggregate_name, file_stem
from skope.supervisor.access import settle_at
from skope.supervisor.bulletin import Bulletin, Recovery
from skope.supervisor.crew import IntakeCrew
from skope.supervisor.losses import UNFINISHED
from skope.supervisor.place import Place
from skope.supervisor.rig import Rig
from skope.supervisor.screen import Screen
from skope.supervisor.sockets import Listeners, listen
from skope.supervisor.tenure import Tenure
from skope.supervisor.token import TokenFile
from skope.supervisor.voice import Voice
from skope.units import NS_PER_S
from skope.view.intake import Standing

PERIOD_NS: Final = NS_PER_S
"""Of the sampler: a record wants the machine's memory, not its every move."""

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
    screen: bool = False
    """Show it on the terminal."""


def take(intake: Intake) -> int:
    """Takes records at the intake's place; returns the exit code once stopped by a signal.

    It is `UNFINISHED` if the last reports could not be written, and nobody was in a hurry.

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
        RoleLock(directory, _ROLE) as lock,
        listen(place.host, place.port, command="skope agg") as listeners,
        _Session(intake, directory, voice) as session,
    ):
        access = settle_at(place, wide=listeners.wide)
        config = FrontConfig(
            mode="agg",
            directory=str(directory.path),
            working_directory=str(Path.cwd()),
            tag=intake.tag,
            token=access.token,
            allow_hosts=list(access.allow_hosts),
            policy=place.policy,
            agg=session.config,
        )
        with (
            TokenFile(directory, _ROLE, access) as token,
            Rig(listeners, config, voice, crew=session.crew, plan=_PLAN) as rig,
        ):
            rig.upkeep = Tenure(lock, token, voice.say).renew
            serving = rig.start()
            if serving:
                voice.say(_ready(listeners, directory, session.choice))
                for line in access.told:
                    voice.say(line)
            with Screen(voice) as screen:
                if serving and intake.screen:
                    screen.start(listeners.url, access.token)
                _collect(rig, session, screen)
            rig.stop()
        finished = not serving or session.say_last()
        return 0 if (finished and not rig.lost) or len(rig.signals.asked) > 1 else UNFINISHED


def _collect(rig: Rig, session: "_Session", screen: Screen) -> None:
    """Until somebody wishes to stop, by a signal or at the screen."""

    def turn() -> None:
        session.keep_past()
        screen.turn()
        if screen.quit:
            rig.signals.note(signal.SIGTERM, monotonic_ns())
        elif not screen.shown:
            session.say_now_and_then()

    rig.each_turn = turn
    rig.wait(lambda: bool(rig.signals.asked))


def _ready(listeners: Listeners, directory: Directory, choice: Choice) -> str:
    how = "continues" if choice.resumed else "begins"
    return (
        f"skope: collecting on {listeners.spoken}, reports go to {directory.shown}, "
        f"session {choice.name} {how}"
    )


class _Session:
    """The open session: its memory, what its processes are told, what is said of it."""

    def __init__(self, intake: Intake, directory: Directory, voice: Voice) -> None:
        self._intake = intake
        self._directory = directory
        self._voice = voice
        self._look_ns = 0

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
        for rotten in self.choice.rotten:
            file = self._directory.shown_name(f"{FOLDER}/{rotten}/{SESSION_FILE}")
            self._voice.say(f"skope: {file} cannot be read: that session is not continued")
        self._folder = stack.enter_context(Folder(root / self.choice.stem))
        # One stripe a worker, and one for everything earlier starts left.
        stripes = stack.enter_context(
            Stripes.create(stripes=intake.workers + 1, names=intake.max_names)
        )
        bell = stack.enter_context(Bell.create(intake.workers))
        recovery = Recovery(self._voice.say)
        name = self.choice.name
        self._opened: Opened = open_past(self._folder, stripes, name, progress=recovery.more)
        recovery.end()
        self._accounting = self._opened.accounting
        known = _standing(self._accounting)._replace(
            records=self._opened.past.recovered.records, names=len(self._opened.area.tally)
        )
        self._bulletin = Bulletin(self._voice.say, known)
        self.config = AggConfig(
            session=self.choice.name,
            folder=str(self._folder.path),
            max_names=intake.max_names,
            keep=intake.keep,
            durability=intake.durability,
        )
        self.crew = IntakeCrew(workers=intake.workers, stripes=stripes.fd, bell=bell.fd)

    def keep_past(self) -> None:
        """Has what earlier starts left on the disk, whoever removes it."""
        now = monotonic_ns()
        if now < self._look_ns:
            return
        self._look_ns = now + NS_PER_S
        with contextlib.suppress(StorageFault):  # said by whoever writes the reports
            if self._opened.keep_past(self._folder):
                place = self._directory.shown_name(f"{FOLDER}/{self.choice.stem}")
                lost = "what it counted is kept, its executions are gone"
                self._voice.say(f"skope: somebody removed {place}: {lost}")

    def say_now_and_then(self) -> None:
        """The line for logs."""
        self._bulletin.now_and_then(self._read)

    def say_last(self) -> bool:
        """How it ended, and where everything is; whether it was an end in order."""
        self._bulletin.say(self._read())
        shown = self._directory.shown_name
        if not self._accounting.closed:
            self._voice.say("skope: the last reports were not written; no record is lost")
            self._voice.say(f"next: skope agg --tag {shlex.quote(self.choice.name)} continues it")
            return False
        kept = aggregate_name(self.choice.name)
        self._voice.say(f"saved {shown('report_agg.json')}, {shown('report_apps.json')}")
        shown_by = shlex.quote(aggregate_address(self.choice.name))
        self._voice.say(f"next: skope show {shown_by}   ({shown(kept)})")
        return True

    def _read(self) -> Standing:
        """As of the publisher's last word; as before, if that cannot be read."""
        with contextlib.suppress(ReportError, OSError):
            self._accounting = read_accounting(self._folder, self.choice.name)
        return _standing(self._accounting)


def _standing(accounting: Accounting) -> Standing:
    return Standing(accounting.accepted, accounting.names, accounting.rejected)
