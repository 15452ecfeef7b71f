"""The simulated services of an evening, and people who are asked there, all of them at one time."""

import os
import secrets
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from adapters.storage.database import Database
from domain.people import Address, Channel, Profile
from simulators.discord import DiscordSimulator, Guild
from simulators.discord.snowflakes import moment_of
from simulators.sendgrid import SendGridSimulator
from simulators.slack import SlackSimulator
from simulators.slack.state import Workspace
from tests.chaos.crowd import asked_at

WORKSPACES = 4
"""Of Slack: a person's is one of so many, since each lets through a few messages a second."""
Arrivals = Mapping[Channel, Mapping[str, list[datetime]]]
"""When each delivery has arrived, by its handle; more than once, if it came more than once."""


@dataclass(slots=True)
class Services:
    """All three, with nobody there at first."""

    slack: SlackSimulator = field(default_factory=SlackSimulator)
    discord: DiscordSimulator = field(default_factory=DiscordSimulator)
    sendgrid: SendGridSimulator = field(default_factory=SendGridSimulator)
    workspaces: list[Workspace] = field(default_factory=list)
    guild: Guild = field(init=False)
    secret: str = field(default_factory=lambda: secrets.token_hex(32))

    async def start(self) -> None:
        for service in (self.slack, self.discord, self.sendgrid):
            await service.start()
        self.sendgrid.reports_delivery = True
        self.workspaces += [
            self.slack.add_workspace(f"Initech {n}", f"initech{n}") for n in range(WORKSPACES)
        ]
        self.discord.add_application("donelog")
        self.guild = self.discord.add_guild("Initech", self.discord.add_user("owner", "Owner"))
        await self.discord.invite_bot(self.guild)

    async def stop(self) -> None:
        for service in (self.slack, self.discord, self.sendgrid):
            await service.stop()

    def settings(self, database_url: str) -> dict[str, str]:
        """The environment of a process that is set up with these services, at the product's own pace."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "DATABASE_URL": database_url,
            "DONELOG_SECRET": self.secret,
            "DONELOG_HTTP_PORT": "0",
            "SLACK_BOT_TOKEN": ",".join(each.bot_token for each in self.workspaces),
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_API_URL": self.slack.api_url.rstrip("/"),
            "DISCORD_BOT_TOKEN": self.discord.world.applications[0].token,
            "DISCORD_API_URL": self.discord.api_url,
            "DISCORD_GATEWAY_URL": self.discord.gateway_url,
            "SENDGRID_API_KEY": self.sendgrid.api_key,
            "SENDGRID_API_URL": self.sendgrid.url,
            "SENDGRID_EVENT_PUBLIC_KEY": self.sendgrid.event_public_key,
            "DONELOG_MAIL_DOMAIN": "done.example.com",
            "DONELOG_PUBLIC_URL": "https://done.example.com",
        }

    def populate(
        self, database: Database, organization_id: int, people: int, due: datetime
    ) -> dict[int, Channel]:
        """Take in so many, a third on each channel; who is asked where at `due`, which is a full minute."""
        self._link(database, organization_id)
        zone = noon_at(due)
        local = due.astimezone(ZoneInfo(zone))
        asked: dict[int, Channel] = {}
        with database.storage.begin() as uow:
            store = uow.tenant(organization_id).people
            for number in range(people):
                address, direct = self._member(number)
                person, _ = store.add(Profile(f"p{number}", zone), address, direct, due)
                store.save(asked_at(person, local.hour * 60 + local.minute))
                asked[person.id] = address.channel
            uow.commit()
        return asked

    def _link(self, database: Database, organization_id: int) -> None:
        with database.storage.begin() as uow:
            for each in self.workspaces:
                uow.directory.link(organization_id, Channel.SLACK, each.team_id, each.name)
            uow.directory.link(organization_id, Channel.DISCORD, str(self.guild.id), "Initech")
            uow.commit()

    def _member(self, number: int) -> tuple[Address, str | None]:
        """Her address, and the direct message that is open already: she was asked yesterday, too."""
        channel = list(Channel)[number % len(Channel)]
        name = f"p{number}"
        if channel is Channel.SLACK:
            workspace = self.workspaces[number // len(Channel) % WORKSPACES]
            slacker = self.slack.add_user(workspace, name, name, "Europe/Madrid", f"{name}@slack.example")
            return Address(channel, slacker.user_id, slacker.team_id), self.slack.dm_of(slacker).channel_id
        if channel is Channel.DISCORD:
            discorder = self.discord.add_user(name, name)
            self.discord.join(discorder, self.guild)
            return Address(channel, str(discorder.id)), str(self.discord.dm_of(discorder).id)
        return Address(channel, f"{name}@example.com"), None

    def arrived(self) -> int:
        """How many messages the services have taken from the bot."""
        on_slack = sum(
            bool(each.bot_id) for channel in self.slack.state.messages.values() for each in channel
        )
        on_discord = sum(each.author.is_bot for each in self.discord.world.messages.values())
        return on_slack + on_discord + len(self.sendgrid.outbox)

    def arrivals(self) -> Arrivals:
        found: dict[Channel, dict[str, list[datetime]]] = {channel: defaultdict(list) for channel in Channel}
        for channel in self.slack.state.messages.values():
            for message in channel:
                if message.bot_id and message.metadata:
                    handle = message.metadata["event_payload"]["delivery"]
                    found[Channel.SLACK][handle].append(datetime.fromtimestamp(float(message.ts), UTC))
        for said in self.discord.world.messages.values():
            if said.author.is_bot and said.nonce is not None:
                found[Channel.DISCORD][str(said.nonce)].append(moment_of(said.id))
        for mail in self.sendgrid.outbox:
            found[Channel.EMAIL][mail.custom_args["delivery"]].append(mail.at)
        return found

    def problems(self) -> list[str]:
        """What the services did not understand."""
        services = (self.slack, self.discord, self.sendgrid)
        return sorted({problem for service in services for problem in service.journal.problems})


def noon_at(instant: datetime) -> str:
    """A zone in which it is about noon then, so that no log day begins or ends meanwhile."""
    ahead = 12 - instant.astimezone(UTC).hour
    return f"Etc/GMT{-ahead:+d}"  # whose names have their signs the other way round
