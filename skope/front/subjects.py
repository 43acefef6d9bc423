"""What a capture that starts now is about: whom it names, the script's tree, or the machine."""

from time import monotonic_ns
from typing import Final

from skope._fast import Entry
from skope.errors import SkopeError
from skope.front.aims import resolve, words_of
from skope.front.settling import Halt, settle
from skope.front.trees import SCRIPT, Subject, Trees
from skope.probe.identity import find
from skope.probe.unified import find_group
from skope.schema.target import Target
from skope.schema.wire import RunBegin

_MACHINE: Final = Subject()


class Subjects:
    """Chooses, and keeps the watch list as short as the book of captures allows."""

    def __init__(self, trees: Trees | None = None, usual: Target | None = None) -> None:
        """`usual` is what is watched when a capture names nothing: ``--watch``."""
        self._trees = trees
        self._usual = usual

    def of(
        self, target: Target | None, launch: RunBegin | None, of_launch: Entry | None
    ) -> Subject:
        """The subject of a capture.

        Parameters
        ----------
        target : whom its /start names
        launch : the script that is about to begin, for the capture of all of it
        of_launch : that capture, once its script runs

        Raises
        ------
        UnknownProcess, Forbidden
            If there is nobody to watch, or somebody else's process.
        """
        target = target or self._usual
        if self._trees is None:
            return _MACHINE
        if target is not None:
            return self._named(self._trees, target, launch)
        if launch is not None:
            script = find(launch.pid)
            if script is None:
                return Subject(SCRIPT)  # ended before anybody could watch it
            return self._trees.script(script.pid, script.started, monotonic_ns(), launch.group)
        return self._trees.again(of_launch) if of_launch else _MACHINE

    @property
    def are_watched(self) -> bool:
        """Whether any tree is watched, or will be by the next capture."""
        return self._trees is not None and (self._usual is not None or self._trees.watched > 0)

    def follow(self, slot: int) -> None:
        """A capture was opened in `slot` of the book."""
        if self._trees is not None:
            self._trees.heads.follow(slot)

    def housekeep(self, now_ns: int) -> None:
        """Folds the heads of captures whose start is about to leave a tree's record."""
        if self._trees is not None:
            self._trees.heads.advance(now_ns)

    async def settle(self, halt: Halt) -> None:
        """Returns once the record holds what a stop needs."""
        if self._trees is not None:
            await settle(halt, self._trees.reached, self._trees.period_ns)

    def end(self, launch: Entry | None) -> None:
        """The script of a launch has ended, and its tree with it."""
        if launch is None or launch.tree is None or launch.subject != SCRIPT:
            return
        if self._trees is not None:
            self._trees.end_script(launch.tree)

    def tidy(self) -> None:
        """A capture was closed: what nobody watches any more is let go."""
        if self._trees is not None:
            self._trees.tidy()

    def _named(self, trees: Trees, target: Target, launch: RunBegin | None) -> Subject:
        try:
            if target.kind == "group":
                return trees.group(find_group(target.path))
            found = resolve(target)
            trees.refuse_own(found.pid)
        except SkopeError:
            if launch is None:
                raise
            # The script may be about to start it: then its own /start finds it.
            return Subject(words_of(target))
        return trees.process(found.pid, found.started, words_of(target, found))
