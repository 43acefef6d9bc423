"""The working directory's commit, from what git prints."""

import pytest

from skope.probe.git import _parse
from skope.schema.host import Git

HEAD = "# branch.oid 1a7ab351\n# branch.head {}\n"


@pytest.mark.parametrize(
    ("text", "git"),
    [
        (HEAD.format("main"), Git(commit="1a7ab351", branch="main", dirty=False)),
        (
            HEAD.format("a/b") + "# branch.upstream origin/a\n# branch.ab +1 -0\n",
            Git(commit="1a7ab351", branch="a/b", dirty=False),
        ),
        (
            HEAD.format("main") + "1 .M N... 100644 100644 100644 x y file\n",
            Git(commit="1a7ab351", branch="main", dirty=True),
        ),
        (HEAD.format("(detached)"), Git(commit="1a7ab351", branch=None, dirty=False)),
        ("# branch.oid (initial)\n# branch.head main\n", None),
        ("", None),
    ],
)
def test_what_status_says(text, git):
    assert _parse(text) == git
