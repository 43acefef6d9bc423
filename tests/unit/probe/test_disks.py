"""No byte of a disk counts twice."""

from skope.probe.disks import packed, whole_disks


def test_hardware_counts_and_what_stands_on_it_does_not(bare):
    for name in ("vda", "nvme0n1", "loop0", "ram0", "zram0"):
        bare.block(name)
    bare.block("dm-0", "vda2")
    bare.block("md0", "sda1", "sdb1")
    bare.block("bcache0", "vda")
    assert whole_disks(bare.root) == ("nvme0n1", "vda")


def test_without_sysfs_nothing_is_known(bare):
    assert whole_disks(bare.root) == ()


def test_names_are_packed_as_the_kernels_search_them():
    assert packed(("sda", "vda")) == b"sda\nvda\n"
    assert packed(()) == b""
