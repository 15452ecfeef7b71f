"""What a Web API method works with: the caller, the arguments, and ways to refuse and to tell."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from simulators.slack import blockkit
from simulators.slack.state import Channel, Json, Message, State, User, Workspace

T = TypeVar("T")

MOST_TEXT = 40_000
"""Longer texts of `chat.postMessage` are cut: https://docs.slack.dev/changelog/2018-truncating-really-long-messages"""
MOST_ATTACHMENTS = 100
MOST_METADATA = 16_384
"""Bytes of JSON; the size is not documented, the error is."""


class RefusedError(Exception):
    """The method answers `{"ok": false, "error": ...}` with `extra` beside it."""

    def __init__(self, error: str, **extra: object) -> None:
        super().__init__(error)
        self.error = error
        self.extra = extra


@dataclass(frozen=True, slots=True)
class Ask:
    """One call: who calls, with what, and what the outside world offers to the method."""

    method: str
    state: State
    workspace: Workspace
    args: Json
    emit: Callable[[Workspace, Json], None]
    """Sends an event to the app, after this call is answered."""
    problem: Callable[[str], None]
    """Notes a mistake of the product that the service would not report, or not so plainly."""
    exchange_trigger: Callable[[str], User]
    """Uses up a trigger id and tells whose it was; refuses one that is old, used or unknown."""

    def text(self, name: str) -> str:
        """A text argument; empty if it was not given."""
        return str(self.args.get(name, ""))

    def require_scope(self, scope: str) -> None:
        if scope not in self.workspace.scopes:
            provided = ",".join(sorted(self.workspace.scopes))
            raise RefusedError("missing_scope", needed=scope, provided=provided)

    def channel(self) -> Channel:
        """The conversation called `channel`, if the bot can know of it."""
        found = self.state.channels.get(self.text("channel"))
        if found is None or found.team_id != self.workspace.team_id:
            raise RefusedError("channel_not_found")
        if found.kind != "channel" and self.workspace.bot_user_id not in found.members:
            raise RefusedError("channel_not_found")
        return found

    def user(self, name: str, error: str = "user_not_found") -> User:
        found = self.state.users.get(self.text(name))
        if found is None or found.team_id != self.workspace.team_id:
            raise RefusedError(error)
        return found

    def message(self, channel: Channel, name: str) -> Message:
        found = self.state.message(channel.channel_id, self.text(name))
        if found is None:
            raise RefusedError("message_not_found")
        return found


def checked_blocks(ask: Ask) -> list[Json] | None:
    """The blocks of the call, completed with ids; None if it has none."""
    blocks = ask.args.get("blocks")
    if blocks is None:
        return None
    wrong = blockkit.complaints(blocks)
    if wrong:
        ask.problem(f"{ask.method}: invalid_blocks: {'; '.join(wrong)}")
        messages = {"messages": [f"[ERROR] {saying}" for saying in wrong]}
        raise RefusedError("invalid_blocks", errors=wrong, response_metadata=messages)
    if blockkit.length(blocks) > blockkit.MOST_TOTAL:
        raise RefusedError("msg_blocks_too_long")
    return blockkit.completed(blocks, ask.state.number())


def page_of(listed: list[T], ask: Ask, most: int, default: int) -> tuple[list[T], str]:
    """A page of `listed` by `limit` and `cursor`, and the next cursor, empty on the last page.

    https://docs.slack.dev/apis/web-api/pagination
    """
    limit = ask.args.get("limit", default)
    if not 0 < limit <= most:
        raise RefusedError("invalid_limit")
    cursor = ask.text("cursor")
    prefix, _, start = cursor.partition(":")
    if cursor and (prefix != "next" or not start.isdecimal() or int(start) > len(listed)):
        raise RefusedError("invalid_cursor")
    begin = int(start or 0)
    end = begin + limit
    return listed[begin:end], f"next:{end}" if end < len(listed) else ""
