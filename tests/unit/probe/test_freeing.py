"""Which file systems let who frees their blocks sleep."""

import os

import pytest

from skope.probe.freeing import sleeps_for_the_disk

DEVICE = os.makedev(254, 0)
MOUNT = "27 1 254:0 / {} rw,relatime shared:1 - {} /dev/vda rw,{}\n"
OTHERS = "22 27 0:21 / /proc rw - proc proc rw\n31 27 254:1 / /a rw - ext4 /dev/vdb rw,discard\n"


@pytest.fixture
def disk(bare):
    """A machine with one ext4, to be mounted."""
    (bare.root / "sys/dev/block").mkdir(parents=True)
    (bare.root / "sys/dev/block/254:0").symlink_to("../../devices/virtio1/block/vda")
    bare.write("sys/fs/ext4/vda/journal_task", "<none>\n")

    def mounted(kind="ext4", options="discard,errors=continue", at="/"):
        bare.write("proc/self/mountinfo", OTHERS + MOUNT.format(at, kind, options))
        return sleeps_for_the_disk(DEVICE, bare.root)

    mounted.tree = bare
    return mounted


def test_one_that_tells_its_disk_and_has_no_journal_does(disk):
    assert disk()
    assert disk(options="discard", at="/a\\040-\\040b")


def test_no_other_does(disk):
    assert not disk(options="errors=continue")
    assert not disk(options="nodiscard")
    assert not disk(kind="xfs")
    assert disk()
    assert not sleeps_for_the_disk(os.makedev(254, 2), disk.tree.root)
    disk.tree.write("sys/fs/ext4/vda/journal_task", "142\n")
    assert not disk()


@pytest.mark.parametrize(
    "name", ["proc/self/mountinfo", "sys/dev/block/254:0", "sys/fs/ext4/vda/journal_task"]
)
def test_where_nobody_knows_it_is_no(disk, name):
    assert disk()
    disk.tree.remove(name)
    assert not sleeps_for_the_disk(DEVICE, disk.tree.root)
