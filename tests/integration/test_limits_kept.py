"""Two workers on one database against providers that refuse: who calls how often, and when not at all."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Engine, text

from adapters.discord.api import DiscordApi
from adapters.discord.sender import DiscordSender
from adapters.slack.api import SlackApi
from adapters.slack.sender import SlackSender
from adapters.storage.delivery_rows import add_deliveries
from adapters.storage.partitions import make_partitions
from adapters.storage.unit_of_work import PostgresStorage
from bot.tokens import SignedTokens
from domain.application import DoneLog
from domain.conversation import Conversation
from domain.deliveries import Key, Kind, NewDelivery, Recipient, State
from domain.facts import PromptAsked
from domain.people import Address, Channel
from domain.rates import Limits
from scheduler.pump import Pump, Sender
from simulators.base import Fault
from simulators.discord import DiscordSimulator, User
from simulators.discord.errors import refused
from simulators.slack import SlackSimulator
from simulators.slack.state import Workspace
from tests.factories import SIX, Office
from tests.hastened import Hastened
from tests.unit.test_pump import AtOnce
from tests.worlds import World

DAY = SIX.date()
SECOND = timedelta(seconds=1)
MESSAGES = "POST /channels/{id}/messages"
OPENINGS = "POST /users/@me/channels"
POSTS = "chat.postMessage"
TOKENS = SignedTokens(["a secret of this test"])
TOO_MANY = 429
AT_ONCE = 1_000.0
"""Times as fast as the providers allow: no turn has to be waited for."""


def fill(engine: Engine, recipients: Sequence[Recipient]) -> None:
    """A question for everybody, all due now."""
    with engine.begin() as connection:
        acme = World(connection).organization()
        make_partitions(connection, DAY, 1)
        asked = PromptAsked(DAY, explain=False)
        add_deliveries(
            connection,
            [
                NewDelivery(Key(DAY, Kind.PROMPT, number), acme, to, SIX, facts=asked)
                for number, to in enumerate(recipients)
            ],
        )


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


def left(engine: Engine) -> int:
    with engine.connect() as connection:
        unsent = text("SELECT count(*) FROM deliveries WHERE state <> :accepted")
        return int(connection.execute(unsent, {"accepted": int(State.ACCEPTED)}).scalar_one())


class Workers:
    """Processes that share a database: each has a pump and a sender of its own."""

    def __init__(self, engine: Engine, clock: Hastened, senders: Sequence[Sender], pace: float) -> None:
        storage = PostgresStorage(engine, feed=False, limits=Limits(pace))
        done_log = DoneLog(storage, Conversation(TOKENS, (), frozenset(Channel)))
        self._clock = clock
        self._pumps = [(Pump(done_log, AtOnce(), clock, [sender]), sender) for sender in senders]

    async def go_on(self, steps: int, step: timedelta = SECOND) -> None:
        """All send what they can, again and again."""
        for _ in range(steps):
            await asyncio.gather(*(pump.send_due(sender) for pump, sender in self._pumps))
            self._clock.forward(step)


@pytest.fixture
async def clock() -> AsyncIterator[Hastened]:
    with Hastened(SIX) as made:
        yield made


@asynccontextmanager
async def discord_workers(
    engine: Engine, clock: Hastened, discord: DiscordSimulator, token: str, pace: float = 1
) -> AsyncIterator[Workers]:
    async with AsyncExitStack() as stack:
        apis = [DiscordApi(token, discord.api_url) for _ in range(2)]
        for api in apis:
            stack.push_async_callback(api.close)
        yield Workers(engine, clock, [DiscordSender(api, TOKENS) for api in apis], pace)


@pytest.fixture
async def discord(clock: Hastened) -> AsyncIterator[DiscordSimulator]:
    made = DiscordSimulator(clock.now)
    await made.start()
    yield made
    await made.stop()


async def invited(discord: DiscordSimulator, people: int) -> tuple[str, list[User]]:
    """The bot's token, and people who share a server with it."""
    bot = discord.add_application("donelog")
    users = [discord.add_user(f"u{number}") for number in range(people)]
    await discord.invite_bot(discord.add_guild("Initech", discord.add_user("owner"), users))
    return bot.token, users


async def test_a_ban_is_met_by_no_more_than_a_call_a_minute(
    engine: Engine, clock: Hastened, discord: DiscordSimulator
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
    engine: Engine, clock: Hastened, discord: DiscordSimulator
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
    clock: Hastened, discord: DiscordSimulator
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
    pump = Pump(office.done_log, AtOnce(), office.clock, [sender])
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


@pytest.fixture
async def slack(clock: Hastened) -> AsyncIterator[SlackSimulator]:
    made = SlackSimulator(now=clock.now)
    await made.start()
    yield made
    await made.stop()


async def test_no_call_is_made_while_slack_has_closed_its_limit(
    engine: Engine, clock: Hastened, slack: SlackSimulator
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


@asynccontextmanager
async def slack_workers(
    engine: Engine, clock: Hastened, slack: SlackSimulator, workspace: Workspace
) -> AsyncIterator[Workers]:
    """Two that take two at a time, so that there is something left to refuse."""
    tokens = {workspace.team_id: workspace.bot_token}
    async with AsyncExitStack() as stack:
        senders: list[Sender] = []
        for _ in range(2):
            api = SlackApi(slack.api_url)
            stack.push_async_callback(api.close)
            senders.append(FewAtATime(api, tokens.get, TOKENS))
        yield Workers(engine, clock, senders, AT_ONCE)


class FewAtATime(SlackSender):
    batch = 2
