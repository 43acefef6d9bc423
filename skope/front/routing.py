"""Which endpoint a path means."""

from typing import Any

from sanic.exceptions import NotFound
from sanic.models.handler_types import RouteHandler
from sanic.router import Router
from sanic_routing.route import Route


class Paths(Router):
    """Sanic's router, which looks for a path that ends in slashes with one less, again and again.

    Of nothing but slashes it then asks for the last character of an empty path; of a thousand it
    goes deeper than the interpreter does.
    """

    def _get(
        self, path: str, method: str, host: str | None
    ) -> tuple[Route, RouteHandler, dict[str, Any]]:
        try:
            return super()._get(path, method, host)
        except (IndexError, RecursionError):
            message = "there is no path of so many slashes"
            raise NotFound(message) from None
