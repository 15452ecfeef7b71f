"""The HTTP side: keys, scopes, limits, `mail/send`, and what can be read about the account."""

import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

from aiohttp import web

from simulators.base import Call, Journal, Now, When, misbehave
from simulators.openapi import Specification
from simulators.sendgrid.account import Account
from simulators.sendgrid.mails import Mail, mails
from simulators.sendgrid.rules import MOST_BYTES, Refusal, refusals, unsure

SEND = "mail/send"
"""The point to plan failures of sending for."""
_UNVERIFIED = Refusal(
    "The from address does not match a verified Sender Identity."
    " Mail cannot be sent until this error is resolved.",
    "from",
)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: Any = None
    headers: Mapping[str, str] | None = None


class Api:
    """Answers the product and keeps what it sent."""

    def __init__(self, now: Now, account: Account, specification: Path | None) -> None:
        self.journal = Journal()
        self.outbox: list[Mail] = []
        self.keep_message_id = True
        """Whether a Message-ID of ours survives; what the real service does is not documented."""
        self.rate_limit = 10_000
        """Calls of `mail/send` in a window."""
        self.window = timedelta(seconds=60)
        self.accepted: Callable[[list[Mail]], None] = lambda _: None
        """Told of the mails of each accepted request."""
        self._now = now
        self._account = account
        self._description = _described(specification) if specification else None
        self._window_ends = now()
        self._left = 0

    def app(self) -> web.Application:
        account = self._account
        app = web.Application(client_max_size=MOST_BYTES + 1)
        app.router.add_post("/v3/mail/send", self._send)
        readable: dict[str, tuple[str | None, Callable[[], object]]] = {
            "/v3/user/profile": ("user.profile.read", account.profile),
            "/v3/user/webhooks/parse/settings": ("user.webhooks.parse.settings.read", account.parse_settings),
            "/v3/user/webhooks/event/settings": ("user.webhooks.event.settings.read", account.event_settings),
            "/v3/user/webhooks/event/settings/all": (
                "user.webhooks.event.settings.read",
                account.all_event_settings,
            ),
            "/v3/whitelabel/domains": ("whitelabel.read", account.domains),
        }
        for path, (scope, read) in readable.items():
            app.router.add_get(path, self._reader(scope, read))
        app.router.add_get("/v3/scopes", self._scopes)
        app.router.add_route("*", "/{rest:.*}", self._unknown)
        return app

    async def _send(self, request: web.Request) -> web.StreamResponse:
        planned = self.journal.planned(SEND)
        if planned is not None and planned.when is When.BEFORE:
            self._record(request, SEND, None, _Answer(planned.status))
            return await misbehave(request, planned)
        body, answer = await self._sent(request)
        self._record(request, SEND, body, answer)
        if planned is not None:
            return await misbehave(request, planned)
        return _response(answer)

    async def _sent(self, request: web.Request) -> tuple[Any, _Answer]:
        """The decoded body and the answer to it; an accepted one is in the outbox afterwards."""
        if denied := self._denied(request, "mail.send"):
            return None, denied
        if request.content_type != "application/json":
            return None, _refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, Refusal("unsupported media type"))
        try:
            raw = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return None, _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, Refusal("content too large"))
        limits = self._counted()
        if self._left < 0:
            return None, _refused(HTTPStatus.TOO_MANY_REQUESTS, Refusal("too many requests"), headers=limits)
        try:
            body = json.loads(raw)
        except ValueError:
            return None, _refused(HTTPStatus.BAD_REQUEST, Refusal("Bad Request"), headers=limits)
        return body, self._judged(body, limits)

    def _judged(self, body: Any, limits: Mapping[str, str]) -> _Answer:
        problems = (
            self._description.request_problems("POST", "/v3/mail/send", body) if self._description else []
        )
        self.journal.problems += problems
        if problems or not isinstance(body, dict):
            wrong = [Refusal(problem) for problem in problems] or [Refusal("Bad Request")]
            return _refused(HTTPStatus.BAD_REQUEST, *wrong, headers=limits)
        if wrong := refusals(body, self._now()):
            return _refused(HTTPStatus.BAD_REQUEST, *wrong, headers=limits)
        batch = secrets.token_urlsafe(16)
        found = mails(body, batch, self._now(), keep_message_id=self.keep_message_id)
        if not self._may_send(found):
            return _refused(HTTPStatus.FORBIDDEN, _UNVERIFIED, headers=limits)
        self.journal.problems += unsure(body)
        headers = {**limits, "X-Message-Id": batch}
        if body.get("mail_settings", {}).get("sandbox_mode", {}).get("enable"):
            return _Answer(HTTPStatus.OK, headers=headers)
        self.outbox += found
        self.accepted(found)
        return _Answer(HTTPStatus.ACCEPTED, headers=headers)

    def _may_send(self, found: list[Mail]) -> bool:
        domains = self._account.sender_domains
        return domains is None or all(mail.sender.rpartition("@")[2].lower() in domains for mail in found)

    def _denied(self, request: web.Request, scope: str | None) -> _Answer | None:
        """The refusal where the key is missing, unknown or too weak; every key may read its scopes."""
        kind, _, key = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or not key:
            return _refused(HTTPStatus.UNAUTHORIZED, Refusal("authorization required"))
        if key not in self._account.keys:
            sentence = "The provided authorization grant is invalid, expired, or revoked"
            return _refused(HTTPStatus.UNAUTHORIZED, Refusal(sentence))
        if scope is not None and scope not in self._account.keys[key]:
            return _refused(HTTPStatus.FORBIDDEN, Refusal("access forbidden"))
        return None

    def _counted(self) -> dict[str, str]:
        """Count a call against the limit; the headers that tell how much is left."""
        if self._now() >= self._window_ends:
            self._window_ends = (self._now() + self.window).replace(microsecond=0)  # as the header tells it
            self._left = self.rate_limit
        self._left -= 1
        return {
            "X-RateLimit-Limit": str(self.rate_limit),
            "X-RateLimit-Remaining": str(max(self._left, 0)),
            "X-RateLimit-Reset": str(int(self._window_ends.timestamp())),
        }

    def _reader(
        self, scope: str | None, read: Callable[[], object]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            point = f"GET {request.path.removeprefix('/v3/')}"
            if planned := self.journal.planned(point):
                return await misbehave(request, planned)
            answer = self._denied(request, scope) or _Answer(HTTPStatus.OK, read())
            self._record(request, point, None, answer)
            return _response(answer)

        return handle

    async def _scopes(self, request: web.Request) -> web.StreamResponse:
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return await self._reader(None, lambda: {"scopes": sorted(self._account.keys[key])})(request)

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        self.journal.problems.append(f"{request.method} {request.path} is not simulated")
        answer = _refused(HTTPStatus.NOT_FOUND, Refusal("not found"))
        self._record(request, f"{request.method} {request.path}", None, answer)
        return _response(answer)

    def _record(self, request: web.Request, point: str, body: object, answer: _Answer) -> None:
        call = Call(request.method, point, body, answer.status, answer.body, self._now())
        self.journal.calls.append(call)
        if self._description and point == SEND and answer.status != HTTPStatus.OK:
            # Not described, though documented: 200 in sandbox mode, 415 and 429.
            undescribed = (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, HTTPStatus.TOO_MANY_REQUESTS)
            status = HTTPStatus.BAD_REQUEST if answer.status in undescribed else answer.status
            found = self._description.answer_problems("POST", "/v3/mail/send", status, answer.body)
            self.journal.problems += found


def _described(path: Path) -> Specification:
    """The published description, with `help` as the service sends it: a link or null, not an object."""
    document = json.loads(path.read_text(encoding="utf-8"))
    error = document["components"]["schemas"]["ErrorResponse"]["properties"]["errors"]["items"]
    error["properties"]["help"]["type"] = ["string", "null"]
    return Specification(document)


def _refused(status: int, *wrong: Refusal, headers: Mapping[str, str] | None = None) -> _Answer:
    return _Answer(status, {"errors": [one.shown() for one in wrong]}, headers)


def _response(answer: _Answer) -> web.Response:
    if answer.body is None:
        return web.Response(status=answer.status, headers=answer.headers)
    return web.json_response(answer.body, status=answer.status, headers=answer.headers)
