"""No application outlives its test: each holds a session."""

import pytest

from tests.unit.front.lanes import forget_apps


@pytest.fixture(autouse=True)
def forgotten():
    yield
    forget_apps()
