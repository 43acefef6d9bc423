"""One directory, held open, in which files are replaced whole or not at all.

Every operation is relative to the descriptor and follows no link, so neither a name nor a link
planted later leads outside. A file is written under a temporary name in its own folder, then
renamed: a reader sees the old one or the new one.

A directory that is removed, moved away or made anew under a running Skope is followed: the path
counts, for every reader and every writer alike. One that is gone reads as empty and is made anew
by whoever writes next.
"""

import errno
import os
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from skope.errors import ForeignReport, StorageFault, UnknownReport, UnsafeDirectory, storage_fault
from skope.store.contents import MOST_BYTES, opened, read_whole, room_for, write_all
from skope.store.folder import FOLDER, Folder, absolute, make_with_parents, open_folder, relative
from skope.store.safety import refuse_unsafe
from skope.store.temporary import PREFIX, new_temporary, remove_if_abandoned, unlink_quietly
from skope.store.writing import Writing, writing_of

if TYPE_CHECKING:
    from pathlib import Path

    from skope.store.spares import Spares

_NOT_ON_THIS_FILE_SYSTEM: Final = frozenset(
    {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EXDEV, errno.EMLINK, errno.EACCES}
)


def open_directory(path: "str | Path", *, given: bool, create: bool = True) -> "Directory":
    """Open the report directory at `path`, after making sure nobody else can write it.

    Parameters
    ----------
    path : the directory
    given : whether a person named it (``--dir``, ``SKOPE_DIR``); only then may it be a link
    create : make it, with its parents, where there is none

    Raises
    ------
    UnsafeDirectory
        If it is a link, open to all, or someone else's while its parent is not.
    UnknownReport
        If there is none and `create` is false.
    StorageFault
        If it cannot be made or opened.
    """
    try:
        place = absolute(os.fspath(path))
        shown = relative(place)
    except OSError as error:
        raise storage_fault(error, "cannot find the current directory") from error
    directory = Directory(place, shown=shown, given=given)
    directory.open(create=create)
    return directory


class Directory:
    """An open directory. Names are relative and may hold one sub-folder: ``series/x.json``."""

    def __init__(self, place: str, *, shown: str, given: bool) -> None:
        self.shown: Final = shown
        self.fd = -1
        self._given: Final = given
        self._place: Final = place
        self._held: tuple[int, int] = (0, 0)
        """Device and inode of what `fd` is."""
        self._stays = False
        self._swept: set[str] = set()
        self._spares: Spares | None = None

    @property
    def path(self) -> "Path":
        from pathlib import Path  # noqa: PLC0415 - a command that only compares never asks

        return Path(self._place)

    def open(self, *, create: bool) -> None:
        """Open, checked; what `open_directory` does."""
        try:
            created = create and make_with_parents(self._place)
            fd = os.open(self._place, FOLDER | (0 if self._given else os.O_NOFOLLOW))
        except FileNotFoundError as error:
            if create:
                raise storage_fault(error, f"cannot make {self.shown}") from error
            message = f"there is no {self.shown} here"
            hint = "`skope runner` and `skope server` make it; --dir names another"
            raise UnknownReport(message, hint=hint) from None
        except OSError as error:
            if not self._given and os.path.islink(self._place):  # noqa: PTH114 - raises nothing
                message = f"{self.shown} is a link, and what it leads to may be anyone's"
                raise UnsafeDirectory(message, hint="--dir says that it is meant") from None
            raise storage_fault(error, f"cannot open {self.shown}") from error
        try:
            refuse_unsafe(fd, self.shown)
        except BaseException:
            os.close(fd)
            raise
        status = os.fstat(fd)
        if self.fd < 0:
            self.fd = fd
        else:
            # The number stays: another thread may be about to use it.
            os.dup2(fd, self.fd, inheritable=False)
            os.close(fd)
        self._held = (status.st_dev, status.st_ino)
        self._swept.clear()
        self._spares = None
        if created:
            self.replace(".gitignore", b"*\n")

    def follow(self, *, create: bool = False) -> bool:
        """Make sure that the open directory is the one at its path; whether there is one.

        Raises
        ------
        UnsafeDirectory, StorageFault
            If what is there now cannot be used.
        """
        if self._stays:
            return True
        try:
            status = os.stat(self._place, follow_symlinks=self._given)  # noqa: PTH116 - cheaper
        except (FileNotFoundError, NotADirectoryError):
            if not create:
                return False
        except OSError:
            return True  # its path cannot be walked any more, but what is open is as good as ever
        else:
            if (status.st_dev, status.st_ino) == self._held:
                return True
        try:
            self.open(create=create)
        except UnknownReport:
            return False
        return True

    def stay(self) -> None:
        """Follow now, and no more until `go_on`; one that is removed is still begun anew."""
        self._stays = self.follow()

    def go_on(self) -> None:
        """Follow whenever something is done, as before `stay`."""
        self._stays = False

    def tidy(self) -> None:
        """Remove what was kept to be written over."""
        if self._spares:
            self._spares.remove(self.fd)

    def close(self) -> None:
        self.tidy()
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def shown_name(self, name: str) -> str:
        """How messages call the file `name`."""
        return f"{self.shown}/{name}"

    def read(self, name: str, *, most: int = MOST_BYTES) -> bytes:
        """All of a file that has at most so many bytes.

        Raises
        ------
        FileNotFoundError
            If there is none.
        ForeignReport
            If it is a link, no regular file, or larger than that.
        StorageFault
            If it may not be read.
        """
        shown = self.shown_name(name)
        try:
            with self._folder(name) as (fd, leaf):
                return read_whole(opened(leaf, fd), shown, regular=True, most=most)
        except (FileNotFoundError, NotADirectoryError):
            raise FileNotFoundError(name) from None
        except OSError as error:
            if error.errno == errno.ELOOP:
                message = f"{shown} is a link, and links are not followed there"
                raise ForeignReport(message, hint="write its path: ./path/to.json") from None
            raise storage_fault(error, f"cannot read {shown}") from error

    def replace(self, name: str, data: bytes, *, again: bool = False) -> Writing:
        """Make `data` the whole content of `name`, at once for every reader; which writing it is.

        With `again` it is an own file, in no folder, that will be replaced often: see
        `skope.store.spares`.
        """
        try:
            return self._renew(name, data) if again else self._replace(name, data)
        except FileNotFoundError:
            # Somebody removed the directory just now: begin a new one, once.
            self.open(create=True)
            return self._replace_or_fault(name, data)
        except OSError as error:
            raise self._write_fault(name, error) from error

    def can_supersede(self, name: str) -> bool:
        """Whether it is worth trying."""
        return self._spares is not None and name in self._spares

    def supersede(
        self, name: str, known: Writing, data: bytes, *, folder: str, beside: bytes | None
    ) -> Writing | None:
        """`replace` with `again`, in a turn of its own, if `known` is what has the name now.

        `beside` is rewritten in the file of the same name in `folder` before. All of it is one
        call of the kernel's for what else takes a dozen. None where it cannot be done so; then the
        file is what it was.
        """
        if self._spares is None:
            return None
        return self._spares.supersede(name, known, data, folder=folder.encode(), beside=beside)

    def rewrite(self, name: str, data: bytes) -> None:
        """Make `data`, followed by blanks, the content of `name`: in place if there is room for it.

        That costs a tenth of replacing it. Whoever reads meanwhile, or after a power failure, may
        find a part of it: it is for data that tells whether it is whole.
        """
        from skope._fast import write_over  # noqa: PLC0415 - who only reads needs no kernel

        with suppress(OSError), self._folder(name) as (fd, leaf):
            if write_over(fd, os.fsencode(leaf), data):
                return
        self.replace(name, data.ljust(room_for(len(data))))

    def exists(self, name: str) -> bool:
        try:
            with self._folder(name) as (fd, leaf):
                os.stat(leaf, dir_fd=fd, follow_symlinks=False)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise storage_fault(error, f"cannot look at {self.shown_name(name)}") from error
        return True

    def remove(self, name: str) -> None:
        """Remove a file; none there is as good."""
        try:
            with self._folder(name) as (fd, leaf):
                os.unlink(leaf, dir_fd=fd)
        except FileNotFoundError:
            return
        except OSError as error:
            raise storage_fault(error, f"cannot remove {self.shown_name(name)}") from error

    def remove_if_empty(self, folder: str) -> None:
        """Remove one of its folders if nothing is in it."""
        if self.follow():
            with suppress(OSError):
                os.rmdir(folder, dir_fd=self.fd)

    def rename(self, old: str, new: str) -> None:
        """Give a file another name, replacing what had it."""
        try:
            with self._folder(old) as (old_fd, source), self._folder(new, make=True) as (fd, leaf):
                os.rename(source, leaf, src_dir_fd=old_fd, dst_dir_fd=fd)
        except OSError as error:
            raise self._write_fault(new, error) from error

    def duplicate(self, old: str, new: str) -> None:
        """Give a file a second name; a copy where the file system knows no hard links."""
        try:
            with self._folder(old) as (old_fd, source), self._folder(new, make=True) as (fd, leaf):
                os.link(source, leaf, src_dir_fd=old_fd, dst_dir_fd=fd, follow_symlinks=False)
        except OSError as error:
            if error.errno not in _NOT_ON_THIS_FILE_SYSTEM:
                raise self._write_fault(new, error) from error
            self.replace(new, self.read(old))

    def same(self, one: str, other: str) -> bool:
        """Whether two names are one file."""
        return self._status(one)[:2] == self._status(other)[:2]

    def identity(self, name: str) -> Writing | None:
        """Which file has the name now, and which writing of it; None if none has."""
        try:
            return self._status(name)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise storage_fault(error, f"cannot look at {self.shown_name(name)}") from error

    def changed_ns(self, name: str) -> int:
        """When the file was last written."""
        return self._status(name)[2]

    def names(self, folder: str = "") -> list[str]:
        """The files in the directory or in one of its folders, in no order; temporary ones not."""
        if not self.follow():
            return []
        try:
            return [name for name in self._all_names(folder) if not name.startswith(".")]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise storage_fault(error, f"cannot list {self.shown_name(folder)}") from error

    def _all_names(self, folder: str) -> list[str]:
        # A descriptor of its own: a shared one has one position for all who read it.
        fd = os.open(folder or ".", FOLDER | os.O_NOFOLLOW, dir_fd=self.fd)
        try:
            return os.listdir(fd)  # noqa: PTH208 - of a descriptor
        finally:
            os.close(fd)

    def _status(self, name: str) -> Writing:
        with self._folder(name) as (fd, leaf):
            return writing_of(os.stat(leaf, dir_fd=fd, follow_symlinks=False))

    def _replace_or_fault(self, name: str, data: bytes) -> Writing:
        try:
            return self._replace(name, data)
        except OSError as error:
            raise self._write_fault(name, error) from error

    def _replace(self, name: str, data: bytes, *, spares: "Spares | None" = None) -> Writing:
        with self._folder(name, make=True) as (fd, leaf):
            self._sweep(fd, name.rpartition("/")[0])
            temporary, file = new_temporary(fd)
            try:
                write_all(file, data)
                written = writing_of(os.fstat(file))
                if spares is None or not spares.take(fd, temporary, leaf, file):
                    os.rename(temporary, leaf, src_dir_fd=fd, dst_dir_fd=fd)
            except BaseException:
                unlink_quietly(temporary, fd)
                raise
            finally:
                os.close(file)
        return written

    def _renew(self, name: str, data: bytes) -> Writing:
        if not self._spares:
            from skope.store.spares import Spares  # noqa: PLC0415 - who only reads needs no kernel

            self._spares = Spares(self.fd, self._place, follow=self._given, held=self._held)
        with self._folder(name, make=True) as (fd, leaf):
            written = self._spares.write(fd, leaf, data)
        return written or self._replace(name, data, spares=self._spares)

    def _sweep(self, fd: int, folder: str) -> None:
        """Remove what writers that died have left, once per folder."""
        if folder in self._swept:
            return
        self._swept.add(folder)
        for name in self._all_names(folder):
            if name.startswith(PREFIX):
                remove_if_abandoned(name, fd)

    def _write_fault(self, name: str, error: OSError) -> StorageFault:
        return self.fault(error, f"cannot write {self.shown_name(name)}")

    def fault(self, error: OSError, doing: str) -> StorageFault:
        """What the kernel says about a file that was to be made in the directory."""
        if error.errno == errno.ENOENT and self.follow():
            return StorageFault(
                f"{doing}: no file can be made there", hint="--dir names another directory"
            )
        return storage_fault(error, doing)

    def _folder(self, name: str, *, make: bool = False) -> Folder:
        """The descriptor of the folder `name` is in, and its last part, to be entered."""
        if not self.follow(create=make):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        folder, _, leaf = name.rpartition("/")
        if not folder:
            return Folder(self.fd, leaf, opened=False)
        return Folder(open_folder(folder, self.fd, make=make), leaf, opened=True)
