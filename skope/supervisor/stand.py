"""What every command that launches things to measure stands on, up for as long as it takes."""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from skope.schema.wire import FrontConfig, Origin
from skope.store.directory import Directory, open_directory
from skope.store.lock import RoleLock, runner_role
from skope.supervisor.access import Access, settle_at
from skope.supervisor.command import Command
from skope.supervisor.guarding import Guard
from skope.supervisor.place import Place
from skope.supervisor.reaper import become_subreaper
from skope.supervisor.rig import Rig
from skope.supervisor.sockets import Listeners, listen
from skope.supervisor.tenure import Tenure
from skope.supervisor.token import TokenFile
from skope.supervisor.voice import Voice

KEPT_RUNS: Final = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Stand:
    """A rig that is up, and what belongs to it."""

    rig: Rig
    guard: Guard
    directory: Directory
    environment: Mapping[str, str]
    """A script's: ours, and how to reach us."""
    voice: Voice

    @property
    def asked(self) -> list[int]:
        """The signals that asked to stop, in order."""
        return self.rig.signals.asked


@contextlib.contextmanager
def standing(
    place: Place,
    commands: Mapping[str, Command],
    *,
    guard: Guard,
    command: str,
    append: bool = False,
) -> Iterator[Stand]:
    """A stand for what is launched under each tag of `commands`; the first is the runner's own.

    `command` is what a lock's holder is called.

    Raises
    ------
    EnvironmentFault
        If the address, the directory or a lock is not to be had.
    """
    voice, tags = Voice(), [*commands]
    with (
        open_directory(place.directory, given=place.given) as directory,
        _locks(directory, tags, command) as locks,
        listen(place.host, place.port, command=command, tag=tags[0]) as listeners,
    ):
        access = settle_at(place, wide=listeners.wide)
        if place.port == 0:
            voice.say(f"skope: listening on {listeners.spoken}")
        config = FrontConfig(
            mode="runner",
            directory=str(directory.path),
            working_directory=str(Path.cwd()),
            tag=tags[0],
            origins=_origins(commands),
            token=access.token,
            allow_hosts=list(access.allow_hosts),
            keep_runs=KEPT_RUNS,
            append=append,
            watch=place.watch,
            policy=place.policy,
        )
        become_subreaper()
        with (
            TokenFile(directory, runner_role(tags[0]), access) as token,
            Rig(listeners, config, voice) as rig,
        ):
            tenures = [Tenure(lock, token, voice.say) for lock in locks]
            rig.upkeep = lambda: _renew(tenures)
            environment = script_environment(os.environ, listeners, access)
            yield Stand(
                rig=rig, guard=guard, directory=directory, environment=environment, voice=voice
            )


def script_environment(
    environment: Mapping[str, str], listeners: Listeners, access: Access
) -> dict[str, str]:
    """Ours, and how to reach us."""
    reach = {
        "SKOPE_URL": listeners.url,
        "SKOPE_HOST": listeners.connect_host,
        "SKOPE_PORT": str(listeners.port),
    }
    # Bound to one outward address, even this machine's own clients are no loopback peers.
    token = {"SKOPE_TOKEN": access.token} if access.token else {}
    return {**environment, **reach, **token}


@contextlib.contextmanager
def _locks(directory: Directory, tags: Sequence[str], command: str) -> Iterator[list[RoleLock]]:
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(RoleLock(directory, runner_role(tag), command=command))
            for tag in tags
        ]


def _renew(tenures: Sequence[Tenure]) -> None:
    for tenure in tenures:
        tenure.renew()


def _origins(commands: Mapping[str, Command]) -> dict[str, Origin]:
    here = str(Path.cwd())
    return {
        tag: Origin(directory=command.directory or here, workload=command.workload)
        for tag, command in commands.items()
    }
