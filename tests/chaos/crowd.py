"""The simulated services, and people who are asked there and write there."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.storage.database import Database
from bot.compose import GATEWAY_LEASE
from domain.local_time import log_day
from domain.people import Address, Channel, Person, Profile
from domain.ports.front import StorageDown
from domain.services.prompting import plan_prompts
from simulators.discord import DiscordSimulator, Guild
from simulators.discord.world import User as DiscordUser
from simulators.sendgrid import SendGridSimulator
from simulators.slack import SlackSimulator
from simulators.slack.delivery import NotAcknowledgedError
from simulators.slack.state import User as SlackUser
from simulators.slack.state import Workspace
from tests.chaos.asking import Asking
from tests.chaos.oracle import Said, Seen, Told

EVERY_DAY = 0b1111111


@dataclass(slots=True)
class Crowd:
    """Everybody.  They live where it is noon, so that their log day does not end during a run."""

    database: Database
    organization_id: int
    draw: random.Random
    slack: SlackSimulator = field(default_factory=SlackSimulator)
    discord: DiscordSimulator = field(default_factory=DiscordSimulator)
    sendgrid: SendGridSimulator = field(default_factory=SendGridSimulator)
    said: list[Said] = field(default_factory=list)
    planned: dict[int, Channel] = field(default_factory=dict)
    """Everybody who is to be asked today, and where."""
    people: dict[str, int] = field(default_factory=dict)
    """The number of each person who is asked, by what the service calls her."""
    _slackers: list[SlackUser] = field(default_factory=list)
    _discorders: list[DiscordUser] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)
    """Direct messages that the installation knows from the start."""
    _number: int = 0
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    workspace: Workspace = field(init=False)
    guild: Guild = field(init=False)
    zone: str = field(init=False)
    asking: Asking = field(init=False)

    async def start(self) -> None:
        for service in (self.slack, self.discord, self.sendgrid):
            await service.start()
        self.slack.delivery.retry_delays = (0.2, 1.0, 3.0)
        self.sendgrid.reports_delivery = True
        self.slack.state.history_lag = timedelta(seconds=1)
        self.workspace = self.slack.add_workspace("Initech", "initech")
        self.asking = Asking(self.slack, self.discord, self.draw, self._ended_by)
        self.discord.add_application("donelog")
        self.guild = self.discord.add_guild("Initech", self.discord.add_user("owner", "Owner"))
        await self.discord.invite_bot(self.guild)
        ahead = 12 - datetime.now(UTC).hour  # noqa: TID251 -- real processes live in real time
        self.zone = f"Etc/GMT{-ahead:+d}"  # whose names have their signs the other way round
        await asyncio.to_thread(self._link)

    def _link(self) -> None:
        with self.database.storage.begin() as uow:
            for channel, name in (
                (Channel.SLACK, self.workspace.team_id),
                (Channel.DISCORD, str(self.guild.id)),
            ):
                uow.directory.link(self.organization_id, channel, name, "Initech")
            uow.commit()

    async def stop(self) -> None:
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        for service in (self.slack, self.discord, self.sendgrid):
            await service.stop()

    # ---------------------------------------------------------------- who is to be asked

    async def join(self, count: int) -> None:
        """That many people more on each channel, whose hour has just come."""
        newcomers = [self._newcomer(channel) for channel in Channel for _ in range(count)]
        await asyncio.to_thread(self._add, newcomers)

    def _newcomer(self, channel: Channel) -> tuple[Address, str | None]:
        """Her address, and for every other one the direct message that is open already."""
        number = self.next_number()
        name, opened = f"p{number}", number % 2 == 0
        if channel is Channel.SLACK:
            slacker = self.slack.add_user(
                self.workspace, name, name, "Europe/Madrid", f"{name}@slack.example"
            )
            self._slackers.append(slacker)
            direct = self.slack.dm_of(slacker).channel_id if opened else None
            return Address(channel, slacker.user_id, slacker.team_id), direct
        if channel is Channel.DISCORD:
            discorder = self.discord.add_user(name, name)
            self.discord.join(discorder, self.guild)
            self._discorders.append(discorder)
            direct = str(self.discord.dm_of(discorder).id) if opened else None
            return Address(channel, str(discorder.id)), direct
        return Address(channel, f"{name}@example.com"), None

    def _add(self, newcomers: list[tuple[Address, str | None]]) -> None:
        """Plan those who came before, unless a process was faster, and take in these."""
        now = self.database.time()
        with self.database.storage.begin() as uow:
            plan_prompts(uow, now)
            uow.commit()
        local = now.astimezone(ZoneInfo(self.zone))
        added: dict[int, Channel] = {}
        numbers: dict[str, int] = {}
        with self.database.storage.begin() as uow:
            people = uow.tenant(self.organization_id).people
            for address, direct in newcomers:
                person, _ = people.add(
                    Profile(address.external_id.partition("@")[0], self.zone), address, direct, now
                )
                people.save(asked_at(person, local.hour * 60 + local.minute))
                if address.channel is Channel.DISCORD and direct is not None:  # who has a next channel
                    people.add_identity(person.id, Address(Channel.EMAIL, f"{person.id}@discord.example"))
                added[person.id] = address.channel
                numbers[address.external_id] = person.id
            uow.commit()
        self.planned.update(added)
        self.people.update(numbers)
        self._known.update(direct for _, direct in newcomers if direct is not None)

    def next_number(self) -> int:
        """That nothing else has."""
        self._number += 1
        return self._number

    def _ended_by(self, external_id: str) -> str:
        """The source of the answer that a button of today's question gives."""
        today = log_day(datetime.now(UTC), self.zone)  # noqa: TID251 -- as above
        return f"nothing:{self.people[external_id]}:{today.isoformat()}"

    # ---------------------------------------------------------------- what they write

    def speak(self) -> None:
        """Somebody on each channel writes a line."""
        for write in (self._on_slack, self._on_discord, self._by_mail):
            self._begin(write)

    def ask(self) -> None:
        """Somebody on each chat types a command, or presses a button."""
        self._begin(self.draw.choice((self._command_on_slack, self._press_on_slack)))
        self._begin(self.draw.choice((self._command_on_discord, self._press_on_discord)))

    async def _command_on_slack(self, text: str) -> None:
        if self._slackers:
            await self.asking.add_on_slack(self.draw.choice(self._slackers), text)

    async def _command_on_discord(self, text: str) -> None:
        if self._discorders:
            await self.asking.add_on_discord(self.draw.choice(self._discorders), text)

    async def _press_on_slack(self, _: str) -> None:
        if self._slackers:
            await self.asking.press_on_slack(self.draw.choice(self._slackers))

    async def _press_on_discord(self, _: str) -> None:
        if self._discorders:
            await self.asking.press_on_discord(self.draw.choice(self._discorders))

    def _begin(self, write: Callable[[str], Coroutine[None, None, None]]) -> None:
        task = asyncio.create_task(write(f"polished item {self.next_number()}"))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _on_slack(self, text: str) -> None:
        if not self._slackers:
            return
        try:
            await self.slack.dm(self.draw.choice(self._slackers), text)
            taken = True
        except NotAcknowledgedError:
            taken = False
        self.said.append(Said(Channel.SLACK, text, taken))

    async def _on_discord(self, text: str) -> None:
        if not self._discorders:
            return
        user = self.draw.choice(self._discorders)
        heard = str(self.discord.dm_of(user).id) in self._known and await asyncio.to_thread(
            self._has_listened
        )
        await self.discord.dm(user, text)
        self.said.append(Said(Channel.DISCORD, text, heard))

    def _has_listened(self) -> bool:
        """Whoever listens next to Discord hears what was said since."""
        try:
            return self.database.listening_progress(GATEWAY_LEASE).load() is not None
        except StorageDown:
            return False

    async def _by_mail(self, text: str) -> None:
        if self.sendgrid.outbox:
            await self.sendgrid.reply(self.draw.choice(self.sendgrid.outbox), text)
            self.said.append(Said(Channel.EMAIL, text, acknowledged=True))  # now, or when it is calm

    async def repeat_something(self) -> None:
        """Slack sends an event once more whose acknowledgement got lost."""
        sent = [each for each in self.slack.delivery.events if each["event"]["type"] == "message"]
        if sent:
            with contextlib.suppress(NotAcknowledgedError):
                await self.slack.redeliver(self.draw.choice(sent[-50:]))

    async def silent(self) -> None:
        """Return once everything that was written is acknowledged or given up."""
        while self._running:
            await asyncio.gather(*self._running)
        for _ in range(10):  # the service would try for days
            if not await self.sendgrid.poster.send_waiting():
                break
            await asyncio.sleep(1)
        await self.sendgrid.settle()
        await self.slack.settled()
        await self.discord.settled()

    # ---------------------------------------------------------------- what they got

    def seen(self, told: Sequence[Told]) -> Seen:
        """For the oracle; `told`: lines of digests."""
        services = (self.slack, self.discord, self.sendgrid)
        problems = {problem for service in services for problem in service.journal.problems}
        asked = self.asking.asked()
        return Seen(self._accepted(), self.planned, self.said, sorted(problems), asked, told)

    def _accepted(self) -> dict[Channel, Counter[str]]:
        on_slack = Counter(
            message.metadata["event_payload"]["delivery"]
            for channel in self.slack.state.messages.values()
            for message in channel
            if message.bot_id and message.metadata
        )
        on_discord = Counter(
            str(message.nonce)
            for message in self.discord.world.messages.values()
            if message.author.is_bot and message.nonce is not None
        )
        by_mail = Counter(mail.custom_args["delivery"] for mail in self.sendgrid.outbox)
        return {Channel.SLACK: on_slack, Channel.DISCORD: on_discord, Channel.EMAIL: by_mail}


def asked_at(person: Person, minute: int) -> Person:
    """She is asked at that minute of every day, whatever her teams do and whatever she has logged."""
    return replace(
        person,
        prompt_minute=minute,
        minute_chosen=True,
        zone_chosen=True,
        own_days=EVERY_DAY,
        introduced=True,
        ask_anyway=True,
    )
