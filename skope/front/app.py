"""The Sanic application of one front worker."""

from typing import Final

from sanic import Sanic
from sanic.config import Config

from skope.front.aggregates import aggregates
from skope.front.assets import assets
from skope.front.context import App, Context, Gate
from skope.front.faults import Faults
from skope.front.framing import BODY_LIMIT, HEAD_LIMIT
from skope.front.health import health
from skope.front.lane import hot_path
from skope.front.live import viewers
from skope.front.modes import refuse_other_modes
from skope.front.pages import pages
from skope.front.records import records
from skope.front.reports import reports
from skope.front.routing import Paths
from skope.front.services import Services
from skope.front.signals import signals
from skope.schema.wire import FrontConfig

DRAIN_S: Final = 5.0
"""How long requests that have begun may take to end when the server stops."""
_NEVER_S: Final = 3600.0
"""For the timeouts of Sanic's that `Guard` replaces: theirs wait for a client to read."""


def make_app(services: Services, config: FrontConfig, gate: Gate) -> App:
    """The application for `config.mode`. Its connections need the protocol `Lane`."""
    app: App = Sanic(
        "skope",
        config=_sanic_config(gate),
        ctx=Context(
            services=services,
            config=config,
            gate=gate,
            turn=hot_path(services, config, gate.admission),
        ),
        error_handler=Faults(),
        router=Paths(),
        strict_slashes=True,
        configure_logging=False,
    )
    app.blueprint([health, assets, reports, pages, viewers])
    if config.mode != "ui":
        app.blueprint([records, aggregates] if config.mode == "agg" else signals)
    refuse_other_modes(app, config.mode)
    return app


def _sanic_config(gate: Gate) -> Config:
    """Sanic's settings: none of its switches, none from the environment, its limits above ours."""
    config = Config(env_prefix=None)
    config.update(
        ACCESS_LOG=False,
        AUTO_EXTEND=False,
        FALLBACK_ERROR_FORMAT="json",
        GRACEFUL_SHUTDOWN_TIMEOUT=DRAIN_S,
        GRACEFUL_TCP_CLOSE_TIMEOUT=DRAIN_S / 2,
        INSPECTOR=False,
        KEEP_ALIVE_TIMEOUT=gate.limits.idle_s,
        MOTD=False,
        REQUEST_MAX_HEADER_SIZE=2 * HEAD_LIMIT,
        REQUEST_MAX_SIZE=BODY_LIMIT,
        REQUEST_TIMEOUT=_NEVER_S,
        RESPONSE_TIMEOUT=_NEVER_S,
    )
    return config
