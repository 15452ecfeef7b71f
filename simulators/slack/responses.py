"""Answers to commands and clicks: at once, or later through a `response_url`.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses: up to five times within
30 minutes, visible to the person alone unless `response_type` is `in_channel`.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiohttp import web

from simulators.base import Call, Journal, When, misbehave
from simulators.slack import blockkit, events, markup, wire
from simulators.slack.shapes import anything, choice, flag, shape, string
from simulators.slack.state import Channel, Ephemeral, Json, Message, State, User, Workspace

POINT = "response_url"
_MOST_USES = 5
_LIFETIME = timedelta(minutes=30)
_SHAPE = shape(
    {},
    {
        "text": string(40_000, 0),
        "blocks": anything,
        "attachments": anything,
        "response_type": choice("ephemeral", "in_channel"),
        "replace_original": flag,
        "delete_original": flag,
        "thread_ts": string(17, 17),
        "unfurl_links": flag,
        "unfurl_media": flag,
        "mrkdwn": flag,
        "metadata": anything,
    },
)


@dataclass(slots=True)
class Place:
    """Where answers to one interaction appear."""

    workspace: Workspace
    user: User
    channel: Channel
    origin_ts: str | None
    """The message that was clicked, which an answer may replace or delete."""
    issued: datetime
    uses: int = 0
    posts: list[Json] = field(default_factory=list)
    """What came through the response_url, in order."""


class Responses:
    """Issues response_urls and shows what comes through them, or came as the immediate answer."""

    def __init__(self, state: State, journal: Journal, emit: Callable[[Workspace, Json], None]) -> None:
        self._state = state
        self._journal = journal
        self._emit = emit
        self._places: dict[str, Place] = {}

    def issue(self, place: Place) -> str:
        """The path of a new response_url."""
        kind = "commands" if place.origin_ts is None else "actions"
        path = f"/{kind}/{place.workspace.team_id}/{self._state.number()}/{secrets.token_hex(12)}"
        self._places[path] = place
        return path

    async def handle(self, request: web.Request) -> web.StreamResponse:
        fault = self._journal.planned(POINT)
        raw = await request.read()
        try:
            given = json.loads(raw)
        except ValueError:
            given = None
        if fault is not None and fault.when is When.BEFORE:
            status, text = fault.status, ""
        else:
            status, text = self._take(request.path, given)
        self._journal.calls.append(Call("POST", POINT, given, status, text, self._state.now()))
        if fault is not None:
            return await misbehave(request, fault)
        return web.Response(status=status, text=text)

    def _take(self, path: str, given: object) -> tuple[int, str]:
        place = self._places.get(path)
        if place is None:
            return 404, "no_service"
        if self._state.now() - place.issued > _LIFETIME:
            return 404, "expired_url"
        if place.uses >= _MOST_USES:
            return 404, "used_url"
        refusal = self.show(place, given)
        if refusal:
            return 400, refusal
        place.uses += 1
        place.posts.append(given if isinstance(given, dict) else {})
        return 200, "ok"

    def show(self, place: Place, given: object) -> str:
        """Let people see an answer; returns why it was refused, empty if it was not."""
        if not isinstance(given, dict):
            self._journal.problems.append(f"{POINT}: not a JSON object")
            return "invalid_payload"
        for odd in markup.unescaped(str(given.get("text", "")), given.get("blocks", [])):
            self._journal.problems.append(f"{POINT}: {odd} is no markup of the service; escape it")
        wrong = [*_SHAPE(given, ""), *blockkit.complaints(given.get("blocks", []))]
        if wrong:
            self._journal.problems.append(f"{POINT}: {'; '.join(wrong)}")
            return "invalid_blocks" if "blocks" in given else "invalid_payload"
        original = self._original(place)
        if given.get("delete_original"):
            return self._delete(place, original)
        if not (given.get("text") or given.get("blocks") or given.get("attachments")):
            return "no_text"
        if given.get("replace_original") and original is not None:
            return self._replace(place, original, given)
        return self._add(place, given)

    def _original(self, place: Place) -> Message | Ephemeral | None:
        if place.origin_ts is None:
            return None
        found = self._state.message(place.channel.channel_id, place.origin_ts)
        return found or next((e for e in self._state.ephemerals if e.ts == place.origin_ts), None)

    def _blocks(self, given: Json) -> list[Json]:
        return blockkit.completed(given.get("blocks", []), self._state.number())

    def _delete(self, place: Place, original: Message | Ephemeral | None) -> str:
        if original is None:
            return "message_not_found"
        original.deleted = True
        if isinstance(original, Message):
            before = wire.message_object(original, place.workspace)
            self._emit(place.workspace, events.deleted(before, place.channel, self._state.new_ts()))
        return ""

    def _replace(self, place: Place, original: Message | Ephemeral, given: Json) -> str:
        before = wire.message_object(original, place.workspace) if isinstance(original, Message) else None
        original.text = given.get("text", "")
        original.blocks = self._blocks(given)
        if before is not None and isinstance(original, Message):
            after = wire.message_object(original, place.workspace)
            event = events.changed(before, after, place.channel, self._state.new_ts())
            self._emit(place.workspace, event)
        return ""

    def _add(self, place: Place, given: Json) -> str:
        channel_id, text, blocks = place.channel.channel_id, given.get("text", ""), self._blocks(given)
        ts = self._state.new_ts()
        if given.get("response_type", "ephemeral") == "ephemeral":
            self._state.ephemerals.append(Ephemeral(channel_id, ts, place.user.user_id, text, blocks))
            return ""
        bot = place.workspace
        message = Message(channel_id, ts, bot.bot_user_id, text, blocks, bot_id=bot.bot_id)
        self._state.keep(message)
        self._emit(bot, events.posted(message, place.channel, bot))
        return ""
