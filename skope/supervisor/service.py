"""`skope server`: listens until it is asked to stop."""

from pathlib import Path
from typing import Final

from skope.schema.wire import FrontConfig
from skope.store.directory import open_directory
from skope.store.lock import RoleLock
from skope.supervisor.access import settle_at
from skope.supervisor.losses import UNFINISHED
from skope.supervisor.place import Place
from skope.supervisor.rig import Rig
from skope.supervisor.sockets import listen
from skope.supervisor.tenure import Tenure
from skope.supervisor.token import TokenFile
from skope.supervisor.voice import Voice

KEPT_RUNS: Final = 20
_ROLE: Final = "server"


def serve(place: Place, *, append: bool = False) -> int:
    """Serves /start and /stop at `place`; returns the exit code once stopped by a signal.

    It is `UNFINISHED` if an open capture could not be saved.

    Raises
    ------
    EnvironmentFault
        If the address, the directory or its lock is not to be had, or a child does not start.
    """
    voice = Voice()
    with (
        open_directory(place.directory, given=place.given) as directory,
        RoleLock(directory, _ROLE) as lock,
        listen(place.host, place.port) as listeners,
    ):
        access = settle_at(place, wide=listeners.wide)
        config = FrontConfig(
            mode="server",
            directory=str(directory.path),
            working_directory=str(Path.cwd()),
            token=access.token,
            allow_hosts=list(access.allow_hosts),
            keep_runs=KEPT_RUNS,
            append=append,
            watch=place.watch,
            policy=place.policy,
        )
        with (
            TokenFile(directory, _ROLE, access) as token,
            Rig(listeners, config, voice) as rig,
        ):
            rig.upkeep = Tenure(lock, token, voice.say).renew
            if rig.start():
                voice.say(
                    f"skope: listening on {listeners.spoken}, reports go to {directory.shown}"
                )
                for line in access.told:
                    voice.say(line)
            rig.wait(lambda: bool(rig.signals.asked))
            rig.stop()
    return UNFINISHED if rig.lost else 0
