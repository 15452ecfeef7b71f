"""The day of the demo: what each service received, to the letter.

`DONELOG_GOLDEN=write` writes `tests/golden/day/` anew; only ids, tokens and boundaries are put aside.
"""

import json
import re
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import pytest_asyncio

from simulators.day import CLEO, STARTS, Day
from simulators.sendgrid import Mail
from simulators.town import Descriptions, opened
from simulators.transcript import Transcript
from tests.golden_files import check_golden

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day(module_database: str, descriptions: Descriptions) -> AsyncIterator[Day]:
    """The day, over: every service holds what it received."""
    async with opened(module_database, STARTS, meilisearch=True, descriptions=descriptions) as town:
        day = Day(town, Transcript())
        await day.play()
        yield day


async def test_everything_that_has_to_happen_in_the_day_happens(day: Day) -> None:
    assert day.transcript.checks
    assert [check.sentence for check in day.transcript.failed] == []
    assert day.town.services.problems == []


async def test_slack_shows_what_it_is_sent(day: Day) -> None:
    slack = day.town.services.slack
    for name, channel in (("direct", slack.dm_of(day.ana)), ("channel", day.slack_channel)):
        shown = [_slack(each) for each in slack.messages(channel)]
        check_golden(f"day/slack_{name}.json", _json(shown))


async def test_discord_shows_what_it_is_sent(day: Day) -> None:
    discord = day.town.services.discord
    for name, channel in (("direct", discord.dm_of(day.ben)), ("channel", day.discord_channel)):
        shown = [
            {"from": "donelog" if each.author.is_bot else each.author.name, "content": each.content}
            | ({"components": _without_ids(each.components)} if each.components else {})
            | ({"reactions": list(each.reactions)} if each.reactions else {})
            for each in discord.messages(channel.id)
        ]
        check_golden(f"day/discord_{name}.json", _json(shown))


async def test_discord_is_told_with_every_message_to_call_nobody(day: Day) -> None:
    calls = day.town.services.discord.journal.calls
    posts = [call for call in calls if call.verb == "POST" and call.point.endswith("/messages")]
    assert posts
    assert all(post.request["allowed_mentions"]["parse"] == [] for post in posts)


async def test_mails_leave_to_the_letter(day: Day) -> None:
    outbox = day.town.services.sendgrid.outbox
    assert {mail.to for mail in outbox} == {CLEO}
    for number, mail in enumerate(outbox, 1):
        check_golden(f"day/mail_{number}.eml", _mail(mail, outbox))


async def test_every_regular_mail_can_be_stopped_with_one_click(day: Day) -> None:
    for mail in day.town.services.sendgrid.outbox:
        if "List-Unsubscribe" in mail.headers:
            assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    regular = [
        mail.subject for mail in day.town.services.sendgrid.outbox if "List-Unsubscribe" in mail.headers
    ]
    assert len(regular) == 3, f"invitation, question and digest, not the answers: {regular}"


async def test_nobody_is_asked_or_told_anything_twice(day: Day) -> None:
    services = day.town.services
    sent = [
        *(
            (message.channel_id, message.text)
            for each in services.slack.state.messages.values()
            for message in each
        ),
        *((message.channel.id, message.content) for message in services.discord.world.messages.values()),
        *((mail.to, mail.subject) for mail in services.sendgrid.outbox),
    ]
    assert len(sent) == len(set(sent))


# ---------------------------------------------------------------- what differs from run to run

_RANDOM = {"block_id", "value", "custom_id", "id"}
"""Fields of a payload that carry ids and signed tokens."""


def _slack(message: Any) -> dict[str, Any]:
    shown: dict[str, Any] = {"from": "donelog" if message.bot_id else "Ana", "text": message.text}
    if message.bot_id:
        shown["blocks"] = _without_ids(message.blocks)
    if message.metadata:
        shown["metadata"] = message.metadata["event_type"]
    if message.edited:
        shown["edited"] = True
    if message.reactions:
        shown["reactions"] = list(message.reactions)
    return shown


def _without_ids(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_ids(each) for each in value]
    if isinstance(value, dict):
        return {key: "..." if key in _RANDOM else _without_ids(each) for key, each in value.items()}
    return value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _mail(mail: Mail, outbox: Sequence[Mail]) -> str:
    """Headers and texts as they leave, decoded, with names for what is random."""
    message = mail.message
    head = "".join(f"{name}: {value}\n" for name, value in message.items() if not name.startswith("Content-"))
    head = head.replace("MIME-Version: 1.0\n", "")
    whole = f"{head}\n---------- text\n{mail.text}\n---------- html\n{mail.html}\n"
    for number, other in enumerate(outbox, 1):
        whole = whole.replace(other.message_id, f"<mail {number}>")
    whole = re.sub(r"done\+[a-z2-7]+", "done+TOKEN", whole)
    whole = re.sub(r"/(do|unsubscribe)/[\w-]+", r"/\1/TOKEN", whole)
    whole = re.sub(r"unsubscribe%20[\w-]+", "unsubscribe%20TOKEN", whole)
    whole = re.sub(r"<day\.(\d+)\.[0-9a-f]+@", r"<day.\1.HER@", whole)
    return re.sub(r"<\d[\d.]+@example\.com>", "<her mail>", whole)
