"""People on the three channels, who talk to donelog in the same words wherever they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from domain.dones import Done
from domain.local_time import log_day
from domain.people import Address, Channel, Person
from simulators import plain
from simulators.discord import Channel as DiscordChannel
from simulators.discord import Guild
from simulators.discord import User as DiscordUser
from simulators.sendgrid import Mail
from simulators.slack.state import Channel as SlackChannel
from simulators.slack.state import User as SlackUser
from simulators.town import Town


class Voice(Protocol):
    """Somebody on one channel."""

    town: Town

    @property
    def address(self) -> Address: ...

    async def write(self, text: str) -> str:
        """Say something in a direct message or mail, and let it be understood; names the message."""

    def heard(self) -> list[str]:
        """Everything donelog has told her alone by messages or mails, oldest first."""


class Chat(Voice, Protocol):
    """Somebody on a channel that has edits, deletions and `/done`."""

    async def edit(self, ref: str, text: str) -> None: ...

    async def delete(self, ref: str) -> None: ...

    async def add(self, text: str) -> str:
        """`/done add text`; what she is shown."""

    async def set(self, what: str, value: str) -> str:
        """`/done time 17:30` and its like; what she is shown."""

    async def search(self, query: str) -> str: ...

    def marks(self, ref: str) -> int:
        """How many check marks stand on a message of hers."""


@dataclass(slots=True)
class OnSlack:
    town: Town
    user: SlackUser
    channel: SlackChannel

    @property
    def address(self) -> Address:
        return Address(Channel.SLACK, self.user.user_id, self.user.team_id)

    async def write(self, text: str) -> str:
        ts = await self.town.services.slack.dm(self.user, text)
        await self.town.settle()
        return ts

    def heard(self) -> list[str]:
        slack = self.town.services.slack
        return [plain.slack(each) for each in slack.messages(slack.dm_of(self.user)) if each.bot_id]

    async def edit(self, ref: str, text: str) -> None:
        slack = self.town.services.slack
        await slack.edit(self.user, slack.dm_of(self.user), ref, text)
        await self.town.settle()

    async def delete(self, ref: str) -> None:
        slack = self.town.services.slack
        await slack.delete(self.user, slack.dm_of(self.user), ref)
        await self.town.settle()

    async def slash(self, typed: str) -> str:
        """`/done typed`; what she, or the channel, is shown."""
        answer = await self.town.services.slack.slash(self.user, self.channel, "/done", typed)
        await self.town.settle()
        assert answer.acknowledged, answer.error
        shown = [answer.body] if answer.body else []
        return "\n".join(plain.slack_content(each) for each in (*shown, *answer.posts))

    async def add(self, text: str) -> str:
        return await self.slash(f"add {text}")

    async def set(self, what: str, value: str) -> str:
        return await self.slash(f"{what} {value}")

    async def search(self, query: str) -> str:
        return await self.slash(f"search {query}")

    def marks(self, ref: str) -> int:
        slack = self.town.services.slack
        found = [each for each in slack.messages(slack.dm_of(self.user)) if each.ts == ref]
        return sum(len(who) for who in found[0].reactions.values())


@dataclass(slots=True)
class OnDiscord:
    town: Town
    user: DiscordUser
    channel: DiscordChannel

    @property
    def address(self) -> Address:
        return Address(Channel.DISCORD, str(self.user.id))

    async def write(self, text: str) -> str:
        number = await self.town.services.discord.dm(self.user, text)
        await self.town.settle()
        return str(number)

    def heard(self) -> list[str]:
        discord = self.town.services.discord
        there = discord.messages(discord.dm_of(self.user).id)
        return [plain.discord(each) for each in there if each.author.is_bot]

    async def edit(self, ref: str, text: str) -> None:
        await self.town.services.discord.edit(self.user, int(ref), text)
        await self.town.settle()

    async def delete(self, ref: str) -> None:
        await self.town.services.discord.delete(self.user, int(ref))
        await self.town.settle()

    async def command(self, name: str, options: Mapping[str, str | int]) -> str:
        """`/done name` with options; what she, or the channel, is shown."""
        answer = await self.town.services.discord.command(self.user, self.channel, "done", name, options)
        if answer.is_thinking:
            await answer.settled()
        assert not answer.failed, "Discord shows: the application did not respond"
        return plain.discord_content(answer.content, answer.components)

    async def add(self, text: str) -> str:
        return await self.command("add", {"text": text})

    async def set(self, what: str, value: str) -> str:
        return await self.command(what, {what: value})

    async def search(self, query: str) -> str:
        return await self.command("search", {"query": query})

    def marks(self, ref: str) -> int:
        message = self.town.services.discord.message(int(ref))
        return sum(len(who) for who in message.reactions.values())


@dataclass(slots=True)
class ByMail:
    town: Town
    email: str

    @property
    def address(self) -> Address:
        return Address(Channel.EMAIL, self.email)

    async def write(self, text: str) -> str:
        """Answer the last mail she got."""
        status = await self.town.services.sendgrid.reply(self.mails()[-1], text)
        assert status == 200
        await self.town.settle()
        return self.mails()[-1].message_id

    def mails(self) -> list[Mail]:
        return [mail for mail in self.town.services.sendgrid.outbox if mail.to == self.email]

    def heard(self) -> list[str]:
        return [plain.mail(mail) for mail in self.mails()]


@dataclass(slots=True)
class Team:
    """A team with somebody on each channel, made by talking alone."""

    name: str
    slack: OnSlack
    discord: OnDiscord
    mail: ByMail
    guild: Guild

    @property
    def voices(self) -> Sequence[Voice]:
        return (self.slack, self.discord, self.mail)

    @property
    def chats(self) -> Sequence[Chat]:
        return (self.slack, self.discord)

    def slack_channel(self) -> list[str]:
        """What donelog told the team's channel on Slack."""
        slack = self.slack.town.services.slack
        return [plain.slack(each) for each in slack.messages(self.slack.channel) if each.bot_id]

    def discord_channel(self) -> list[str]:
        """The same on Discord."""
        discord = self.discord.town.services.discord
        return [
            plain.discord(each) for each in discord.messages(self.discord.channel.id) if each.author.is_bot
        ]


async def gather(town: Town, name: str) -> Team:
    """Ana makes the team on Slack, Ben joins it on Discord, where it is told too, Cleo is invited by mail."""
    slack, discord, workspace = town.services.slack, town.services.discord, town.services.workspace
    ana = slack.add_user(workspace, f"ana-{name}", "Ana", "Europe/Madrid", f"ana.{name}@example.com")
    on_slack = OnSlack(town, ana, slack.add_channel(workspace, name, [ana]))
    ben = discord.add_user(f"ben-{name}", "Ben")
    guild = next(iter(discord.world.guilds.values()), None)
    if guild is None:
        guild = discord.add_guild("Initech", ben)
        await discord.invite_bot(guild)
        await town.connected()
    discord.join(ben, guild)
    on_discord = OnDiscord(town, ben, await discord.add_channel(guild, name))
    by_mail = ByMail(town, f"cleo.{name}@example.com")
    await on_slack.slash(f"team here {name}")
    await on_discord.command("join", {"team": name})
    await on_discord.command("team here", {"name": name})
    await on_slack.slash(f"invite {by_mail.email}")
    await by_mail.write("private: said yes to the invitation")
    return Team(name, on_slack, on_discord, by_mail, guild)


# ---------------------------------------------------------------- what is stored


def person(voice: Voice) -> Person:
    """Who that is, by her address."""
    core = voice.town.installation.core
    with core.database.storage.begin() as uow:
        found = uow.tenant(core.organization_id).people.at(voice.address)
        assert found is not None, f"nobody is known at {voice.address}"
        return found[0]


def dones(voice: Voice, day: date | None = None) -> list[Done]:
    """Her dones of a day, of today by default."""
    core = voice.town.installation.core
    who = person(voice)
    with core.database.storage.begin() as uow:
        asked = day or log_day(voice.town.clock.now(), who.zone)
        return uow.tenant(core.organization_id).log.day(who.id, asked)


def texts(voice: Voice, day: date | None = None) -> list[str]:
    return [done.text for done in dones(voice, day)]
