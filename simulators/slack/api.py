"""The Web API over HTTP: `/api/<method>` with form, JSON or query arguments and a bearer token.

https://docs.slack.dev/apis/web-api
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from simulators.base import Call, Fault, How, Journal, When, misbehave
from simulators.slack import chat, conversations, directory, views
from simulators.slack.calls import Ask, RefusedError
from simulators.slack.contract import COMMON_ERRORS, Method
from simulators.slack.limits import RateLimits
from simulators.slack.methods import METHODS
from simulators.slack.state import Json, State, User, Workspace
from simulators.slack.values import arguments

_ANSWERS: dict[str, Callable[[Ask], Json]] = {
    "auth.test": directory.auth_test,
    "bots.info": directory.bots_info,
    "chat.delete": chat.delete,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.postMessage": chat.post_message,
    "chat.update": chat.update,
    "conversations.history": conversations.history,
    "conversations.info": conversations.info,
    "conversations.join": conversations.join,
    "conversations.members": conversations.members,
    "conversations.open": conversations.open_,
    "conversations.replies": conversations.replies,
    "reactions.add": conversations.react,
    "reactions.remove": conversations.unreact,
    "team.info": directory.team_info,
    "users.info": directory.info,
    "users.list": directory.list_,
    "users.lookupByEmail": directory.lookup_by_email,
    "views.open": views.open_,
    "views.publish": views.publish,
    "views.update": views.update,
}


class WebApi:
    """Checks, limits, carries out and records each call."""

    def __init__(
        self,
        state: State,
        journal: Journal,
        limits: RateLimits,
        emit: Callable[[Workspace, Json], None],
        exchange_trigger: Callable[[str], User],
        open_socket: Callable[[str], str],
    ) -> None:
        self._state = state
        self._journal = journal
        self._limits = limits
        self._emit = emit
        self._exchange_trigger = exchange_trigger
        self._open_socket = open_socket

    async def handle(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        fault = self._journal.planned(name)
        given: Json = {}
        try:
            given = await _given(request)
        except RefusedError as refused:
            outcome = _refusal(refused)
        else:
            without_effect = fault is not None and fault.when is When.BEFORE
            outcome = _Outcome() if without_effect else self._outcome(name, request, given)
        self._record(request.method, name, given, outcome, fault)
        if fault is not None:
            return await misbehave(request, fault)
        headers = outcome.headers | self._scopes(request, given)
        return web.json_response(outcome.answer, status=outcome.status, headers=headers)

    def _record(self, verb: str, name: str, given: Json, outcome: "_Outcome", fault: Fault | None) -> None:
        """Keep the call without its token; a call that failed as planned shows what the caller saw."""
        shown = {key: value for key, value in given.items() if key != "token"}
        status, answer = outcome.status, outcome.answer
        if fault is not None:
            answered = fault.how is How.ANSWER
            status, answer = (fault.status, fault.body) if answered else (0, None)
        self._journal.calls.append(Call(verb, name, shown, status, answer, self._state.now()))

    def _outcome(self, name: str, request: web.Request, given: Json) -> "_Outcome":
        try:
            return _Outcome(200, self._answer(name, request, given))
        except RefusedError as refused:
            return _refusal(refused)

    def _answer(self, name: str, request: web.Request, given: Json) -> Json:
        method = METHODS.get(name)
        if method is None:
            self._journal.problems.append(f"{name}: the simulator knows no such method")
            raise RefusedError("unknown_method", req_method=name)
        token = _token(request, given)
        if method.app_token:
            return {"ok": True, "url": self._open_socket(self._app_of(token))}
        workspace = self._workspace_of(token)
        args = self._arguments(method, given)
        ask = Ask(
            name,
            self._state,
            workspace,
            args,
            self._emit,
            self._journal.problems.append,
            self._exchange_trigger,
        )
        for scope in method.scopes:
            ask.require_scope(scope)
        wait = self._limits.wait(method, workspace.team_id, ask.text("channel"))
        if wait:
            raise RefusedError("ratelimited", retry_after=wait)
        return self._carried_out(method, ask)

    def _carried_out(self, method: Method, ask: Ask) -> Json:
        try:
            return {"ok": True, **_ANSWERS[method.name](ask)}
        except RefusedError as refused:
            if refused.error not in method.errors | COMMON_ERRORS:
                message = f"{method.name} never answers {refused.error}: the simulator's table is wrong"
                raise LookupError(message) from refused
            raise

    def _arguments(self, method: Method, given: Json) -> Json:
        args, complaints, unknown = arguments(method, {k: v for k, v in given.items() if k != "token"})
        self._journal.problems.extend(
            f"{method.name}: unknown argument {name} (see {method.page})" for name in unknown
        )
        if complaints:
            self._journal.problems.extend(f"{method.name}: {saying}" for saying in complaints)
            raise RefusedError("invalid_arguments", response_metadata={"messages": complaints})
        return args

    def _workspace_of(self, token: str) -> Workspace:
        if token.startswith("xapp-"):
            raise RefusedError("not_allowed_token_type")
        for workspace in self._state.workspaces.values():
            if workspace.bot_token == token:
                if not workspace.installed:
                    raise RefusedError("account_inactive")
                return workspace
        raise RefusedError("invalid_auth")

    def _app_of(self, token: str) -> str:
        if token.startswith("xoxb-"):
            raise RefusedError("not_allowed_token_type")
        for workspace in self._state.workspaces.values():
            if workspace.app_token == token:
                return workspace.app_id
        raise RefusedError("invalid_auth")

    def _scopes(self, request: web.Request, given: Json) -> dict[str, str]:
        """Every answer names what the token may do."""
        try:
            granted = self._workspace_of(_token(request, given)).scopes
        except RefusedError:
            return {}
        return {"X-OAuth-Scopes": ",".join(sorted(granted))}


@dataclass(frozen=True, slots=True)
class _Outcome:
    status: int = 0
    answer: object = None
    headers: dict[str, str] = field(default_factory=dict)


def _refusal(refused: RefusedError) -> _Outcome:
    """Errors come with HTTP 200; only a rate limit has a status and a header of its own."""
    extra = dict(refused.extra)
    wait = extra.pop("retry_after", None)
    answer = {"ok": False, "error": refused.error, **extra}
    if wait is None:
        return _Outcome(200, answer)
    return _Outcome(429, answer, {"Retry-After": str(wait)})


def _token(request: web.Request, given: Json) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    found = token if scheme.lower() == "bearer" else str(given.get("token", ""))
    if not found:
        raise RefusedError("not_authed")
    return found


async def _given(request: web.Request) -> Json:
    """The arguments as they came; those of the body win over those of the address."""
    found: Json = dict(request.query)
    if request.method == "GET" or not request.can_read_body:
        return found
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.read())
        except ValueError as malformed:
            raise RefusedError("invalid_json") from malformed
        if not isinstance(body, dict):
            raise RefusedError("json_not_object")
        return found | body
    if request.content_type not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise RefusedError("invalid_post_type")
    return found | {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
