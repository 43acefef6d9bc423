"""The publisher's command line."""

import pytest

from skope.publish.process import parse


def test_it_is_told_descriptors_only():
    words = ["--shm", "3", "--stripes", "4", "--bell", "5", "--lifeline", "6", "--config", "7"]
    options = parse(words)
    assert (options.shm, options.stripes, options.bell) == (3, 4, 5)
    assert (options.lifeline, options.config) == (6, 7)
    with pytest.raises(SystemExit):
        parse(words[2:])
