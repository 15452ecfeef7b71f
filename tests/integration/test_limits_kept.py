"""Two workers on one database against providers that refuse: who calls how often, and when not at all."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import Engine

from adapters.discord.api import DiscordApi
from adapters.discord.sender import DiscordSender
from adapters.storage.delivery_rows import add_deliveries
from adapters.storage.partitions import make_partitions
from domain.deliveries import Key, Kind, NewDelivery, Recipient
from domain.facts import PromptAsked
from domain.people import Address, Channel
from scheduler.pump import Pump
from simulators.base import Fault
from simulators.discord import DiscordSimulator
from simulators.discord.errors import refused
from simulators.slack import SlackSimulator
from tests.factories import SIX, Office
from tests.fast_forward import FastForward
from tests.refusing_world import DAY, SECOND, TOKENS, discord_workers, fill, invited, left, slack_workers
from tests.unit.test_pump import AtOnce
from tests.worlds import World

MESSAGES = "POST /channels/{id}/messages"
OPENINGS = "POST /users/@me/channels"
POSTS = "chat.postMessage"
TOO_MANY = 429


def strangers(engine: Engine, ids: Sequence[int]) -> None:
    """The same for people who have never been written to."""
    with engine.begin() as connection:
        world = World(connection)
        acme = world.organization()
        make_partitions(connection, DAY, 1)
        asked = PromptAsked(DAY, explain=False)
        for number in ids:
            person = world.person(acme)
            there = {"external_id": str(number), "workspace": ""}
            identity = world.identity(acme, person, Channel.DISCORD, **there)
            to = Recipient(Address(Channel.DISCORD, str(number)), None, identity)
            new = NewDelivery(Key(DAY, Kind.PROMPT, person), acme, to, SIX, person, facts=asked)
            add_deliveries(connection, [new])


async def test_a_ban_is_met_by_no_more_than_a_call_a_minute(
    engine: Engine, clock: FastForward, discord: DiscordSimulator
) -> None:
    """Fault 20: what the proxy in front of Discord refuses; at most 20 calls in ten minutes, from all."""
    token, people = await invited(discord, 60)
    directs = [str(discord.dm_of(person).id) for person in people]
    fill(engine, [Recipient(Address(Channel.DISCORD, f"8{each}"), each) for each in directs])
    discord.journal.fail(MESSAGES, Fault(status=429, body="error code: 1015"), times=1_000)
    async with discord_workers(engine, clock, discord, token) as workers:
        await workers.go_on(200, 3 * SECOND)
        calls = discord.journal.of(MESSAGES)
        assert 10 <= len(calls) <= 20
        probes = [call.at for call in calls if call.at > calls[0].at + 10 * SECOND]
        assert all(later - sooner >= 59 * SECOND for sooner, later in pairwise(probes))
        discord.journal.calm()
        await workers.go_on(40, 2 * SECOND)
    assert left(engine) == 0


async def test_conversations_are_opened_more_slowly_once_discord_has_had_enough(
    engine: Engine, clock: FastForward, discord: DiscordSimulator
) -> None:
    """Fault 28: 40003; a bot that goes on is stopped for good."""
    token, people = await invited(discord, 40)
    strangers(engine, [each.id for each in people])
    async with discord_workers(engine, clock, discord, token) as workers:
        await workers.go_on(10, 3 * SECOND)
        opened = len(discord.journal.of(OPENINGS))
        assert 5 <= opened <= 7
        discord.journal.fail(OPENINGS, refused(40003))
        await workers.go_on(35, 20 * SECOND)
        assert len(discord.journal.of(OPENINGS)) <= opened + 4, (
            "the one that was refused, and ten minutes later"
        )
        before = len(discord.journal.of(OPENINGS))
        await workers.go_on(30, 20 * SECOND)
        assert 12 <= len(discord.journal.of(OPENINGS)) - before <= 17, "half as many as at first"


async def test_who_takes_no_messages_is_refused_once_and_asked_elsewhere(
    clock: FastForward, discord: DiscordSimulator
) -> None:
    """Fault 28: 50007 and 50278; each refusal counts against the bot."""
    token, [closed] = await invited(discord, 1)
    closed.dms_closed = True
    alone = discord.add_user("alone")
    office = Office()
    for person, user in ((office.ada, closed), (office.ben, alone)):
        with office.storage.begin() as uow:
            uow.tenant(office.initech).people.add_identity(person.id, Address(Channel.DISCORD, str(user.id)))
            uow.commit()
        office.change(person, preferred=Channel.DISCORD)
    api = DiscordApi(token, discord.api_url)
    sender = DiscordSender(api, TOKENS)
    pump = Pump(office.done_log.outgoing, AtOnce(), office.clock, [sender])
    for _ in range(3):
        office.done_log.plan_prompts(office.clock.now())
        await pump.drain()
        office.clock.forward(timedelta(days=1))
    await api.close()
    forbidden = [call for call in discord.journal.calls if call.status == 403]
    assert len(forbidden) == 2
    for person in (office.ada, office.ben):
        asked = [row for row in office.deliveries(Kind.PROMPT) if row.new.person_id == person.id]
        elsewhere = [row for row in asked if row.new.recipient.address.channel is Channel.SLACK]
        assert len(elsewhere) == 3, "every evening, by the way that is left"


async def test_no_call_is_made_while_slack_has_closed_its_limit(
    engine: Engine, clock: FastForward, slack: SlackSimulator
) -> None:
    """Fault 19: three of ten calls are refused; none is made in a closed window but what was on its way."""
    slack.limits.switch_on()
    workspace = slack.add_workspace("Initech", "initech")
    users = [slack.add_user(workspace, f"u{n}", "U", "UTC", f"u{n}@example.com") for n in range(30)]
    directs = [slack.dm_of(user).channel_id for user in users]
    fill(engine, [Recipient(Address(Channel.SLACK, f"U{each}", workspace.team_id), each) for each in directs])
    chance = random.Random(19)  # noqa: S311 -- not for secrets
    closed: list[tuple[datetime, datetime]] = []
    async with slack_workers(engine, clock, slack, workspace) as workers:
        while left(engine):
            slack.journal.calm()
            seconds = chance.choice((0, 2, 5, 20))
            if seconds:
                slack.ratelimit(POSTS, seconds, times=2)
            before = len(slack.journal.of(POSTS))
            await workers.go_on(1)
            refusals = [call.at for call in slack.journal.of(POSTS)[before:] if call.status == TOO_MANY]
            closed += [(at, at + seconds * SECOND) for at in refusals]
    calls = [call.at for call in slack.journal.of(POSTS)]
    assert len(closed) > 0.25 * len(calls)
    on_its_way = SECOND / 2
    assert [at for at in calls for begin, end in closed if begin + on_its_way < at < end] == []
