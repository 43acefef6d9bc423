"""A directory of reports, empty."""

import pytest

from skope.store.directory import open_directory
from skope.store.reports import Reports


@pytest.fixture
def directory(tmp_path):
    with open_directory(tmp_path / ".skope", given=False) as opened:
        yield opened


@pytest.fixture
def reports(directory):
    return Reports(directory)
