"""Where version 2 is mounted, which group is ours, and which one a person may watch."""

import os
from pathlib import Path

import pytest

from skope.errors import SkopeError
from skope.probe.unified import Hierarchy, find_group, hierarchy
from tests.groups import GROUP_PLACE, new_group

OLD = "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n"
NOBODY = 65534


@pytest.mark.parametrize(
    ("mount", "groups", "own"),
    [
        ("/ /sys/fs/cgroup", "0::/user.slice/a.scope\n", "/sys/fs/cgroup/user.slice/a.scope"),
        ("/ /sys/fs/cgroup/unified", "3:cpu:/x\n0::/\n", "/sys/fs/cgroup/unified"),
        ("/docker/ab /mnt/c\\040g", "0::/docker/ab/job\n", "/mnt/c g/job"),
        ("/docker/ab /mnt", "0::/elsewhere\n", None),
        ("/ /mnt", "0::/../outside\n", None),
        ("/ /mnt", "3:cpu:/x\n", None),
    ],
)
def test_our_group_is_found_where_it_is_mounted(bare, mount, groups, own):
    line = f"41 31 0:38 {mount} rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
    bare.write("proc/self/mountinfo", OLD + line)
    bare.write("proc/self/cgroup", groups)
    point = Path(mount.split(" ")[1].replace("\\040", " "))
    assert hierarchy(bare.root) == Hierarchy(point, Path(own) if own else None)


def test_version_one_alone_is_none(bare):
    bare.write("proc/self/mountinfo", OLD)
    assert hierarchy(bare.root) is None


def outcome(text, user=0):
    """What finding the group says, as another user where one is given."""
    read_fd, write_fd = os.pipe()
    child = os.fork()
    if child == 0:
        if user:
            os.setuid(user)
        try:
            said = f"found {find_group(text).name}"
        except SkopeError as error:
            said = error.message
        os.write(write_fd, said.encode())
        os._exit(0)
    os.close(write_fd)
    with os.fdopen(read_fd) as file:
        said = file.read()
    os.waitpid(child, 0)
    return said


@GROUP_PLACE
def test_a_group_is_named_by_folder_or_by_its_path_below_the_mount():
    with new_group() as group:
        mount = hierarchy().mount
        name = str(group.relative_to(mount))
        for text in (str(group), f"/{name}", f"./{name}", f"{group}/../{group.name}/"):
            assert outcome(text) == f"found {name}"
        assert find_group(str(group)).inode == group.stat().st_ino
        assert outcome(f"{name}/cpu.stat") == f"there is no control group {name}/cpu.stat"


@GROUP_PLACE
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_group_of_another_user_is_not_watched():
    with new_group() as group:
        name = str(group.relative_to(hierarchy().mount))
        assert outcome(str(group), NOBODY) == f"the control group {name} is another user's"
        os.chown(group, NOBODY, -1)
        assert outcome(str(group), NOBODY) == f"found {name}"
