"""The ledger's vocabulary."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.deliveries import CALL_DEADLINE, LEASE, Kind, Ref, State
from domain.people import Channel


@given(st.dates(min_value=date(2000, 1, 1)), st.integers(min_value=0, max_value=2**63 - 1))
def test_a_reference_is_read_back_as_it_was_written(day: date, number: int) -> None:
    assert Ref.parse(str(Ref(day, number))) == Ref(day, number)


@pytest.mark.parametrize(
    "text", ["", "-", "20261124", "20261124-", "2026-11-24-5", "20261324-5", "x-5", "20261124-x"]
)
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Ref.parse(text)


def test_a_call_ends_well_before_its_lease() -> None:
    assert CALL_DEADLINE + timedelta(seconds=30) < LEASE


def test_the_numbers_that_are_stored_never_change() -> None:
    """They stand in rows that were written by older versions; new ones may be added."""
    kinds = {
        "PROMPT": 1,
        "DIGEST": 2,
        "DIGEST_MAIL": 3,
        "REPLY": 4,
        "MARK": 5,
        "INVITATION": 6,
        "NOTICE": 7,
    }
    assert kinds.items() <= {kind.name: kind.value for kind in Kind}.items()
    assert [state.value for state in State] == list(range(1, 12))
    assert (State.READY, State.UNCERTAIN, State.ACCEPTED, State.UNKNOWN) == (1, 3, 4, 11)
    assert (Channel.SLACK, Channel.DISCORD, Channel.EMAIL) == (1, 2, 3)
