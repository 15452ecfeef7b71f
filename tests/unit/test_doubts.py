"""What follows from a look: found, proved absent, or as often as the kind allows without proof."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.deliveries import Claimed, Key, Kind, Recipient, Ref, State
from domain.doubts import (
    FIRST_LOOK,
    LONGEST_DOUBT,
    LOOKS_APART,
    RESENDS_WITHOUT_PROOF,
    Absent,
    Doubted,
    Found,
    SafeToRepeat,
    Unclear,
    judge,
)
from domain.people import Address, Channel
from domain.retrying import FIRST_WAIT, MOST_CRASHES, MOST_RETRIES

STARTED = datetime(2026, 11, 24, 17, tzinfo=UTC)
NOW = STARTED + timedelta(minutes=1)
DAY = date(2026, 11, 24)
LATER = timedelta(minutes=5)


def doubted(kind: Kind = Kind.PROMPT, **more: int) -> Doubted:
    claimed = Claimed(
        Ref(DAY, 1),
        Key(DAY, kind, 7),
        1,
        Recipient(Address(Channel.SLACK, "U1", "T1")),
        None,
        fence=3,
        attempt=1,
        due_at=STARTED,
        not_after=STARTED + timedelta(hours=6),
    )
    counts = {"crashes": 1, "retries": 0, "blind_resends": 0, "misses": 0} | more
    return Doubted(claimed, STARTED, STARTED, **counts, provider_tells=False, late_receipt=None)


def test_what_is_found_is_accepted() -> None:
    """Fault 1: killed after the provider took it, before that was written down."""
    verdict = judge(doubted(), Found("D1:7"), NOW)
    assert (verdict.state, verdict.receipt, verdict.fence) == (State.ACCEPTED, "D1:7", 3)


@pytest.mark.parametrize(
    ("channel", "known", "kind", "found"),
    [
        (Channel.SLACK, None, Kind.PROMPT, "D1"),
        (Channel.SLACK, "D2", Kind.PROMPT, None),
        (Channel.EMAIL, None, Kind.PROMPT, None),
        (Channel.SLACK, None, Kind.MARK, None),
    ],
)
def test_what_is_found_tells_which_direct_message_was_opened_for_it(
    channel: Channel, known: str | None, kind: Kind, found: str | None
) -> None:
    """Fault 30: only of a direct message that is known can be read what was said in it."""
    before = doubted(kind)
    recipient = Recipient(Address(channel, "U1"), known, identity_id=5)
    to_her = replace(before, claimed=before.claimed._replace(recipient=recipient))
    assert judge(to_her, Found("D1:7"), NOW).direct == found


def test_where_a_digest_is_found_is_no_direct_message() -> None:
    assert judge(doubted(Kind.DIGEST), Found("C1:7"), NOW).direct is None


def test_absence_is_proved_by_two_looks_apart() -> None:
    """Fault 1: what was taken may show a little later."""
    first = judge(doubted(), Absent(), NOW)
    assert (first.state, first.misses, first.due_at) == (State.UNCERTAIN, 1, NOW + LOOKS_APART)
    second = judge(doubted(misses=1), Absent(), NOW)
    assert (second.state, second.due_at, second.blind_resends) == (State.READY, NOW, 0)


def test_what_does_no_harm_twice_is_simply_sent_again() -> None:
    assert judge(doubted(Kind.MARK), SafeToRepeat(), NOW).state is State.READY


TOO_OFTEN = [(MOST_CRASHES, 0), (0, MOST_RETRIES)]
"""As often as workers may die of it, and as often as calls may be in vain."""


@pytest.mark.parametrize(("crashes", "retries"), TOO_OFTEN)
def test_what_was_tried_too_often_and_is_not_there_has_failed(crashes: int, retries: int) -> None:
    """Fault 15: poison dies."""
    for evidence in (SafeToRepeat(), Absent()):
        verdict = judge(doubted(crashes=crashes, retries=retries, misses=1), evidence, NOW)
        assert verdict.state is State.FAILED
    once_less = doubted(crashes=max(crashes - 1, 0), retries=max(retries - 1, 0), misses=1)
    assert judge(once_less, Absent(), NOW).state is State.READY


@pytest.mark.parametrize(("crashes", "retries"), TOO_OFTEN)
def test_what_was_tried_too_often_and_may_be_there_is_looked_for_first(crashes: int, retries: int) -> None:
    """While Discord knows its nonce nobody has looked: it is not given up unseen."""
    verdict = judge(doubted(crashes=crashes, retries=retries), SafeToRepeat(LATER), NOW)
    assert (verdict.state, verdict.due_at) == (State.UNCERTAIN, NOW + LATER)


def test_it_is_sent_again_at_once_and_then_ever_later() -> None:
    """What fails together does not go on together for ever."""
    assert judge(doubted(), SafeToRepeat(), NOW).due_at == NOW
    assert judge(doubted(crashes=0, retries=1), SafeToRepeat(), NOW).due_at == NOW
    second = judge(doubted(crashes=2), SafeToRepeat(), NOW).due_at - NOW
    third = judge(doubted(crashes=1, retries=2), SafeToRepeat(), NOW).due_at - NOW
    assert FIRST_WAIT * 0.75 <= second <= FIRST_WAIT < third


def test_what_is_safe_for_a_while_is_sent_within_it_or_looked_for() -> None:
    assert judge(doubted(), SafeToRepeat(LATER), NOW).repeat_until == NOW + LATER
    assert judge(doubted(), SafeToRepeat(), NOW).repeat_until is None
    assert judge(doubted(misses=1), Absent(), NOW).repeat_until is None


def test_what_cannot_be_sent_again_before_that_does_harm_is_looked_for() -> None:
    assert judge(doubted(crashes=2), SafeToRepeat(FIRST_WAIT * 2), NOW).state is State.READY
    verdict = judge(doubted(crashes=2), SafeToRepeat(FIRST_WAIT / 2), NOW)
    assert (verdict.state, verdict.due_at) == (State.UNCERTAIN, NOW + FIRST_WAIT / 2)


def test_while_nothing_can_be_said_it_is_looked_for_again_and_not_for_ever() -> None:
    unclear = Unclear("busy", LATER)
    verdict = judge(doubted(), unclear, NOW)
    assert (verdict.state, verdict.due_at, verdict.blind_resends) == (State.UNCERTAIN, NOW + LATER, 0)
    assert judge(doubted(), unclear, STARTED + LONGEST_DOUBT).state is State.READY


@pytest.mark.parametrize("kind", Kind)
def test_without_proof_each_kind_is_sent_again_as_often_as_it_may(kind: Kind) -> None:
    """Fault 1, on a channel that cannot be looked at: the policy per kind, and never more often."""
    allowed = RESENDS_WITHOUT_PROOF.get(kind, 0)
    for blind in range(allowed):
        verdict = judge(doubted(kind, blind_resends=blind), Unclear("no way to tell"), NOW)
        assert (verdict.state, verdict.blind_resends) == (State.READY, blind + 1)
    assert judge(doubted(kind, blind_resends=allowed), Unclear("no way to tell"), NOW).state is State.UNKNOWN


def test_a_receipt_is_never_sent_twice_and_a_prompt_once_more() -> None:
    assert RESENDS_WITHOUT_PROOF[Kind.REPLY] == RESENDS_WITHOUT_PROOF[Kind.NOTICE] == 0
    assert RESENDS_WITHOUT_PROOF[Kind.PROMPT] == RESENDS_WITHOUT_PROOF[Kind.DIGEST_MAIL] == 1


def test_nothing_is_sent_again_without_proof_when_it_is_too_late_for_it() -> None:
    """Whether she was asked is then unknown, and nobody says that she was not."""
    late = STARTED + timedelta(hours=6)
    assert judge(doubted(), Unclear("no way to tell"), late).state is State.UNKNOWN


def test_a_delivery_that_kills_workers_is_given_up_even_where_it_cannot_be_looked_for() -> None:
    without_end = replace(doubted(crashes=MOST_CRASHES), claimed=doubted().claimed._replace(not_after=None))
    assert judge(without_end, Unclear("no way to tell"), NOW).state is State.UNKNOWN


def test_every_channel_has_a_time_for_the_first_look() -> None:
    assert FIRST_LOOK.keys() == {*Channel}
