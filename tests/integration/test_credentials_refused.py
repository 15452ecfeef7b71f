"""A credential that is refused: a call now and then tries it again, nothing is lost, somebody is told."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
from sqlalchemy import Engine, text

from adapters.discord.outcomes import TOKEN_REFUSED
from adapters.email.accounts import Security, Server
from adapters.email.sender import MailSender
from adapters.email.smtp_out import SmtpSender
from adapters.storage.delivery_rows import add_deliveries
from adapters.storage.ledger_report import LedgerReport
from adapters.storage.partitions import make_partitions
from adapters.storage.tables import workspaces
from domain.deliveries import REFUSED_FOR, Key, Kind, NewDelivery, Recipient, State
from domain.facts import PromptAsked
from domain.people import Address, Channel
from domain.services.rerouting import LOOK_AT_WORKSPACE_AGAIN
from simulators.base import Fault
from simulators.discord import DiscordSimulator
from simulators.sendgrid import SendGridSimulator
from simulators.slack import SlackSimulator
from tests.factories import SIX
from tests.fast_forward import FastForward
from tests.mail_world import NAMES
from tests.refusing_world import DAY, SECOND, TOKENS, Workers, discord_workers, invited, slack_workers
from tests.smtp_server import WAYS_TO_LOG_IN, mail_server
from tests.worlds import World

MESSAGES = "POST /channels/{id}/messages"
POSTS = "chat.postMessage"
ON_THEIR_WAY = 4
"""Calls that two workers make before either has heard of the first refusal."""


def ask(
    engine: Engine,
    doors: Sequence[tuple[Address, str | None]],
    *,
    also: tuple[Channel, int] = (Channel.EMAIL, 0),
) -> None:
    """A question for everybody there, due now; the first so many can be reached on that channel too."""
    with engine.begin() as connection:
        world = World(connection)
        acme = world.organization()
        make_partitions(connection, DAY, 1)
        asked = PromptAsked(DAY, explain=False)
        team = world.team(acme)
        for number, (address, direct) in enumerate(doors):
            channel, external_id, workspace = address
            person = world.person(acme)
            world.member(acme, team, person)
            there = {"external_id": external_id, "workspace": workspace, "direct": direct}
            to = Recipient(address, direct, world.identity(acme, person, channel, **there))
            if number < also[1]:
                world.identity(acme, person, also[0], external_id=f"p{person}@example.com", workspace="")
            new = NewDelivery(Key(DAY, Kind.PROMPT, person), acme, to, SIX, person, facts=asked)
            add_deliveries(connection, [new])
        connection.execute(
            workspaces.insert().values(
                organization_id=acme,
                channel=int(doors[0][0].channel),
                external_id=doors[0][0].workspace,
                name="Initech",
            )
        )


def states(engine: Engine, channel: Channel, kind: Kind = Kind.PROMPT) -> dict[State, int]:
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT state, count(*) FROM deliveries WHERE channel = :channel AND kind = :kind GROUP BY 1"
            ),
            {"channel": int(channel), "kind": int(kind)},
        )
        return {State(state): count for state, count in rows}


def closed(engine: Engine, clock: FastForward) -> dict[str, str]:
    """What `donelog ledger` shows as closed, and why."""
    with engine.connect() as connection:
        return {each.name: each.reason for each in LedgerReport(connection).closed(clock.now())}


def failures(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT coalesce(max(retries), 0) FROM deliveries")).scalar_one())


async def test_a_suspended_workspace_costs_one_call_a_quarter_of_an_hour(
    engine: Engine, clock: FastForward, slack: SlackSimulator
) -> None:
    """Fault 26: who can be asked by mail is asked there at once, the others once it is mended."""
    workspace = slack.add_workspace("Initech", "initech")
    users = [slack.add_user(workspace, f"u{n}", "U", "UTC", f"u{n}@example.com") for n in range(30)]
    directs = [slack.dm_of(user).channel_id for user in users]
    ask(
        engine,
        [(Address(Channel.SLACK, f"U{each}", workspace.team_id), each) for each in directs],
        also=(Channel.EMAIL, 5),
    )
    slack.refuse(POSTS, "account_inactive", times=1_000)
    async with slack_workers(engine, clock, slack, workspace) as workers:
        await workers.go_on(40, SECOND)
        first = len(slack.journal.of(POSTS))
        assert 1 <= first <= ON_THEIR_WAY
        assert states(engine, Channel.EMAIL) == {State.READY: 5}
        assert states(engine, Channel.EMAIL, Kind.NOTICE) == {State.READY: 1}, "one of them is told, once"
        await workers.go_on(44, LOOK_AT_WORKSPACE_AGAIN / 20)
        assert len(slack.journal.of(POSTS)) == first + 2
        with engine.connect() as connection:
            told = LedgerReport(connection).overview(clock.now(), 1)
        assert [(name, reason) for _, name, reason in told.paused] == [("Initech", "account_inactive")]
        assert closed(engine, clock)[f"slack {workspace.team_id}"] == "account_inactive"
        slack.journal.calm()
        await workers.go_on(60, LOOK_AT_WORKSPACE_AGAIN / 20)
    assert states(engine, Channel.SLACK) == {State.FAILED: 5, State.ACCEPTED: 25}
    assert failures(engine) == 0


async def test_a_token_that_discord_refuses_is_tried_by_one_call_at_a_time(
    engine: Engine, clock: FastForward, discord: DiscordSimulator
) -> None:
    """Fault 26: all refusals count against the bot."""
    token, people = await invited(discord, 60)
    directs = [str(discord.dm_of(person).id) for person in people]
    ask(
        engine,
        [(Address(Channel.DISCORD, f"8{each}"), each) for each in directs],
        also=(Channel.EMAIL, 3),
    )
    unauthorized = json.dumps({"message": "401: Unauthorized", "code": 0})
    refused = Fault(status=401, headers={"Content-Type": "application/json"}, body=unauthorized)
    discord.journal.fail(MESSAGES, refused, times=1_000)
    async with discord_workers(engine, clock, discord, token) as workers:
        await workers.go_on(20)
        first = len(discord.journal.of(MESSAGES))
        assert 1 <= first <= 40, "those within a call's time, of 50 that had their turns"
        await workers.go_on(50, REFUSED_FOR / 20)
        assert len(discord.journal.of(MESSAGES)) == first + 2
        assert closed(engine, clock) == {"discord": TOKEN_REFUSED}
        assert states(engine, Channel.EMAIL) == {State.READY: 3}, "who has another channel is asked there"
        assert states(engine, Channel.EMAIL, Kind.NOTICE) == {State.READY: 1}, "one is told, once"
        discord.journal.calm()
        await workers.go_on(30, REFUSED_FOR / 20)
    assert states(engine, Channel.DISCORD) == {State.FAILED: 3, State.ACCEPTED: 57}
    assert states(engine, Channel.EMAIL) == {State.READY: 3}
    assert failures(engine) == 0


@asynccontextmanager
async def mail_workers(
    engine: Engine, clock: FastForward, sendgrid: SendGridSimulator, key: str
) -> AsyncIterator[Workers]:
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        senders = [
            MailSender(session, key, NAMES, "https://done.example", TOKENS, clock, sendgrid.url)
            for _ in range(2)
        ]
        yield Workers(engine, clock, senders, 1)


async def test_a_key_that_sendgrid_refuses_is_tried_by_one_call_at_a_time(
    engine: Engine, clock: FastForward, sendgrid: SendGridSimulator
) -> None:
    """Fault 26: it was revoked; the one that takes its place sends what has waited."""
    ask(
        engine,
        [(Address(Channel.EMAIL, f"p{number}@example.com"), None) for number in range(60)],
        also=(Channel.SLACK, 3),
    )
    calls = sendgrid.journal.calls
    async with mail_workers(engine, clock, sendgrid, "SG.revoked") as workers:
        await workers.go_on(20)
        first = len(calls)
        assert 1 <= first <= ON_THEIR_WAY
        assert {call.status for call in calls} == {401}
        await workers.go_on(50, REFUSED_FOR / 20)
        assert len(calls) == first + 2
        assert list(closed(engine, clock)) == ["email"]
        assert closed(engine, clock)["email"].startswith("401 ")
        assert states(engine, Channel.SLACK, Kind.NOTICE) == {State.READY: 1}, "one is told, once"
    async with mail_workers(engine, clock, sendgrid, "SG.revoked") as workers:
        await workers.go_on(2)
        assert len(calls) == first + 2, "it was refused already"
    async with mail_workers(engine, clock, sendgrid, sendgrid.api_key) as workers:
        await workers.go_on(5)
    assert states(engine, Channel.EMAIL) == {State.FAILED: 3, State.ACCEPTED: 57}
    assert states(engine, Channel.SLACK) == {State.READY: 3}, "who has another channel is asked there"
    assert failures(engine) == 0


@asynccontextmanager
async def account_workers(
    engine: Engine, clock: FastForward, port: int, password: str
) -> AsyncIterator[Workers]:
    """Two that send through an ordinary mail account."""
    account = Server("127.0.0.1", port, Security.NONE, "me", password)
    async with AsyncExitStack() as stack:
        senders = [SmtpSender(account, NAMES, "https://done.example", TOKENS, clock) for _ in range(2)]
        for sender in senders:
            stack.push_async_callback(sender.close)
        yield Workers(engine, clock, senders, 1)


async def test_a_login_that_a_mail_server_refuses_is_tried_by_one_connection_at_a_time(
    engine: Engine, clock: FastForward
) -> None:
    """Fault 26: who tries a wrong password too often is locked out."""
    ask(
        engine,
        [(Address(Channel.EMAIL, f"p{number}@example.com"), None) for number in range(60)],
        also=(Channel.SLACK, 3),
    )
    async with mail_server(users={"me": "right"}) as server:
        async with account_workers(engine, clock, server.port, "wrong") as workers:
            await workers.go_on(20)
            first = server.refused_logins
            assert 1 <= first <= ON_THEIR_WAY
            await workers.go_on(50, REFUSED_FOR / 20)
            assert server.refused_logins == first + 2 * len(WAYS_TO_LOG_IN)
        assert closed(engine, clock)["email"].startswith("535 ")
        assert states(engine, Channel.SLACK, Kind.NOTICE) == {State.READY: 1}, "one is told, once"
        async with account_workers(engine, clock, server.port, "right") as workers:
            await workers.go_on(10)
        assert len(server.taken) == 57
    assert states(engine, Channel.EMAIL) == {State.FAILED: 3, State.ACCEPTED: 57}
    assert states(engine, Channel.SLACK) == {State.READY: 3}, "who has another channel is asked there"
    assert failures(engine) == 0
