import pytest

from skope.errors import Unsupported
from skope.supervisor.platform import require_linux


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_elsewhere_it_says_what_it_needs(platform):
    with pytest.raises(Unsupported, match="`skope server` needs Linux"):
        require_linux("server", platform)


def test_on_linux_it_says_nothing():
    require_linux("server", "linux")
