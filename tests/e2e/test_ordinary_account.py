"""donelog with nothing but a mail account: asked by SMTP, answered into a mailbox, told the morning after."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

import pytest

from adapters.email.accounts import Listen, Mailbox, Security, Server
from adapters.email.smtp_out import client_of
from bot.compose import Installation
from bot.core import build_core
from bot.settings import Settings
from domain.people import Address, Channel, Profile
from domain.teams import Role
from simulators.virtual_clock import VirtualClock
from tests.dovecot import MISSING, dovecot
from tests.imap_server import imap_server
from tests.smtp_server import MailServer, Taken, mail_server

ANA, BEN = "ana@example.com", "ben@example.com"
AT_SIX = datetime(2026, 11, 24, 18, tzinfo=UTC)
"""A Tuesday."""
ACCOUNT = "me@mail.example.com"
WITHIN = 30.0


@contextlib.asynccontextmanager
async def running(settings: Settings, start: datetime) -> AsyncIterator[tuple[Installation, VirtualClock]]:
    """An installation at `start` with a team of two, everything open."""
    clock = VirtualClock(start)
    core = await asyncio.to_thread(build_core, settings, clock)
    with core.database.storage.begin() as uow:
        tenant = uow.tenant(core.organization_id)
        team = tenant.teams.add("Platform", "UTC", start)
        for address in (ANA, BEN):
            found = tenant.people.at(Address(Channel.EMAIL, address))
            person = (
                found[0]
                if found
                else tenant.people.add(
                    Profile(address.partition("@")[0].title(), "UTC"),
                    Address(Channel.EMAIL, address),
                    None,
                    start,
                )[0]
            )
            tenant.teams.join(team.id, person.id, Role.MEMBER, start)
        uow.commit()
    installation = Installation(core, clock)
    await installation.start()
    try:
        yield installation, clock
    finally:
        await installation.stop()
        await asyncio.to_thread(core.close)


def answer(taken: Taken, text: str) -> bytes:
    """What a mail program sends when somebody presses Reply."""
    asked = taken.message
    made = EmailMessage()
    made["From"], made["To"] = taken.recipient, str(asked["Reply-To"] or asked["From"])
    made["Subject"] = f"Re: {asked['Subject']}"
    made["Message-ID"], made["Date"] = make_msgid(domain="example.com"), format_datetime(AT_SIX)
    made["In-Reply-To"] = asked["Message-ID"]
    made["References"] = f"{asked['References'] or ''} {asked['Message-ID']}".strip()
    quoted = "\n".join(f"> {line}" for line in asked.get_body(("plain",)).get_content().splitlines())  # type: ignore[union-attr] # it has a text
    made.set_content(f"{text}\n\nOn Tue, 24 Nov 2026 at 18:00, donelog <{ACCOUNT}> wrote:\n{quoted}\n")
    return made.as_bytes()


async def mails_to(out: MailServer, count: int) -> dict[str, Taken]:
    taken = [await asyncio.wait_for(out.arrived.get(), WITHIN) for _ in range(count)]
    return {each.recipient: each for each in taken}


async def heard(installation: Installation, address: str, count: int) -> list[str]:
    """Her dones of the day, when there are so many."""
    async with asyncio.timeout(WITHIN):
        while len(found := await asyncio.to_thread(dones, installation, address)) < count:
            await installation.front.answered.wait()
            installation.front.answered.clear()
    return found


def dones(installation: Installation, address: str) -> list[str]:
    core = installation.core
    with core.database.storage.begin() as uow:
        tenant = uow.tenant(core.organization_id)
        found = tenant.people.at(Address(Channel.EMAIL, address))
        assert found is not None
        return [done.text for done in tenant.log.day(found[0].id, AT_SIX.date())]


@contextlib.asynccontextmanager
async def a_mailbox(kind: str) -> AsyncIterator[tuple[Mailbox, Callable[[bytes], Awaitable[None]]]]:
    if kind == "stand-in":
        async with imap_server() as server:
            yield server.mailbox, server.deliver
    else:
        with dovecot() as real:

            async def deliver(raw: bytes) -> None:
                await asyncio.to_thread(real.deliver, raw)

            yield real.mailbox, deliver


@pytest.mark.parametrize("kind", ["stand-in", "dovecot"])
async def test_a_team_has_its_day_by_an_ordinary_account(database: str, kind: str) -> None:
    if kind == "dovecot" and MISSING:
        pytest.skip(MISSING)
    async with mail_server() as out, a_mailbox(kind) as (mailbox, deliver):
        settings = Settings(
            database_url=database,
            secret=("0123456789abcdef0123456789abcdef",),
            mail_from=ACCOUNT,
            smtp_url=Server("127.0.0.1", out.port, Security.NONE),
            imap_url=mailbox,
        )
        async with running(settings, AT_SIX - timedelta(minutes=30)) as (installation, clock):
            await installation.mail.listening()
            clock.set(AT_SIX)
            await installation.settle()
            asked = await mails_to(out, 2)
            assert asked[ANA].message["From"] == f"donelog <{ACCOUNT}>"
            assert str(asked[ANA].message["Reply-To"]).startswith("donelog <me+")

            await deliver(answer(asked[ANA], "- shipped the importer\n- fixed the login"))
            assert await heard(installation, ANA, 2) == ["shipped the importer", "fixed the login"]
            forged = answer(asked[ANA], "I am somebody else").replace(b"From: ana@", b"From: eve@")
            await deliver(forged)
            await deliver(answer(asked[BEN], "reviewed it"))
            assert await heard(installation, BEN, 1) == ["reviewed it"]
            assert dones(installation, ANA) == ["shipped the importer", "fixed the login"]

            clock.set(AT_SIX + timedelta(hours=16))
            await installation.settle()
            digests = {
                taken.recipient: taken for taken in out.taken if "digests" in str(taken.message["List-Id"])
            }
            assert set(digests) == {ANA, BEN}
            text = digests[BEN].message.get_body(("plain",))
            assert text is not None
            assert "shipped the importer" in text.get_content()


async def test_a_day_with_a_mail_server_of_our_own(database: str) -> None:
    async with mail_server() as out:
        settings = Settings(
            database_url=database,
            secret=("0123456789abcdef0123456789abcdef",),
            mail_domain="in.example.com",
            smtp_url=Server("127.0.0.1", out.port, Security.NONE),
            smtp_listen=Listen("127.0.0.1", 0),
        )
        async with running(settings, AT_SIX) as (installation, _):
            await installation.settle()
            asked = await mails_to(out, 2)
            own = str(asked[ANA].message["From"])
            assert "@in.example.com" in own
            assert installation.mail.port is not None
            relay = Server("127.0.0.1", installation.mail.port, Security.NONE)
            await hand_over(relay, ANA, asked[ANA], answer(asked[ANA], "shipped the importer"))
            assert await heard(installation, ANA, 1) == ["shipped the importer"]


async def hand_over(relay: Server, sender: str, asked: Taken, raw: bytes) -> None:
    async with client_of(relay) as client:
        await client.sendmail(sender, [asked.sender], raw)
