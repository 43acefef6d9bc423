"""Whose directory it may be, and files that are there whole or not at all."""

import errno
import os
import resource
import shutil
import stat

import pytest

from skope.errors import ForeignReport, StorageFault, UnknownReport, UnsafeDirectory, storage_fault
from skope.store import directory as module
from skope.store.directory import open_directory
from skope.store.temporary import new_temporary


def leftovers(path):
    return [file.name for file in path.iterdir() if file.name.startswith(".skope-tmp-")]


def test_it_is_made_with_its_parents_and_kept_out_of_git(tmp_path):
    with open_directory(tmp_path / "a" / "b" / ".skope", given=True) as made:
        assert (made.path / ".gitignore").read_text() == "*\n"
        assert stat.S_IMODE(made.path.stat().st_mode) & 0o022 == 0


def test_gitignore_is_written_once(tmp_path):
    open_directory(tmp_path / ".skope", given=False).close()
    (tmp_path / ".skope" / ".gitignore").unlink()
    with open_directory(tmp_path / ".skope", given=False) as again:
        assert not again.exists(".gitignore")


def test_an_absent_one_is_not_made_for_a_reader(tmp_path):
    with pytest.raises(UnknownReport):
        open_directory(tmp_path / ".skope", given=False, create=False)
    assert not (tmp_path / ".skope").exists()


@pytest.mark.parametrize("given", [True, False])
@pytest.mark.parametrize(
    ("place", "said"),
    [("/proc/none", "cannot (make|open) /proc/none: "), ("x" * 300, "the path is too long")],
)
def test_one_that_cannot_be_made_is_said(tmp_path, monkeypatch, place, given, said):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StorageFault, match=said):
        open_directory(place, given=given)


def test_a_link_is_refused_unless_it_was_named(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / ".skope").symlink_to("real")
    with pytest.raises(UnsafeDirectory, match="is a link"):
        open_directory(tmp_path / ".skope", given=False)
    with open_directory(tmp_path / ".skope", given=True) as meant:
        meant.replace("a.json", b"1")
    assert (tmp_path / "real" / "a.json").read_bytes() == b"1"


def test_a_dangling_link_is_refused_too(tmp_path):
    (tmp_path / ".skope").symlink_to("nowhere")
    with pytest.raises(UnsafeDirectory):
        open_directory(tmp_path / ".skope", given=False)


def test_open_to_all_is_refused_unless_sticky(tmp_path):
    folder = tmp_path / ".skope"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(UnsafeDirectory, match="anybody") as caught:
        open_directory(folder, given=True)
    assert "chmod" in caught.value.hint
    folder.chmod(0o1777)
    open_directory(folder, given=True).close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_someone_elses_is_refused_unless_its_parent_is_theirs(tmp_path):
    folder = tmp_path / "home" / ".skope"
    folder.mkdir(parents=True)
    os.chown(folder, 65534, 65534)
    with pytest.raises(UnsafeDirectory, match="somebody else"):
        open_directory(folder, given=False)
    os.chown(folder.parent, 65534, 65534)
    open_directory(folder, given=False).close()


def test_a_file_in_the_way_is_said(tmp_path):
    (tmp_path / ".skope").write_text("")
    with pytest.raises(StorageFault, match="a file is in the way"):
        open_directory(tmp_path / ".skope", given=False)


def test_write_read_rename_remove(directory):
    directory.replace("a.json", b"one")
    directory.replace("series/a.json", b"two")
    assert directory.read("a.json") == b"one"
    assert directory.read("series/a.json") == b"two"
    directory.rename("a.json", "history/a~1.json")
    assert not directory.exists("a.json")
    assert directory.read("history/a~1.json") == b"one"
    directory.remove("history/a~1.json")
    directory.remove("history/a~1.json")
    with pytest.raises(FileNotFoundError):
        directory.read("history/a~1.json")
    with pytest.raises(FileNotFoundError):
        directory.read("nofolder/a.json")


def test_names_are_the_files_and_not_the_hidden_ones(directory):
    directory.replace("b.json", b"")
    directory.replace("series/c.json", b"")
    assert sorted(directory.names()) == ["b.json", "series"]
    assert directory.names("series") == ["c.json"]
    assert directory.names("history") == []


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/etc/passwd")])
def test_only_a_regular_file_is_read_and_nothing_is_waited_for(directory, make):
    make(directory.path / "a.json")
    with pytest.raises(ForeignReport):
        directory.read("a.json")


def test_a_linked_folder_is_not_entered(directory, tmp_path):
    (tmp_path / "outside").mkdir()
    (directory.path / "series").symlink_to(tmp_path / "outside")
    with pytest.raises(StorageFault):
        directory.replace("series/a.json", b"x")
    assert [*(tmp_path / "outside").iterdir()] == []


def test_a_link_at_the_name_is_replaced_not_followed(directory, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (directory.path / "a.json").symlink_to(victim)
    directory.replace("a.json", b"mine")
    assert victim.read_text() == "precious"
    assert directory.read("a.json") == b"mine"


def test_too_large_a_file_is_not_read(directory):
    directory.replace("a.json", b"0123456789")
    assert directory.read("a.json", most=10) == b"0123456789"
    with pytest.raises(ForeignReport, match="larger"):
        directory.read("a.json", most=9)
    with (directory.path / "a.json").open("wb") as file:
        file.truncate(module.MOST_BYTES + 1)
    with pytest.raises(ForeignReport, match="larger"):
        directory.read("a.json")


def test_a_dead_writers_file_is_swept_a_living_ones_is_not(directory):
    (directory.path / ".skope-tmp-dead").write_bytes(b"half")
    name, fd = new_temporary(directory.fd)
    try:
        with open_directory(directory.path, given=False) as another:
            another.replace("a.json", b"x")
        assert leftovers(directory.path) == [name]
    finally:
        os.close(fd)
    with open_directory(directory.path, given=False) as later:
        later.replace("a.json", b"x")
    assert leftovers(directory.path) == []


def test_a_failed_write_leaves_the_old_file_and_nothing_else(directory):
    directory.replace("a.json", b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, hard))
    try:
        with pytest.raises(StorageFault, match=r"cannot write .*a\.json: it would exceed"):
            directory.replace("a.json", bytes(1 << 17))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert directory.read("a.json") == b"old"
    assert leftovers(directory.path) == []
    directory.replace("a.json", b"new")
    assert directory.read("a.json") == b"new"


def test_a_directory_removed_meanwhile_is_begun_anew(directory):
    (directory.path / ".gitignore").unlink()
    directory.path.rmdir()
    directory.replace("a.json", b"x")
    assert (directory.path / "a.json").read_bytes() == b"x"
    assert (directory.path / ".gitignore").exists()


def remove(directory):
    shutil.rmtree(directory.path)


def move_away(directory):
    directory.path.rename(directory.path.with_name("elsewhere"))


@pytest.mark.parametrize("lose", [remove, move_away])
def test_the_path_counts_for_readers_and_writers_alike(directory, lose):
    with open_directory(directory.path, given=True) as reader:
        directory.replace("series/a.json", b"old")
        lose(directory)
        assert not reader.exists("series/a.json")
        assert reader.names("series") == []
        with pytest.raises(FileNotFoundError):
            reader.read("series/a.json")
        assert not directory.path.exists()
        number = directory.fd
        directory.replace("series/a.json", b"new")
        assert reader.read("series/a.json") == b"new"
        assert sorted(reader.names()) == ["series"]
        assert directory.fd == number
        assert not os.get_inheritable(number)


def test_one_made_anew_by_somebody_else_is_checked_again(directory):
    move_away(directory)
    directory.path.mkdir()
    directory.path.chmod(0o777)
    for use in (directory.names, lambda: directory.replace("a.json", b"x")):
        with pytest.raises(UnsafeDirectory, match="anybody"):
            use()
    directory.path.rmdir()
    directory.path.touch()
    with pytest.raises(StorageFault, match="a file is in the way"):
        directory.read("a.json")


def test_where_no_file_can_be_made_it_is_not_called_gone():
    with open_directory("/proc/self", given=True) as there:
        with pytest.raises(StorageFault, match="no file can be made there") as caught:
            there.replace("a.json", b"x")
        assert "--dir" in caught.value.hint


def test_a_second_name_without_hard_links_is_a_copy(directory, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EPERM, "no links here")

    directory.replace("a.json", b"x")
    monkeypatch.setattr(os, "link", refuse)
    directory.duplicate("a.json", "history/a~1.json")
    assert directory.read("history/a~1.json") == b"x"
    assert not directory.same("a.json", "history/a~1.json")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk quota is used up"),
        (errno.EROFS, "the file system is read-only"),
        (errno.EACCES, "permission denied"),
        (errno.EFBIG, "it would exceed the file size limit"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_every_refusal_is_one_clear_sentence(number, words):
    fault = storage_fault(OSError(number, os.strerror(number)), "cannot write x")
    assert fault.message == f"cannot write x: {words}"


def test_it_is_shown_as_it_is_reached_from_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with open_directory(".skope", given=False) as near:
        assert near.shown_name("a.json") == ".skope/a.json"
        assert near.path == tmp_path / ".skope"
    with open_directory(tmp_path.parent / "far", given=True) as far:
        assert far.shown == str(tmp_path.parent / "far")
