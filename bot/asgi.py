"""The web server's application: the routes of all channels, and health checks."""

from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from domain.ports.front import StorageDown


def build_app(
    routes: Sequence[BaseRoute], ready: Callable[[], bool], figures: Callable[[], str]
) -> Starlette:
    """Everything that this process answers over HTTP.

    Args:
        routes: those of the channels and pages.
        ready: asks the database; called in a thread.
        figures: the ledger's, for Prometheus; called in a thread.
    """

    async def health(_request: Request) -> Response:
        return PlainTextResponse("alive\n")

    def readiness(_request: Request) -> Response:
        return PlainTextResponse("ready\n") if ready() else PlainTextResponse("the database is down\n", 503)

    def metrics(_request: Request) -> Response:
        try:
            return PlainTextResponse(figures(), media_type="text/plain; version=0.0.4")
        except StorageDown:
            return PlainTextResponse("the database is down\n", 503)

    own = [Route("/health", health), Route("/ready", readiness), Route("/metrics", metrics)]
    return Starlette(routes=[*own, *routes])
