"""Two workers on one database, each with a pump and senders of its own, against providers that refuse."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

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
from domain.limits import Limits
from domain.people import Channel
from scheduler.pump import Pump, Sender
from simulators.discord import DiscordSimulator, User
from simulators.slack import SlackSimulator
from simulators.slack.state import Workspace
from tests.factories import SIX
from tests.fast_forward import FastForward
from tests.unit.test_pump import AtOnce
from tests.worlds import World

DAY = SIX.date()
SECOND = timedelta(seconds=1)
TOKENS = SignedTokens(["a secret of this test"])
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


def left(engine: Engine) -> int:
    with engine.connect() as connection:
        unsent = text("SELECT count(*) FROM deliveries WHERE state <> :accepted")
        return int(connection.execute(unsent, {"accepted": int(State.ACCEPTED)}).scalar_one())


class Workers:
    """Processes that share a database: each has a pump and a sender of its own."""

    def __init__(self, engine: Engine, clock: FastForward, senders: Sequence[Sender], pace: float) -> None:
        storage = PostgresStorage(engine, feed=False, limits=Limits(pace))
        done_log = DoneLog(storage, Conversation(TOKENS, (), frozenset(Channel)))
        self._clock = clock
        self._done_log = done_log
        self._pumps = [(Pump(done_log.outgoing, AtOnce(), clock, [sender]), sender) for sender in senders]

    async def go_on(self, steps: int, step: timedelta = SECOND) -> None:
        """All send what they can, again and again, and leave what is closed."""
        for _ in range(steps):
            await asyncio.gather(*(pump.send_due(sender) for pump, sender in self._pumps))
            self._done_log.outgoing.leave_closed(self._clock.now(), self._clock.real())
            self._clock.forward(step)


@asynccontextmanager
async def discord_workers(
    engine: Engine, clock: FastForward, discord: DiscordSimulator, token: str, pace: float = 1
) -> AsyncIterator[Workers]:
    async with AsyncExitStack() as stack:
        apis = [DiscordApi(token, discord.api_url) for _ in range(2)]
        for api in apis:
            stack.push_async_callback(api.close)
        yield Workers(engine, clock, [DiscordSender(api, TOKENS) for api in apis], pace)


async def invited(discord: DiscordSimulator, people: int) -> tuple[str, list[User]]:
    """The bot's token, and people who share a server with it."""
    bot = discord.add_application("donelog")
    users = [discord.add_user(f"u{number}") for number in range(people)]
    await discord.invite_bot(discord.add_guild("Initech", discord.add_user("owner"), users))
    return bot.token, users


@asynccontextmanager
async def slack_workers(
    engine: Engine, clock: FastForward, slack: SlackSimulator, workspace: Workspace
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
