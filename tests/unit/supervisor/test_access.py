import pytest

from skope.errors import EnvironmentFault, UsageError
from skope.supervisor.access import Access, settle


def test_on_the_loopback_interface_nobody_needs_a_token():
    assert settle({}, wide=False) == Access()


def test_beyond_it_one_is_made_and_never_the_same():
    first, second = settle({}, wide=True), settle({}, wide=True)
    assert first.generated
    assert len(first.token) >= 24
    assert first.token != second.token


def test_it_can_be_refused_by_flag_or_environment():
    assert settle({}, wide=True, no_auth=True).token is None
    assert settle({"SKOPE_NO_AUTH": "1"}, wide=True).token is None
    assert settle({"SKOPE_NO_AUTH": "0"}, wide=True).token is not None


def test_a_given_token_is_used_as_it_is():
    for wide in (False, True):
        access = settle({"SKOPE_TOKEN": "s3cret"}, wide=wide)
        assert (access.token, access.generated) == ("s3cret", False)


def test_or_read_from_a_file(tmp_path):
    path = tmp_path / "token"
    path.write_text("s3cret\n")
    assert settle({"SKOPE_TOKEN_FILE": str(path)}, wide=True).token == "s3cret"


def test_the_variable_comes_before_the_file():
    environment = {"SKOPE_TOKEN": "a", "SKOPE_TOKEN_FILE": "/nowhere"}
    assert settle(environment, wide=True).token == "a"


def test_a_file_that_cannot_be_read_is_said(tmp_path):
    with pytest.raises(EnvironmentFault, match="cannot read SKOPE_TOKEN_FILE"):
        settle({"SKOPE_TOKEN_FILE": str(tmp_path / "gone")}, wide=True)


@pytest.mark.parametrize("token", ["", "two words", "tab\t", "é"])
def test_a_token_that_fits_no_header_is_refused(token):
    with pytest.raises(UsageError, match="SKOPE_TOKEN"):
        settle({"SKOPE_TOKEN": token}, wide=False)


def test_hosts_come_from_flags_and_environment():
    access = settle({"SKOPE_ALLOW_HOST": "b, .c a"}, wide=False, allow_hosts=["a"])
    assert access.allow_hosts == ("a", "b", ".c")


@pytest.mark.parametrize("name", ["http://bench.example", "bench.example:9001", "*.example", "."])
def test_a_host_that_could_never_match_is_said(name):
    with pytest.raises(UsageError, match="is no host to allow"):
        settle({}, wide=False, allow_hosts=[name])
    with pytest.raises(UsageError, match="is no host to allow"):
        settle({"SKOPE_ALLOW_HOST": name}, wide=False)
