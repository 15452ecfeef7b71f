"""The HTTP side: tokens, limits, planned failures, checks and the journal around every handler."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from aiohttp import web

from simulators.base import Call, Fault, How, When, misbehave
from simulators.discord.asked import Asked, Handler
from simulators.discord.buckets import Verdict
from simulators.discord.errors import DiscordError, HttpLayerError, limit_body, limit_headers
from simulators.discord.routes import BY_ANYONE, BY_BOT, point_of
from simulators.discord.service import Service
from simulators.discord.specification import Description
from simulators.discord.world import Application

PREFIX = "/api/v10"
GATEWAY_PATH = "/gateway"
_TOP_LEVEL = ("channel_id", "guild_id", "webhook_token")
"""Path parameters that give a route limits of their own."""


class Front:
    """Turns HTTP requests into calls of handlers."""

    def __init__(self, service: Service, description: Description | None) -> None:
        self._service = service
        self._description = description

    def application(self) -> web.Application:
        app = web.Application()
        for routes, by_bot in ((BY_BOT, True), (BY_ANYONE, False)):
            for verb, template, handler in routes:
                serve = self._serve(verb, template, handler, by_bot=by_bot)
                app.router.add_route(verb, PREFIX + template, serve)
        app.router.add_get(GATEWAY_PATH, self._service.gateway.handle)
        app.router.add_route("*", "/{unknown:.*}", self._unknown)
        return app

    def _serve(
        self, verb: str, template: str, handler: Handler, *, by_bot: bool
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        point = point_of(verb, template)

        async def serve(request: web.Request) -> web.StreamResponse:
            fault = self._service.journal.planned(point)
            body = await request.text()
            if fault is not None and fault.when is When.BEFORE:
                self._record(verb, point, body, (fault.status, fault.body))
                return await _misbehave(request, fault)
            bot = self._bot_of(request) if by_bot else None
            verdict = self._ask_limits(request, verb, template, bot)
            status, answer = await self._answer(request, handler, body, verdict, bot, by_bot=by_bot)
            self._record(verb, point, body, (status, answer))
            if fault is not None:
                return await _misbehave(request, fault)
            return _response(status, answer, _headers(verdict))

        return serve

    async def _answer(
        self,
        request: web.Request,
        handler: Handler,
        body: str,
        verdict: Verdict,
        bot: Application | None,
        *,
        by_bot: bool,
    ) -> tuple[int, Any]:
        if verdict.retry_after is not None:
            return 429, limit_body(verdict.retry_after, everywhere=verdict.everywhere)
        path = request.path.removeprefix(PREFIX)
        asked = Asked(request.match_info, dict(request.query), None, bot)
        try:
            if by_bot and bot is None:
                raise HttpLayerError(401, "Unauthorized")
            asked = replace(asked, body=_decoded(request, body))
            self._check_request(request.method, path, asked)
            status, answer = await handler(self._service, asked)
        except DiscordError as refusal:
            status, answer = refusal.status, refusal.body
        if self._description is not None:
            problems = self._description.answer_problems(request.method, path, status, answer)
            self._service.journal.problems.extend(problems)
        return status, answer

    def _check_request(self, verb: str, path: str, asked: Asked) -> None:
        if self._description is not None:
            problems = self._description.request_problems(verb, path, asked.body, dict(asked.query))
            self._service.journal.problems.extend(problems)

    def _bot_of(self, request: web.Request) -> Application | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return self._service.world.application_with(token) if scheme == "Bot" else None

    def _ask_limits(self, request: web.Request, verb: str, template: str, bot: Application | None) -> Verdict:
        resource = next((request.match_info[name] for name in _TOP_LEVEL if name in request.match_info), "")
        name = str(bot.application_id) if bot is not None else None
        return self._service.buckets.ask(name, verb, template, resource)

    def _record(self, verb: str, point: str, body: str, given: tuple[int, Any]) -> None:
        status, answer = given
        sent = _readable(body)
        self._service.journal.calls.append(Call(verb, point, sent, status, answer, self._service.now()))

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        """A path or method that is not simulated, or not there at all."""
        self._service.journal.problems.append(f"{request.method} {request.path} is not simulated")
        body = {"message": "404: Not Found", "code": 0}
        self._record(request.method, f"{request.method} {request.path}", await request.text(), (404, body))
        return _response(404, body, {})


async def _misbehave(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault.how is How.ANSWER:
        # As bytes, so that nothing is added to the content type.
        return web.Response(status=fault.status, headers=fault.headers, body=fault.body.encode())
    return await misbehave(request, fault)


def _decoded(request: web.Request, body: str) -> Any:
    if not body:
        return None
    if request.content_type != "application/json":
        raise HttpLayerError(415, "Unsupported Media Type")
    try:
        return json.loads(body)
    except ValueError as error:
        raise DiscordError(50109) from error


def _readable(body: str) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body


def _headers(verdict: Verdict) -> dict[str, str]:
    if verdict.retry_after is None:
        return verdict.headers
    return verdict.headers | limit_headers(verdict.retry_after, everywhere=verdict.everywhere)


def _response(status: int, answer: object, headers: dict[str, str]) -> web.Response:
    """JSON with exactly this content type: some clients compare the whole header."""
    if answer is None:
        return web.Response(status=status, headers=headers)
    return web.Response(
        status=status,
        headers=headers | {"Content-Type": "application/json"},
        body=json.dumps(answer).encode(),
    )
