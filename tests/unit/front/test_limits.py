import pytest

from skope.front.limits import limits_of
from skope.schema.wire import FrontConfig

CONFIG = FrontConfig(mode="server", directory="/x", deadline_s=2.0, idle_s=7.0)


@pytest.mark.parametrize("descriptors", [64, 128, 256, 1024, 4096, 20_000, 65_536, 1_000_000])
def test_a_full_backlog_fits_beside_all_connections(descriptors):
    limits = limits_of(CONFIG, descriptors)
    assert limits.connections >= 8
    assert limits.backlog >= 8
    if descriptors >= 128:
        assert limits.connections + limits.backlog < descriptors


def test_ten_thousand_idle_connections_fit_where_descriptors_do():
    assert limits_of(CONFIG, 20_000).connections > 10_000


def test_times_are_the_configuration_s():
    limits = limits_of(CONFIG, 1024)
    assert (limits.deadline_s, limits.idle_s) == (2.0, 7.0)
