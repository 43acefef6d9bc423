"""Where a command works: its address and its directory."""

from dataclasses import dataclass, field

from skope.schema.policy import Policy


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """As the command line, the environment or the configuration has it."""

    host: str = "localhost"
    port: int = 9001
    directory: str = ".skope"
    given: bool = False
    """Somebody named the directory: it may be a link, say."""
    no_auth: bool = False
    allow_hosts: tuple[str, ...] = ()
    watch: str | None = None
    """Whom captures are about that name nobody: see `schema.target`."""
    policy: Policy = field(default_factory=Policy)
    """How the comparisons that are shown here are judged."""
