"""People who write, edit, delete, react, join and leave."""

import uuid

from simulators.slack import events, markup, typed, views, wire
from simulators.slack.service import Service
from simulators.slack.state import Channel, Ephemeral, Json, Message, User, Workspace


class Messaging(Service):
    """Every act returns when the app has acknowledged the event, or at once if it is not told.

    Raises:
        NotAcknowledgedError: the app took it in none of the service's tries.
        ValueError: the person could not have done this.
    """

    async def dm(self, user: User, text: str) -> str:
        """Write to the bot; returns the message's ts."""
        return await self.say(user, self.dm_of(user), text)

    async def say(self, user: User, channel: Channel, text: str, thread_ts: str | None = None) -> str:
        """Write in a conversation; returns the message's ts."""
        _must_be_in(user, channel)
        message = Message(
            channel.channel_id,
            self.state.new_ts(),
            user.user_id,
            self._sent(user, text),
            typed.rich_text(text, self.state.new_id("b")),
            thread_ts=thread_ts,
            client_msg_id=str(uuid.uuid4()),
        )
        self.state.keep(message)
        workspace = self.workspace_of(user)
        await self._emit(workspace, events.posted(message, channel, workspace))
        return message.ts

    async def edit(self, user: User, channel: Channel, ts: str, new_text: str) -> None:
        message, workspace = self._own(user, channel, ts), self.workspace_of(user)
        before = wire.message_object(message, workspace)
        message.text = self._sent(user, new_text)
        message.blocks = typed.rich_text(new_text, self.state.new_id("b"))
        event_ts = self.state.new_ts()
        message.edited = {"user": user.user_id, "ts": f"{event_ts.partition('.')[0]}.000000"}
        after = wire.message_object(message, workspace)
        await self._emit(workspace, events.changed(before, after, channel, event_ts))

    async def unfurl(self, channel: Channel, ts: str) -> None:
        """Let the service add the preview of a link: a change that nobody made, without `edited`."""
        message = self._there(channel, ts)
        workspace = self.state.workspaces[channel.team_id]
        before = wire.message_object(message, workspace)
        message.attachments = [{"id": 1, "title": "Preview", "from_url": "https://acme.example"}]
        after = wire.message_object(message, workspace)
        await self._emit(workspace, events.changed(before, after, channel, self.state.new_ts()))

    async def delete(self, user: User, channel: Channel, ts: str) -> None:
        message, workspace = self._own(user, channel, ts), self.workspace_of(user)
        message.deleted = True
        before = wire.message_object(message, workspace)
        await self._emit(workspace, events.deleted(before, channel, self.state.new_ts()))

    async def react(self, user: User, channel: Channel, ts: str, emoji: str) -> None:
        """Put `emoji` (its name without colons) on a message."""
        _must_be_in(user, channel)
        message = self._there(channel, ts)
        message.reactions.setdefault(emoji, []).append(user.user_id)
        event = events.reacted("reaction_added", user.user_id, emoji, message, self.state.new_ts())
        await self._emit(self.workspace_of(user), event)

    async def unreact(self, user: User, channel: Channel, ts: str, emoji: str) -> None:
        message = self._there(channel, ts)
        message.reactions[emoji].remove(user.user_id)
        if not message.reactions[emoji]:
            del message.reactions[emoji]
        event = events.reacted("reaction_removed", user.user_id, emoji, message, self.state.new_ts())
        await self._emit(self.workspace_of(user), event)

    async def join(self, user: User, channel: Channel) -> None:
        channel.members.append(user.user_id)
        event = events.membership("member_joined_channel", user.user_id, channel, self.state.new_ts())
        await self._emit(self.workspace_of(user), event)

    async def invite_bot(self, user: User, channel: Channel) -> None:
        """Bring the bot into a channel."""
        _must_be_in(user, channel)
        workspace = self.workspace_of(user)
        channel.members.append(workspace.bot_user_id)
        event = events.membership(
            "member_joined_channel", workspace.bot_user_id, channel, self.state.new_ts()
        )
        await self._emit(workspace, event | {"inviter": user.user_id})

    async def remove_bot(self, user: User, channel: Channel) -> None:
        """Put the bot out of a channel."""
        workspace = self.workspace_of(user)
        channel.members.remove(workspace.bot_user_id)
        event = events.left(channel, user.user_id, self.state.new_ts())
        await self._emit(workspace, event)

    async def change(self, user: User, *, tz: str | None = None, deleted: bool | None = None) -> None:
        """Move to another time zone, or be deactivated or brought back."""
        user.tz = user.tz if tz is None else tz
        user.deleted = user.deleted if deleted is None else deleted
        workspace = self.workspace_of(user)
        shown = wire.user_object(
            user, self.state.now(), with_email="users:read.email" in workspace.scopes, locale=True
        )
        ts = self.state.new_ts()
        event = {"type": "user_change", "user": shown, "cache_ts": int(float(ts)), "event_ts": ts}
        await self._emit(workspace, event)

    async def open_home(self, user: User) -> None:
        """Open the app's home tab."""
        workspace, home = self.workspace_of(user), views.home_of(self.state, user)
        event: Json = {
            "type": "app_home_opened",
            "user": user.user_id,
            "channel": self.dm_of(user).channel_id,
            "tab": "home",
            "event_ts": self.state.new_ts(),
        }
        shown = {"view": wire.view_object(home, workspace)} if home else {}
        await self._emit(workspace, event | shown)

    async def uninstall(self, workspace: Workspace) -> None:
        """Take the app out of a workspace; its token is worth nothing from then on."""
        workspace.installed = False
        revoked = {"oauth": [], "bot": [workspace.bot_user_id]}
        await self._emit(workspace, {"type": "app_uninstalled"})
        await self._emit(workspace, {"type": "tokens_revoked", "tokens": revoked})

    def messages(self, channel: Channel) -> list[Message]:
        """What was written there, in order; deleted messages are marked, not missing."""
        return list(self.state.messages.get(channel.channel_id, []))

    def ephemerals(self, user: User) -> list[Ephemeral]:
        """What that person alone was shown, in order."""
        return [shown for shown in self.state.ephemerals if shown.user == user.user_id]

    @staticmethod
    def mentions(message: Message | Ephemeral) -> list[str]:
        """Whom a message calls: `!channel`, `@U012`, ...; empty if everything in it is inert."""
        return markup.mentions(message.text, message.blocks)

    def dm_of(self, user: User) -> Channel:
        """That person's conversation with the bot."""
        return self.state.open_dm(self.workspace_of(user), user.user_id)

    def dm_between(self, user: User, other: User) -> Channel:
        """A conversation of two people, which the bot is not in; commands can be typed there all the same."""
        members = [user.user_id, other.user_id]
        made = Channel(self.state.new_id("D"), user.team_id, "", "im", members)
        self.state.channels[made.channel_id] = made
        return made

    def _sent(self, user: User, text: str) -> str:
        return typed.sent(text, self.state.people(self.workspace_of(user)))

    def _there(self, channel: Channel, ts: str) -> Message:
        message = self.state.message(channel.channel_id, ts)
        if message is None:
            raise ValueError(f"no message {ts} in {channel.channel_id}")
        return message

    def _own(self, user: User, channel: Channel, ts: str) -> Message:
        message = self._there(channel, ts)
        if message.user != user.user_id:
            raise ValueError(f"{user.name} did not write {ts}")
        return message


def _must_be_in(user: User, channel: Channel) -> None:
    if user.user_id not in channel.members:
        raise ValueError(f"{user.name} is not in {channel.name or channel.channel_id}")
    if channel.archived:
        raise ValueError(f"{channel.name or channel.channel_id} is archived")
