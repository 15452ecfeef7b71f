"""The web server's application: the channels' routes, and whether all is well."""

from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route


def build_app(routes: Sequence[BaseRoute], ready: Callable[[], bool]) -> Starlette:
    """Everything that this process answers over HTTP.

    Args:
        routes: those of the channels and pages.
        ready: asks the database; called in a thread.
    """

    async def health(_request: Request) -> Response:
        return PlainTextResponse("alive\n")

    def readiness(_request: Request) -> Response:
        return PlainTextResponse("ready\n") if ready() else PlainTextResponse("the database is down\n", 503)

    return Starlette(routes=[Route("/health", health), Route("/ready", readiness), *routes])
