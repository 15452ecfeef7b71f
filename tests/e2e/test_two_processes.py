"""Two whole processes share the work: everybody is asked once, and nobody is lost to a kill -9."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from bot.core import Core, build_core
from bot.settings import Settings
from domain.deliveries import State
from domain.people import Address, Channel
from domain.teams import Role
from simulators import plain
from simulators.base import real_now
from simulators.discord import User as DiscordUser
from simulators.slack.state import User as SlackUser
from simulators.town import Descriptions, Services
from tests.e2e.processes import RealTime, start, started

pytestmark = pytest.mark.asyncio(loop_scope="module")

MEMBERS = 1_000
EVERY_DAY = 0b1111111
QUESTION = "What'd you get done today?"
NOON = 12
STILL_SECONDS = 2.0


@dataclass(slots=True)
class Crowd:
    """A thousand members on all three channels, who are due now."""

    services: Services
    settings: Settings
    database: str
    slack: list[SlackUser]
    discord: list[DiscordUser]
    mails: list[str]

    def asked(self) -> Counter[str]:
        """How often each has been asked, by what the services hold."""
        slack, discord = self.services.slack.state.messages, self.services.discord.world.messages
        asked = Counter(
            each.channel_id for listed in slack.values() for each in listed if QUESTION in each.text
        )
        asked.update(str(each.channel.id) for each in list(discord.values()) if QUESTION in each.content)
        asked.update(mail.to for mail in self.services.sendgrid.outbox if QUESTION in mail.subject)
        return asked

    def states(self) -> Counter[State]:
        """How many deliveries are in each state."""
        with create_engine(self.database, poolclass=NullPool).connect() as connection:
            rows = connection.execute(text("SELECT state, count(*) FROM deliveries GROUP BY state"))
            return Counter({State(row[0]): row[1] for row in rows})


@pytest_asyncio.fixture(loop_scope="module")
async def crowd(database: str) -> AsyncIterator[Crowd]:
    clock = RealTime()
    services = Services(clock, Descriptions())
    await services.start()
    try:
        settings = services.settings(database, meilisearch=False)
        core = await asyncio.to_thread(build_core, settings, clock)
        try:
            yield await _gathered(services, core, database)
        finally:
            await asyncio.to_thread(core.close)
    finally:
        await services.stop()
    assert services.problems == []


async def _gathered(services: Services, core: Core, database: str) -> Crowd:
    slack, discord, workspace = services.slack, services.discord, services.workspace
    crowd = Crowd(services, core.settings, database, [], [], [])
    owner = discord.add_user("owner")
    guild = discord.add_guild("Initech", owner)
    await discord.invite_bot(guild)
    entries: list[tuple[Address, str | None]] = []
    for number in range(MEMBERS):
        name = f"member{number}"
        match number % 3:
            case 0:
                user = slack.add_user(workspace, name, name, "UTC", f"{name}@example.com")
                crowd.slack.append(user)
                address = Address(Channel.SLACK, user.user_id, user.team_id)
                entries.append((address, slack.dm_of(user).channel_id))
            case 1:
                member = discord.add_user(name)
                discord.join(member, guild)
                crowd.discord.append(member)
                entries.append((Address(Channel.DISCORD, str(member.id)), str(discord.dm_of(member).id)))
            case _:
                crowd.mails.append(f"{name}@example.com")
                entries.append((Address(Channel.EMAIL, f"{name}@example.com"), None))
    await asyncio.to_thread(_stored, core, entries, workspace.team_id, str(guild.id))
    return crowd


_PEOPLE = text("""
    WITH given AS (
        SELECT * FROM unnest(
            CAST(:channels AS smallint[]), CAST(:workspaces AS text[]),
            CAST(:ids AS text[]), CAST(:directs AS text[])
        ) AS given (channel, workspace, external_id, direct)
    ), made AS (
        INSERT INTO people (organization_id, name, folded_name, zone, prompt_minute, own_days, created_at)
        SELECT :organization_id, external_id, external_id, :zone, :minute, :every_day, :now FROM given
        RETURNING id, name
    ), reached AS (
        INSERT INTO identities (organization_id, person_id, channel, workspace, external_id, direct)
        SELECT :organization_id, made.id, channel, workspace, external_id, direct
        FROM given JOIN made ON made.name = given.external_id
    )
    INSERT INTO memberships (organization_id, team_id, person_id, role, joined_at)
    SELECT :organization_id, :team_id, id, :role, :now FROM made
""")
"""All at once: the ports take one person at a time, a thousand of them a quarter of a minute."""


def _stored(core: Core, entries: list[tuple[Address, str | None]], workspace: str, guild: str) -> None:
    """All of them in one team, due in this very minute on their clock, on every day of the week."""
    now = real_now()
    zone = _zone_of_noon(now)
    local = now.astimezone(ZoneInfo(zone))
    with core.database.storage.begin() as uow:
        uow.directory.link(core.organization_id, Channel.SLACK, workspace, "Initech")
        uow.directory.link(core.organization_id, Channel.DISCORD, guild, "Initech")
        team = uow.tenant(core.organization_id).teams.add("everybody", zone, now)
        uow.commit()
    bound = {
        "channels": [int(address.channel) for address, _ in entries],
        "workspaces": [address.workspace for address, _ in entries],
        "ids": [address.external_id for address, _ in entries],
        "directs": [direct for _, direct in entries],
        "organization_id": core.organization_id,
        "zone": zone,
        "minute": local.hour * 60 + local.minute,
        "every_day": EVERY_DAY,
        "now": now,
        "team_id": team.id,
        "role": int(Role.MEMBER),
    }
    with create_engine(core.settings.database_url or "", poolclass=NullPool).begin() as connection:
        connection.execute(_PEOPLE, bound)


def _zone_of_noon(now: datetime) -> str:
    """A zone where it is noon: nobody is asked at night, whenever this test runs."""
    ahead = NOON - now.hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


async def _until(happened: Callable[[], bool], seconds: float) -> None:
    """Wait for what another process does; only looking tells."""
    async with asyncio.timeout(seconds):
        while not happened():  # noqa: ASYNC110 -- no bell rings in another process
            await asyncio.sleep(0.02)


def _open(crowd: Crowd) -> int:
    """Deliveries of which nobody knows the end yet."""
    states = crowd.states()
    return states[State.READY] + states[State.SENDING] + states[State.UNCERTAIN]


async def _until_nothing_changes(crowd: Crowd) -> None:
    """Nothing is ready, and what is being sent has not changed for longer than a batch takes here."""
    before, since = crowd.states(), time.monotonic()
    async with asyncio.timeout(40):
        while before[State.READY] or time.monotonic() - since < STILL_SECONDS:
            await asyncio.sleep(0.1)
            now = crowd.states()
            if now != before:
                before, since = now, time.monotonic()


def _let_leases_run_out(database: str) -> None:
    """As a minute later, which no test waits for."""
    with create_engine(database, poolclass=NullPool).begin() as connection:
        connection.execute(
            text(
                "UPDATE deliveries SET lease_until = lease_until - interval '1 hour' WHERE state = :sending"
            ),
            {"sending": int(State.SENDING)},
        )
        connection.execute(text("UPDATE leases SET until = until - interval '1 hour'"))


async def test_two_processes_ask_a_thousand_people_once_and_answer_once(crowd: Crowd, tmp_path: Path) -> None:
    async with started(crowd.settings, tmp_path, "one", "two") as processes:
        began = time.monotonic()
        await _until(lambda: crowd.asked().total() >= MEMBERS, 40)
        seconds = time.monotonic() - began
        await _until(lambda: not _open(crowd), 10)
        asked = crowd.asked()
        assert (len(asked), asked.total()) == (MEMBERS, MEMBERS)
        print(f"two processes: {MEMBERS} prompts in {seconds:.1f} s")  # noqa: T201 -- a figure to look at
        await _everybody_who_asks_is_answered_once(crowd)
        assert [await each.stop() for each in processes] == [0, 0]
        logs = "".join(each.log.read_text() for each in processes)
        assert "Traceback" not in logs, logs
    assert crowd.asked().total() == MEMBERS


async def _everybody_who_asks_is_answered_once(crowd: Crowd) -> None:
    """Slack has a socket to each process and sends each event to one; on Discord one alone listens."""
    slack, discord = crowd.services.slack, crowd.services.discord
    asking, members = crowd.slack[:10], crowd.discord[:10]
    await slack.sockets.connected(2)
    assert discord.gateway.listeners(crowd.services.application) == 1
    for user, member in zip(asking, members, strict=True):
        await slack.dm(user, "help")
        await discord.dm(member, "help")

    def answers() -> list[int]:
        return [
            sum("You can also write" in plain.slack(each) for each in slack.messages(slack.dm_of(user)))
            for user in asking
        ] + [
            sum("You can also write" in each.content for each in discord.messages(discord.dm_of(member).id))
            for member in members
        ]

    await _until(lambda: min(answers()) >= 1, 10)
    await _until(lambda: not _open(crowd), 10)
    assert answers() == [1] * 20


async def test_nobody_is_lost_when_a_process_is_killed_in_the_middle(crowd: Crowd, tmp_path: Path) -> None:
    async with started(crowd.settings, tmp_path, "one", "two") as processes:
        await _until(lambda: all("sent [sent]" in each.log.read_text() for each in processes), 40)
        processes[0].kill()
        await processes[0].process.wait()
        assert crowd.asked().total() < MEMBERS, "it was killed in the middle"
        # The other one goes on with all that the dead one does not hold any more.
        await _until_nothing_changes(crowd)
        in_flight = crowd.states()[State.SENDING]
        _let_leases_run_out(crowd.database)
        processes.append(await start(crowd.settings, tmp_path, "one again"))
        await _until(lambda: len(crowd.asked()) == MEMBERS and not _open(crowd), 40)
        asked = crowd.asked()
        assert len(asked) == MEMBERS, "none is lost"
        twice = sum(times > 1 for times in asked.values())
        print(f"kill -9: {in_flight} in flight, {twice} of them asked twice")  # noqa: T201 -- a figure to look at
        assert twice <= in_flight
        assert max(asked.values()) <= 2
        assert "Traceback" not in processes[1].log.read_text()
        assert [await each.stop() for each in processes[1:]] == [0, 0]
