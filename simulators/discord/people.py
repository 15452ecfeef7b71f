"""Acting as the people who use Discord, and seeing what they see."""

from collections.abc import Mapping
from typing import Any

from simulators.discord.api_channels import new_dm
from simulators.discord.command_options import NotOfferedError, Value, fill_in, find_command
from simulators.discord.errors import DiscordError
from simulators.discord.events import message_changed, message_deleted, reaction_changed
from simulators.discord.flags import NO_PERMISSION, ComponentType, InteractionType, Permission
from simulators.discord.interaction_payloads import interaction_json, resolved
from simulators.discord.interactions import Interaction, InteractionAnswer, new_token
from simulators.discord.message_rules import LINK_STYLE, buttons, read_draft
from simulators.discord.modals import filled_in
from simulators.discord.service import Service
from simulators.discord.world import Application, Channel, Message, User
from simulators.discord.writing import remove, revise, write

Json = dict[str, Any]


class People:
    """What people do. Each act returns when the bot has reacted, as far as the protocol lets one know.

    An act that Discord's app would not offer raises NotOfferedError. Where nobody says which bot is meant,
    it is the one that was added first.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    @property
    def _first_bot(self) -> Application:
        return self._service.world.applications[0]

    def dm_of(self, user: User) -> Channel:
        """Her direct message with the bot; opened, as by a click on its name, if there is none."""
        bot, world = self._first_bot, self._service.world
        channel = world.dm(bot, user)
        if channel is None and not world.share_a_guild(bot, user):
            raise NotOfferedError(f"{user.name} shares no guild with the bot")
        return channel or new_dm(self._service, bot, user)

    async def dm(self, user: User, text: str) -> int:
        """Write to the bot; returns the message's id once the event is written to a connected gateway.

        With no gateway and no resumable session the event is lost, as in reality: only history has it.
        """
        channel = self.dm_of(user)
        if not self._service.world.share_a_guild(self._first_bot, user):
            raise NotOfferedError(f"{user.name} shares no guild with the bot")
        return await self.say(user, channel, text)

    async def say(self, user: User, where: Channel, text: str) -> int:
        """Write into a channel; returns the message's id."""
        self._check_presence(user, where)
        try:
            message = write(self._service, where, user, read_draft({"content": text}))
        except DiscordError as refusal:
            raise NotOfferedError(str(refusal)) from refusal
        await message_changed(self._service, "MESSAGE_CREATE", message)
        return message.id

    async def edit(self, user: User, message_id: int, text: str) -> None:
        message = self._own(user, message_id)
        try:
            revise(self._service, message, read_draft({"content": text}))
        except DiscordError as refusal:
            raise NotOfferedError(str(refusal)) from refusal
        await message_changed(self._service, "MESSAGE_UPDATE", message)

    async def delete(self, user: User, message_id: int) -> None:
        message = self._own(user, message_id)
        remove(self._service, message)
        await message_deleted(self._service, message)

    async def react(self, user: User, message_id: int, emoji: str) -> None:
        message = self._seen(user, message_id)
        who = message.reactions.setdefault(emoji, [])
        if user not in who:
            who.append(user)
            await reaction_changed(self._service, "MESSAGE_REACTION_ADD", message, user, emoji)

    async def command(
        self,
        user: User,
        where: Channel,
        name: str,
        subcommand: str = "",
        options: Mapping[str, Value] | None = None,
    ) -> InteractionAnswer:
        """Type `/name subcommand` (`team here` for one in a group) with options."""
        data = self._command_data(user, where, (name, subcommand), options or {}, None)
        return await self._interact(InteractionType.COMMAND, user, where, data)

    async def autocomplete(
        self,
        user: User,
        where: Channel,
        name: str,
        subcommand: str,
        options: Mapping[str, Value],
        *,
        focused: str,
    ) -> list[Json]:
        """The choices (`name`, `value`) offered while she types `focused`; none if no answer came."""
        data = self._command_data(user, where, (name, subcommand), options, focused)
        return (await self._interact(InteractionType.AUTOCOMPLETE, user, where, data)).choices

    async def click(self, user: User, message_id: int, button: str) -> InteractionAnswer:
        """Press the button with this label or custom id."""
        message = self._seen(user, message_id)
        found = [b for b in buttons(message.components) if button in (b.get("label"), b.get("custom_id"))]
        if not found or found[0].get("disabled") or found[0]["style"] == LINK_STYLE:
            raise NotOfferedError(f"there is no button {button} to press")
        data = {
            "custom_id": found[0]["custom_id"],
            "component_type": int(ComponentType.BUTTON),
            "id": found[0]["id"],
        }
        return await self._interact(InteractionType.COMPONENT, user, message.channel, data, message)

    async def submit_modal(
        self, user: User, opened: InteractionAnswer, values: Mapping[str, str]
    ) -> InteractionAnswer:
        """Fill in the form that `opened` brought, by custom id, and send it."""
        opener = self._service.interactions.of(opened)
        if opened.modal is None or opener.user is not user:
            raise NotOfferedError("no form is open")
        components = filled_in(opened.modal, values)
        data = {"custom_id": opened.modal["custom_id"], "components": components}
        return await self._interact(InteractionType.MODAL_SUBMIT, user, opener.channel, data, opener.source)

    def messages(self, channel_id: int) -> list[Message]:
        """What everybody in the channel sees, oldest first; ephemeral answers are not among it."""
        return list(self._service.world.channels[channel_id].messages)

    def threads(self, channel_id: int) -> list[Channel]:
        return [c for c in self._service.world.channels.values() if c.parent and c.parent.id == channel_id]

    def message(self, message_id: int) -> Message:
        return self._service.world.messages[message_id]

    def _command_data(
        self,
        user: User,
        where: Channel,
        names: tuple[str, str],
        options: Mapping[str, Value],
        focused: str | None,
    ) -> Json:
        self._check_presence(user, where)
        name, subcommand = names
        command = find_command(self._bot_in(where), user, where, name)
        filled = fill_in(command, subcommand, options, focused)
        data = {"id": command["id"], "name": name, "type": command["type"], "options": filled}
        if "guild_id" in command:
            data["guild_id"] = command["guild_id"]
        return data | resolved(self._service.world, where, filled)

    async def _interact(
        self,
        kind: InteractionType,
        user: User,
        where: Channel,
        data: Json,
        source: Message | None = None,
    ) -> InteractionAnswer:
        service = self._service
        bot = source.application if source and source.application else self._bot_in(where, source)
        interaction = Interaction(
            service.ids.make(), new_token(), kind, bot, user, where, service.now(), source
        )
        service.interactions.add(interaction)
        payload = interaction_json(interaction, data)
        if not await service.gateway.dispatch(bot, "INTERACTION_CREATE", payload):
            interaction.expired = True
            return interaction.answer
        return await service.interactions.wait(interaction)

    def _bot_in(self, where: Channel, source: Message | None = None) -> Application:
        """The bot that is meant in a channel: the one that wrote the message, else the only one there."""
        for application in self._service.world.applications:
            here = where.application is application
            if where.guild is not None:
                here = application.application_id in where.guild.installations
            if here and (source is None or source.author is application.bot):
                return application
        raise NotOfferedError("there is no bot here")

    def _check_presence(self, user: User, where: Channel) -> None:
        if where.guild is None:
            allowed = where.person is user
        else:
            granted = where.guild.permissions_of(user)
            denied = NO_PERMISSION if user is where.guild.owner else (where.parent or where).denied
            allowed = user.id in where.guild.members and Permission.VIEW_CHANNEL in granted & ~denied
        if not allowed:
            raise NotOfferedError(f"{user.name} is not in this channel")

    def _seen(self, user: User, message_id: int) -> Message:
        message = self._service.world.messages.get(message_id)
        if message is None or message.seen_only_by not in (None, user):
            raise NotOfferedError(f"{user.name} sees no such message")
        self._check_presence(user, message.channel)
        return message

    def _own(self, user: User, message_id: int) -> Message:
        message = self._seen(user, message_id)
        if message.author is not user:
            raise NotOfferedError(f"{user.name} did not write this message")
        return message
