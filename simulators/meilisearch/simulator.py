"""Meilisearch as one object: what it holds, and how its tasks fare."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aiohttp import web

from simulators.base import Call, Journal, Now, Server, When, misbehave, real_now
from simulators.meilisearch.errors import MeilisearchError
from simulators.meilisearch.routes import routes
from simulators.meilisearch.routing import Asked, Route
from simulators.meilisearch.store import Store
from simulators.meilisearch.tasks import Misfortune, Task
from simulators.openapi import Specification

_MOST_BYTES = 100 * 1024 * 1024
"""Of a payload, as the server is set by default."""
_JSON = "application/json"
_LINES = "application/x-ndjson"


class MeilisearchSimulator:
    """A Meilisearch server on a loopback port.

    The point to plan a failure for is the method and the path, `POST /indexes/{uid}/search` or
    `GET /tasks/{task}` for example.

    Args:
        now: The time that tasks and indexes bear.
        port: Where to listen; 0 takes any free port.
        specification: The published description of the whole interface; needs the libraries of the tests.
    """

    def __init__(self, now: Now = real_now, port: int = 0, specification: Path | None = None) -> None:
        self.journal = Journal()
        self.delay: float | None = 0.0
        """Real seconds that a batch of tasks is queued, and again that it is done; None: until `settle`."""
        self._now = now
        self._store = Store(now, self.journal.problems)
        self._description = _described(specification) if specification else None
        self._told = asyncio.Event()
        self._store.tasks.told = self._told.set
        self._server = Server(self._app(), port)
        self._worker: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._server.start()
        self._worker = asyncio.create_task(self._work())

    async def stop(self) -> None:
        if self._worker is not None:
            self._worker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._worker
            self._worker = None
        await self._server.stop()

    @property
    def url(self) -> str:
        """For `meilisearch.Client(url, key)`."""
        return self._server.url

    @property
    def master_key(self) -> str:
        return self._store.master_key

    @property
    def tasks(self) -> list[Task]:
        """Every task, oldest first."""
        return self._store.tasks.listed

    @property
    def waiting(self) -> list[Task]:
        """The tasks that have not been done."""
        return self._store.tasks.waiting

    def documents(self, uid: str) -> list[dict[str, Any]]:
        """What an index holds, oldest first; nothing where there is none."""
        index = self._store.indexes.get(uid)
        return list(index.documents.values()) if index else []

    def settings(self, uid: str) -> Mapping[str, Any]:
        """The settings of an index.

        Raises:
            KeyError: There is none.
        """
        return self._store.indexes[uid].settings

    def settle(self) -> None:
        """Do all waiting tasks at once."""
        self._store.tasks.finish_all()

    def lose_task(self) -> None:
        """Let the next task say that it succeeded, without any effect."""
        self._store.tasks.misfortunes.append(Misfortune.LOST)

    def fail_tasks(self, times: int = 1) -> None:
        """Let the next tasks fail with `internal`."""
        self._store.tasks.misfortunes += [Misfortune.FAILED] * times

    async def _work(self) -> None:
        tasks = self._store.tasks
        while True:
            await self._told.wait()
            self._told.clear()
            while tasks.waiting and self.delay is not None:
                await asyncio.sleep(self.delay)
                tasks.start_batch()
                await asyncio.sleep(self.delay)
                tasks.finish_batch()

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=_MOST_BYTES)
        for route in routes(self._store):
            app.router.add_route(route.method, route.path, self._handler(route), name=None)
        app.router.add_route("*", "/{rest:.*}", self._unknown)
        return app

    def _handler(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        point = f"{route.method} {route.path}"

        async def handle(request: web.Request) -> web.StreamResponse:
            planned = self.journal.planned(point)
            if planned is not None and planned.when is When.BEFORE:
                self._record(request, point, None, (planned.status, None))
                return await misbehave(request, planned)
            body, answer = await self._answered(route, request)
            self._record(request, point, body, answer)
            if planned is not None:
                return await misbehave(request, planned)
            return web.json_response(answer[1], status=answer[0])

        return handle

    async def _answered(self, route: Route, request: web.Request) -> tuple[Any, tuple[int, Any]]:
        """The decoded body and the answer to it."""
        body: Any = None
        try:
            key = self._authorized(request)
            body = await _body(request)
            if self._description is not None:
                checked = self._description.request_problems(
                    request.method, request.path, body, request.query
                )
                self.journal.problems += checked
            self._allow(key, route, request, body)
            return body, route.handler(Asked(dict(request.match_info), dict(request.query), body))
        except MeilisearchError as wrong:
            return body, (wrong.status, wrong.shown())

    def _authorized(self, request: web.Request) -> str:
        """The key of the request; empty where none is needed."""
        if request.path == "/health":
            return ""
        kind, _, key = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or not key:
            sentence = "The Authorization header is missing. It must use the bearer authorization method."
            raise MeilisearchError("missing_authorization_header", sentence)
        return key

    def _allow(self, key: str, route: Route, request: web.Request, body: object) -> None:
        """Raise MeilisearchError unless the key may do this to every index concerned."""
        if route.action is None or key == self._store.master_key:
            return
        known = next((one for one in self._store.keys if one.key == key), None)
        named: list[str | None] = [request.match_info.get("uid")]
        if route.path == "/multi-search" and isinstance(body, dict):
            named = [query.get("indexUid") for query in body.get("queries", ())]
        if known is None or not all(known.allows(route.action, index) for index in named):
            raise MeilisearchError("invalid_api_key", "The provided API key is invalid.")

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        self.journal.problems.append(f"{request.method} {request.path} is not simulated")
        answer = {"message": "Not found", "code": "not_found", "type": "invalid_request", "link": ""}
        self._record(request, f"{request.method} {request.path}", None, (HTTPStatus.NOT_FOUND, None))
        return web.json_response(answer, status=HTTPStatus.NOT_FOUND)

    def _record(self, request: web.Request, point: str, body: object, answer: tuple[int, Any]) -> None:
        status, said = answer
        self.journal.calls.append(Call(request.method, point, body, status, said, self._now()))
        if self._description is None or said is None:
            return
        if status >= HTTPStatus.BAD_REQUEST:
            # Which errors a route may answer is only partly described; what an error looks like is.
            self.journal.problems += self._description.schema_problems("ResponseError", said)
        else:
            path = request.path
            self.journal.problems += self._description.answer_problems(request.method, path, status, said)


def _described(path: Path) -> Specification:
    """The published description, put right where the real server answers otherwise.

    A task that has not begun or ended shows null.  `/multi-search` has two forms of answer, and only
    that of a federated search is described at its path.
    """
    document = json.loads(path.read_text(encoding="utf-8"))
    task = document["components"]["schemas"]["TaskView"]["properties"]
    for name in ("startedAt", "finishedAt"):
        task[name]["type"] = ["string", "null"]
    answer = document["paths"]["/multi-search"]["post"]["responses"]["200"]["content"]["application/json"]
    answer["schema"] = {"anyOf": [answer["schema"], {"$ref": "#/components/schemas/SearchResults"}]}
    return Specification(document)


async def _body(request: web.Request) -> Any:
    """The decoded body of a request that may have one.

    Raises:
        MeilisearchError: It is missing, too large, of another type or malformed.
    """
    if request.method not in ("POST", "PUT", "PATCH"):
        return None
    if "Content-Type" not in request.headers:
        raise MeilisearchError(
            "missing_content_type", f"A Content-Type header is missing. Accepted: `{_JSON}`"
        )
    if request.content_type not in (_JSON, _LINES):
        sentence = f"The Content-Type `{request.content_type}` is invalid. Accepted: `{_JSON}`, `{_LINES}`"
        raise MeilisearchError("invalid_content_type", sentence)
    try:
        raw = await request.read()
    except web.HTTPRequestEntityTooLarge as wrong:
        raise MeilisearchError("payload_too_large", "The provided payload reached the size limit.") from wrong
    if not raw:
        raise MeilisearchError("missing_payload", "A json payload is missing.")
    try:
        if request.content_type == _LINES:
            return [json.loads(line) for line in raw.splitlines() if line.strip()]
        return json.loads(raw)
    except ValueError as wrong:
        raise MeilisearchError("malformed_payload", f"The json payload is malformed. `{wrong}`.") from wrong
