"""A credential that is refused closes its channel: when that is news, and what opens it again."""

from datetime import timedelta

import pytest

from domain.closings import STILL_THE_SAME
from domain.deliveries import (
    LEASE,
    REFUSED_FOR,
    Claimed,
    Key,
    Kind,
    Later,
    LimitScope,
    NewDelivery,
    Recipient,
    Result,
    Sent,
)
from domain.facts import PromptAsked
from domain.people import Address, Channel
from domain.ports.ledger import Ledger
from domain.ports.storage import UnitOfWork
from tests.storage_fixtures import NOW

TODAY = NOW.date()
REFUSED = Later("401", REFUSED_FOR, LimitScope.EVERYTHING, of_credential=True)
BANNED = Later("banned", timedelta(minutes=1), LimitScope.EVERYTHING)
DISCORD = Address(Channel.DISCORD, "", "")


@pytest.fixture
def uow(limited_uow: UnitOfWork) -> UnitOfWork:
    return limited_uow


@pytest.fixture
def ledger(uow: UnitOfWork) -> Ledger:
    """With three questions on Discord that are due."""
    tenant = uow.tenant(uow.directory.ensure_organization("Acme", "Europe/Madrid", NOW))
    asked = PromptAsked(TODAY, explain=False)
    tenant.outbox.add(
        [
            NewDelivery(
                Key(TODAY, Kind.PROMPT, 1_000 + number),
                tenant.organization_id,
                Recipient(Address(Channel.DISCORD, f"8{number}"), f"9{number}"),
                NOW,
                facts=asked,
            )
            for number in range(3)
        ]
    )
    return uow.ledger


def claim(ledger: Ledger, after: timedelta = timedelta(0), limit: int = 10) -> list[Claimed]:
    return ledger.claim(Channel.DISCORD, NOW + after, NOW + after, LEASE, limit)


def ended(
    ledger: Ledger, claimed: list[Claimed], outcome: Later | Sent, after: timedelta = timedelta(0)
) -> None:
    results = [Result(each.ref, each.fence, each.attempt, outcome) for each in claimed]
    ledger.record(results, NOW + after)
    ledger.reopen(Channel.DISCORD, results, NOW + after)


def refuse(ledger: Ledger, credential: str = "old", after: timedelta = timedelta(0)) -> bool:
    return ledger.report_limit(DISCORD, REFUSED, NOW + after, credential)


def test_only_the_first_refusal_of_a_closing_is_news(ledger: Ledger) -> None:
    """Fault 26: whatever it is tried with meanwhile, and however long that takes."""
    assert refuse(ledger)
    assert not refuse(ledger)
    assert not refuse(ledger, after=STILL_THE_SAME * 24)
    assert not refuse(ledger, "another that is wrong too", after=STILL_THE_SAME * 24)
    assert ledger.closed_channels() == {Channel.DISCORD}


def test_what_opens_for_a_moment_was_never_mended(ledger: Ledger) -> None:
    """Calls that were on their way when it was refused may go through."""
    claimed = claim(ledger, limit=1)
    assert refuse(ledger)
    ended(ledger, claimed, Sent("9:1"))
    assert ledger.closed_channels() == frozenset()
    assert not refuse(ledger, after=STILL_THE_SAME / 2)


def test_what_worked_since_and_is_refused_again_is_news(ledger: Ledger) -> None:
    assert refuse(ledger)
    ended(ledger, claim(ledger, REFUSED_FOR, limit=1), Sent("9:1"), REFUSED_FOR)
    assert refuse(ledger, after=STILL_THE_SAME)
    ended(ledger, claim(ledger, STILL_THE_SAME * 2, limit=1), Sent("9:2"), STILL_THE_SAME * 2)
    assert refuse(ledger, "another", after=STILL_THE_SAME * 2)


def test_a_ban_is_no_refused_credential(ledger: Ledger) -> None:
    assert not ledger.report_limit(DISCORD, BANNED, NOW, "old")
    assert ledger.closed_channels() == {Channel.DISCORD}
    assert not ledger.try_new_credential(Channel.DISCORD, "another", NOW)


def test_a_limit_that_is_used_up_closes_no_channel(ledger: Ledger) -> None:
    assert not ledger.report_limit(DISCORD, Later("busy", timedelta(minutes=1), LimitScope.POST), NOW, "old")
    assert ledger.closed_channels() == frozenset()


def test_another_credential_is_tried_at_once_by_one_call(ledger: Ledger) -> None:
    """Fault 26."""
    refused = claim(ledger, limit=2)
    refuse(ledger)
    ended(ledger, refused, REFUSED)
    soon = timedelta(seconds=20)
    assert not ledger.try_new_credential(Channel.DISCORD, "old", NOW + soon)
    assert claim(ledger, soon) == []
    assert ledger.try_new_credential(Channel.DISCORD, "new", NOW + soon)
    assert not ledger.try_new_credential(Channel.DISCORD, "new", NOW + soon), "it is open to be tried already"
    assert ledger.hasten(Channel.DISCORD, None, NOW + soon, REFUSED_FOR) == 2
    tried = claim(ledger, soon)
    assert len(tried) == 1
    assert claim(ledger, soon) == []
    ended(ledger, tried, Sent("9:1"), soon)
    assert len(claim(ledger, soon)) == 2


def test_only_what_was_tried_there_in_vain_is_hastened(ledger: Ledger) -> None:
    ended(ledger, claim(ledger, limit=1), REFUSED)
    ended(ledger, claim(ledger, limit=1), Later("in an hour", timedelta(hours=1)))
    assert ledger.hasten(Channel.EMAIL, None, NOW, REFUSED_FOR) == 0
    assert ledger.hasten(Channel.DISCORD, "T1", NOW, REFUSED_FOR) == 0
    assert ledger.hasten(Channel.DISCORD, "", NOW, REFUSED_FOR) == 1
    assert ledger.hasten(Channel.DISCORD, None, NOW, REFUSED_FOR) == 0
