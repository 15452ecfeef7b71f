"""What a simulated Slack holds: workspaces, people, conversations, messages, views."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from simulators.base import Now

Json = dict[str, Any]
"""A decoded JSON object."""

Kind = Literal["channel", "group", "im"]
"""A conversation's `channel_type` in events: public channel, private channel, direct message."""


@dataclass(slots=True, eq=False)
class Workspace:
    """A workspace that the app is installed in, with what that installation may do."""

    team_id: str
    name: str
    domain: str
    scopes: frozenset[str]
    bot_token: str
    bot_user_id: str
    bot_id: str
    app_id: str
    app_token: str
    signing_secret: str
    installed: bool = True


@dataclass(slots=True, eq=False)
class User:
    user_id: str
    team_id: str
    name: str
    real_name: str
    tz: str
    email: str
    is_admin: bool = False
    is_bot: bool = False
    deleted: bool = False


@dataclass(slots=True, eq=False)
class Channel:
    channel_id: str
    team_id: str
    name: str
    kind: Kind
    members: list[str]
    """User ids in the order they came."""
    archived: bool = False


@dataclass(slots=True, eq=False)
class Message:
    """A message as it stands now; a deleted one stays, marked, for whoever looks on."""

    channel_id: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    bot_id: str | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    """A thread reply that shows in the channel too."""
    subtype: str | None = None
    client_msg_id: str | None = None
    metadata: Json | None = None
    edited: Json | None = None
    """`{"user": ..., "ts": ...}` once it carries the word "(edited)"."""
    deleted: bool = False
    reactions: dict[str, list[str]] = field(default_factory=dict)
    """Emoji name to the ids of those who reacted, in order."""


@dataclass(slots=True, eq=False)
class Ephemeral:
    """A message that one person alone sees, until she reloads."""

    channel_id: str
    ts: str
    user: str
    text: str
    blocks: list[Json]
    deleted: bool = False


@dataclass(slots=True, eq=False)
class View:
    """A modal or an App Home, as the service holds it."""

    view_id: str
    user: str
    team_id: str
    content: Json
    """What the app sent, blocks completed with ids."""
    hash: str
    root_view_id: str
    is_open: bool = True


@dataclass(slots=True)
class State:
    """Everything the service keeps; ids and timestamps are unique over all workspaces."""

    now: Now
    workspaces: dict[str, Workspace] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    messages: dict[str, list[Message]] = field(default_factory=dict)
    """Channel id to its messages in the order of their ts, thread replies among them."""
    ephemerals: list[Ephemeral] = field(default_factory=list)
    views: dict[str, View] = field(default_factory=dict)
    history_lag: timedelta = timedelta(0)
    """How old a message must be before `conversations.history` lists it; some reads of the real one lag."""
    _dms: dict[tuple[str, str], Channel] = field(default_factory=dict)
    _last_micros: int = 0
    _made: int = 0

    def number(self) -> int:
        """A number never given before."""
        self._made += 1
        return self._made

    def new_id(self, prefix: str) -> str:
        """An id in Slack's form: a letter or two that tell what it names, then capitals and digits."""
        return f"{prefix}0{self.number():08X}"

    def new_ts(self) -> str:
        """The next timestamp: seconds and six decimals of `now`, always later than the one before."""
        self._last_micros = max(self._last_micros + 100, int(self.now().timestamp() * 1_000_000))
        return f"{self._last_micros // 1_000_000}.{self._last_micros % 1_000_000:06d}"

    def message(self, channel_id: str, ts: str) -> Message | None:
        """The message at `ts`, unless it was deleted."""
        listed = self.messages.get(channel_id, [])
        return next((m for m in reversed(listed) if m.ts == ts and not m.deleted), None)

    def keep(self, message: Message) -> Message:
        self.messages.setdefault(message.channel_id, []).append(message)
        return message

    def dm(self, workspace: Workspace, user_id: str) -> Channel | None:
        """The direct message between that person and the bot, if it was ever opened."""
        return self._dms.get((workspace.team_id, user_id))

    def open_dm(self, workspace: Workspace, user_id: str) -> Channel:
        found = self.dm(workspace, user_id)
        if found is not None:
            return found
        made = Channel(self.new_id("D"), workspace.team_id, "", "im", [user_id, workspace.bot_user_id])
        self.channels[made.channel_id] = made
        self._dms[workspace.team_id, user_id] = made
        return made

    def people(self, workspace: Workspace) -> list[User]:
        return [user for user in self.users.values() if user.team_id == workspace.team_id]
