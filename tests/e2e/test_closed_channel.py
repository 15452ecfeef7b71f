"""The bot's token is taken back at a minute to six: who has mail is asked there, once; the others wait."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from domain.people import Address, Channel
from domain.teams import Role
from simulators.base import Fault
from simulators.town import Descriptions, Services, Town, joined
from simulators.virtual_clock import VirtualClock
from tests.e2e.conftest import STARTS
from tests.e2e.voices import ByMail, OnDiscord, Team, Voice, gather, person

pytestmark = pytest.mark.asyncio(loop_scope="module")

SIX = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)
"""18:00 in Madrid on Wednesday, the first day on which nobody has written anything."""
MORNING = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
"""09:00 in Madrid, when the team is told of Tuesday."""
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
QUESTION = "What'd you get done today?"


@pytest_asyncio.fixture(loop_scope="module")
async def services(descriptions: Descriptions) -> AsyncIterator[Services]:
    made = Services(VirtualClock(STARTS), descriptions)
    await made.start()
    yield made
    await made.stop()


async def gathered(town: Town, until: datetime) -> tuple[Team, OnDiscord, ByMail]:
    """Ben and Eli are asked on Discord; Ben can be reached by mail, too.  It is a minute before."""
    team = await gather(town, "platform")
    by_mail = ByMail(town, "ben.at.home@example.com")
    core = town.installation.core
    with core.database.storage.begin() as uow:
        people = uow.tenant(core.organization_id).people
        people.add_identity(person(team.discord).id, Address(Channel.EMAIL, by_mail.email))
        uow.commit()
    eli = OnDiscord(town, town.services.discord.add_user("eli", "Eli"), team.discord.channel)
    town.services.discord.join(eli.user, team.guild)
    await eli.command("join", {"team": team.name})
    await team.slack.write("wound up the clock")
    await town.wait_until(until - MINUTE, HOUR)
    return team, eli, by_mail


def asked(*voices: Voice) -> list[int]:
    """How often each of them was asked so far."""
    return [sum(QUESTION in heard for heard in voice.heard()) for voice in voices]


async def test_whoever_has_another_channel_is_asked_there_and_the_others_when_it_is_open_again(
    services: Services, database: str
) -> None:
    """Fault 26."""
    settings = services.settings(database, meilisearch=False)
    async with joined(services, settings) as town:
        team, eli, by_mail = await gathered(town, SIX)
        ben = team.discord
        assert asked(ben, eli, by_mail) == [1, 1, 0], "on Tuesday, when it worked"
        services.application.token = "another one"
        await town.wait_until(SIX + 2 * MINUTE, MINUTE)
        assert asked(ben, eli, by_mail) == [1, 1, 1]
        told = [heard for heard in team.slack.heard() if "on Discord: my login is refused" in heard]
        assert ["Whoever has another channel hears from me there" in each for each in told] == [True]
        await by_mail.write("tuned the carburettor")

    async with joined(services, replace(settings, discord_bot_token=services.application.token)) as town:
        await town.wait_until(SIX + 4 * MINUTE, MINUTE)
        assert asked(ben, eli, by_mail) == [1, 2, 1]
        await town.wait_until(SIX + timedelta(days=1), HOUR)
        assert asked(ben, eli, by_mail) == [2, 3, 1]


async def test_a_digest_that_cannot_be_posted_is_mailed_and_posted_when_it_can_be(
    services: Services, database: str
) -> None:
    """Fault 26: to Ben, who sees no other copy; in the channel it is for all who have no mail."""
    settings = services.settings(database, meilisearch=False)

    def told(team: Team, by_mail: ByMail) -> list[int]:
        places = (team.slack_channel(), team.discord_channel(), by_mail.heard())
        return [sum("wound up the clock" in each for each in place) for place in places]

    async with joined(services, settings) as town:
        team, eli, by_mail = await gathered(town, MORNING)
        services.application.token = "another one"
        await town.wait_until(MORNING + MINUTE, MINUTE)
        assert told(team, by_mail) == [1, 0, 1]
    async with joined(services, replace(settings, discord_bot_token=services.application.token)) as town:
        await town.wait_until(MORNING + 3 * MINUTE, MINUTE)
        assert told(team, by_mail) == [1, 1, 1]
        assert not any("wound up" in each for each in eli.heard())


async def test_a_digest_that_mail_cannot_carry_comes_as_a_direct_message(own_town: Town) -> None:
    """Fault 26: Cleo's, who observes the team; the key for mail is refused at a minute to nine."""
    team = await gather(own_town, "platform")
    discord = own_town.services.discord
    cleo = OnDiscord(own_town, discord.add_user("cleo", "Cleo"), team.discord.channel)
    discord.join(cleo.user, team.guild)
    core = own_town.installation.core
    with core.database.storage.begin() as uow:
        tenant, cleos = uow.tenant(core.organization_id), person(team.mail).id
        tenant.people.add_identity(cleos, cleo.address)
        platform = tenant.teams.everything()[0].id
        tenant.teams.leave(platform, cleos)
        tenant.teams.join(platform, cleos, Role.OBSERVER, own_town.clock.now())
        uow.commit()
    told = "\n".join(f"laid brick {number:02} in the wall behind the old mill" for number in range(60))
    await team.slack.write(told)
    await own_town.wait_until(MORNING - MINUTE, HOUR)
    mails = len(team.mail.heard())
    own_town.services.sendgrid.journal.fail("mail/send", Fault(status=401), times=100)
    await own_town.wait_until(MORNING, MINUTE)
    assert len(team.mail.heard()) == mails
    heard = [each for each in cleo.heard() if "laid brick" in each]
    assert len(heard) > 1, "it is too long for one message"
    bricks = [int(words[:2]) for each in heard for words in each.split("laid brick ")[1:]]
    assert bricks == [*range(60)]
