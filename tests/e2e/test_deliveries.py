"""What services do to messages at six o'clock, and what people see of it: the question, once."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from domain.people import Address, Channel
from simulators.base import Fault, How, When
from simulators.town import Town
from tests.e2e.voices import Team, gather

pytestmark = pytest.mark.asyncio(loop_scope="module")

SIX = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)
"""18:00 in Madrid on Wednesday, the first day on which nobody has written anything."""
MORNING = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
REFUSED = "I can no longer send anything"
QUESTION = "What'd you get done today?"
SENDING = {"slack": "chat.postMessage", "discord": "POST /channels/{id}/messages", "sendgrid": "mail/send"}


def fail(town: Town, fault: Fault, times: int = 1) -> None:
    """Let the next messages on every channel fail so."""
    for service, point in SENDING.items():
        getattr(town.services, service).journal.fail(point, fault, times)


async def until_six(town: Town) -> tuple[Team, list[int]]:
    """A team at a minute to six, and how often each of it has been asked by then."""
    team = await gather(town, "platform")
    await town.wait_until(SIX - MINUTE, HOUR)
    return team, asked(team)


def asked(team: Team, before: Sequence[int] = (0, 0, 0)) -> list[int]:
    """How often each was asked since: on Slack, on Discord, by mail."""
    counts = [sum(QUESTION in heard for heard in voice.heard()) for voice in team.voices]
    return [count - earlier for count, earlier in zip(counts, before, strict=True)]


def states(town: Town) -> dict[str, int]:
    with town.installation.core.database.storage.begin() as uow:
        counts = uow.ledger.counts()
    return {name: counts.get(name, 0) for name in ("ready", "sending", "uncertain", "unknown", "failed")}


NOTHING_LEFT = dict.fromkeys(("ready", "sending", "uncertain", "unknown", "failed"), 0)


@pytest.mark.parametrize("fault", [Fault(status=500, when=When.AFTER), Fault(How.RESET, When.AFTER)], ids=str)
async def test_whoever_was_asked_is_not_asked_again_though_no_answer_came(
    own_town: Town, fault: Fault
) -> None:
    """Faults 1, 21 and 23: accepted, and the answer lost, on all three channels."""
    own_town.services.sendgrid.reports_delivery = True
    team, before = await until_six(own_town)
    fail(own_town, fault)
    await own_town.wait_until(SIX + 30 * MINUTE, MINUTE)
    await own_town.services.sendgrid.settle()
    await own_town.wait_until(SIX + 90 * MINUTE, 5 * MINUTE)
    assert asked(team, before) == [1, 1, 1]
    assert states(own_town) == NOTHING_LEFT


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(How.RESET)], ids=str)
async def test_whoever_was_not_asked_is_asked_once_it_is_certain_or_late_enough(
    own_town: Town, fault: Fault
) -> None:
    """Faults 21 and 22: nothing arrived; found out by reading on two channels, by silence on the third."""
    team, before = await until_six(own_town)
    fail(own_town, fault)
    await own_town.wait_until(SIX + 3 * MINUTE, MINUTE)
    assert asked(team, before) == [1, 1, 0]
    await own_town.wait_until(SIX + 90 * MINUTE, 5 * MINUTE)
    assert asked(team, before) == [1, 1, 1]
    assert states(own_town) == NOTHING_LEFT


async def test_after_an_outage_over_the_evening_nobody_is_asked_at_night_and_the_digest_says_so(
    own_town: Town,
) -> None:
    """Fault 14."""
    team, before = await until_six(own_town)
    own_town.clock.set(SIX + 7 * HOUR)  # no worker was there
    await team.slack.write("shipped it all the same")
    await own_town.wait_until(MORNING)
    assert asked(team, before) == [0, 0, 0]
    assert "Not asked Ben and Cleo" in team.slack_channel()[-1]


async def test_who_left_slack_is_asked_by_mail_and_told_so(own_town: Town) -> None:
    """Fault 27: deactivated an hour before."""
    team, _ = await until_six(own_town)
    with own_town.installation.core.database.storage.begin() as uow:
        tenant = uow.tenant(own_town.installation.core.organization_id)
        found = tenant.people.at(team.slack.address)
        assert found is not None
        tenant.people.add_identity(found[0].id, Address(Channel.EMAIL, "second@example.com"))
        uow.commit()
    own_town.services.slack.refuse("chat.postMessage", "user_disabled", 10)
    own_town.services.slack.refuse("conversations.open", "user_disabled", 10)
    await own_town.wait_until(SIX, MINUTE)
    mails = [mail for mail in own_town.services.sendgrid.outbox if mail.to == "second@example.com"]
    assert sum(QUESTION in (mail.subject or "") for mail in mails) == 1
    told = [" ".join((mail.text or "").split()) for mail in mails]
    assert sum("so from now on I'll ask you by mail" in each for each in told) == 1
    assert states(own_town) == NOTHING_LEFT | {"failed": 1}


async def test_that_a_channel_is_closed_is_told_once_where_somebody_can_be_reached(own_town: Town) -> None:
    """Fault 26: the bot's token is taken back at six, after which mail has no way out either."""
    team, before = await until_six(own_town)
    unauthorized = json.dumps({"message": "401: Unauthorized", "code": 0})
    refused = Fault(status=401, headers={"Content-Type": "application/json"}, body=unauthorized)
    own_town.services.discord.journal.fail(SENDING["discord"], refused, times=100)
    own_town.services.sendgrid.journal.fail(SENDING["sendgrid"], Fault(status=401), times=100)
    await own_town.wait_until(SIX + 3 * MINUTE, MINUTE)
    assert asked(team, before) == [1, 0, 0]
    told = [heard for voice in team.voices for heard in voice.heard() if REFUSED in heard]
    assert sum("on Discord: my login is refused" in each for each in told) == 1
    assert sum("by mail: my login is refused" in each for each in told) == 1
    assert sum(REFUSED in heard for heard in team.slack.heard()) == 2


async def test_the_figures_of_the_ledger_are_there_for_prometheus(own_town: Town) -> None:
    await until_six(own_town)
    async with aiohttp.ClientSession() as session, session.get(f"{own_town.url}/metrics") as answer:
        told = await answer.text()
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert 'donelog_deliveries{channel="Slack",state="accepted"}' in told
    assert "Ana" not in told
