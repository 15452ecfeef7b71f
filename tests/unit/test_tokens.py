"""What carries our signature is read back; whatever does not carry it is refused."""

import base64
import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.tokens import SignedTokens
from domain.commands import (
    MOST_QUERY_IN_BUTTON,
    Command,
    Help,
    Join,
    NothingToday,
    PickOrganization,
    Search,
    StopMail,
)
from domain.ports.front import MailClaim
from domain.replies import Away, Back, ClaimMail

BIGINT = 2**63 - 1
"""The greatest id that the database can give."""
DAY = date(2026, 11, 24)
OLD, NEW = "old secret of the installation 0", "new secret of the installation 1"
TOKENS = SignedTokens([OLD])
STRANGER = SignedTokens(["secret of another installation !"])
ids = st.integers(1, BIGINT)
days = st.dates(date(2020, 1, 1), date(2100, 1, 1))

COMMANDS: list[Command] = [
    NothingToday(),
    NothingToday(DAY),
    Join(BIGINT),
    Search("x" * MOST_QUERY_IN_BUTTON, 100),
    Search("é" * (MOST_QUERY_IN_BUTTON // 2), 2),
    StopMail(BIGINT),
    PickOrganization(BIGINT, DAY, BIGINT),
]


@given(ids, ids)
def test_a_mail_address_names_organization_and_person(organization_id: int, person_id: int) -> None:
    local_part = TOKENS.mail_local_part(organization_id, person_id)
    assert TOKENS.read_mail_local_part(local_part) == MailClaim(organization_id, person_id)


def test_a_mail_address_survives_any_case_of_letters() -> None:
    local_part = TOKENS.mail_local_part(7, 123_456)
    assert TOKENS.read_mail_local_part(local_part.upper()) == MailClaim(7, 123_456)
    assert TOKENS.read_mail_local_part(local_part.title()) == MailClaim(7, 123_456)


def test_the_greatest_ids_fit_into_a_local_part() -> None:
    local_part = TOKENS.mail_local_part(BIGINT, BIGINT)
    assert len(local_part) <= 64
    assert re.fullmatch(r"done\+[a-z2-7]+", local_part)


def test_a_mail_address_stays_the_same() -> None:
    assert TOKENS.mail_local_part(1, 2) == SignedTokens([OLD]).mail_local_part(1, 2)


def test_what_was_signed_long_ago_is_signed_the_same_today() -> None:
    assert TOKENS.mail_local_part(7, 123_456) == "done+a7amib735naiobeytivbjk32zt7z3yep"
    assert TOKENS.sign_command(7, 123_456, Search("é", 300)) == "B8DEBwOsAgLDqawgKVbQ-hz558SApa62jrw"


def test_what_another_installation_signed_is_refused() -> None:
    assert STRANGER.read_mail_local_part(TOKENS.mail_local_part(1, 2)) is None
    assert STRANGER.read_command(TOKENS.sign_command(1, 2, NothingToday())) is None
    assert STRANGER.read_connect_code(TOKENS.connect_code(1, DAY), DAY) is None


def test_what_was_signed_for_one_purpose_serves_no_other() -> None:
    code = TOKENS.connect_code(1, DAY)
    assert TOKENS.read_mail_local_part(f"done+{code}") is None
    assert TOKENS.read_connect_code(TOKENS.mail_local_part(1, 2).removeprefix("done+"), DAY) is None


@given(st.text(max_size=80))
def test_whatever_is_not_ours_is_refused(text: str) -> None:
    assert TOKENS.read_mail_local_part(text) is None
    assert TOKENS.read_mail_local_part(f"done+{text}") is None
    assert TOKENS.read_command(text) is None
    assert TOKENS.read_connect_code(text, DAY) is None


@given(st.binary(max_size=75))
def test_random_octets_are_no_signature(octets: bytes) -> None:
    assert TOKENS.read_command(base64.urlsafe_b64encode(octets).decode().rstrip("=")) is None
    small = base64.b32encode(octets).decode().rstrip("=").lower()
    assert TOKENS.read_mail_local_part(f"done+{small}") is None
    assert TOKENS.read_connect_code(small, DAY) is None


@given(st.integers(0, 200), st.integers(0, 7))
def test_one_bit_changed_is_a_forgery(place: int, bit: int) -> None:
    signed = bytearray(base64.b32decode(_padded(TOKENS.mail_local_part(5, 6).removeprefix("done+"))))
    signed[place % len(signed)] ^= 1 << bit
    forged = base64.b32encode(signed).decode().rstrip("=").lower()
    assert TOKENS.read_mail_local_part(f"done+{forged}") is None


def _padded(text: str) -> str:
    return text.upper() + "=" * (-len(text) % 8)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
@pytest.mark.parametrize("person_id", [None, 2**56 - 1])
def test_every_button_is_read_back_and_fits_into_100_characters(
    command: Command, person_id: int | None
) -> None:
    signed = TOKENS.sign_command(2**56 - 1, person_id, command)
    assert len(signed) <= 100
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", signed)
    assert TOKENS.read_command(signed) == (2**56 - 1, person_id, command)


@given(ids, ids, days)
def test_ids_and_days_come_back_from_a_button(one: int, two: int, day: date) -> None:
    command = PickOrganization(one, day, two)
    assert TOKENS.read_command(TOKENS.sign_command(two, one, command)) == (two, one, command)


def test_a_query_too_long_for_a_button_is_refused() -> None:
    with pytest.raises(ValueError, match="Search does not fit"):
        TOKENS.sign_command(1, 2, Search("x" * 100))


def test_what_no_button_says_is_refused() -> None:
    with pytest.raises(ValueError, match="no button carries Help"):
        TOKENS.sign_command(1, 2, Help())


def test_a_new_secret_in_front_signs_and_the_old_one_still_verifies() -> None:
    both = SignedTokens([NEW, OLD])
    assert both.read_mail_local_part(TOKENS.mail_local_part(1, 2)) == MailClaim(1, 2)
    assert both.mail_local_part(1, 2) == SignedTokens([NEW]).mail_local_part(1, 2)
    assert both.read_command(TOKENS.sign_command(1, None, Join(3))) == (1, None, Join(3))


def test_without_the_old_secret_what_it_signed_is_refused() -> None:
    assert SignedTokens([NEW]).read_mail_local_part(TOKENS.mail_local_part(1, 2)) is None


@given(ids)
def test_a_code_is_valid_to_the_end_of_its_last_day(organization_id: int) -> None:
    code = TOKENS.connect_code(organization_id, DAY)
    assert TOKENS.read_connect_code(code, DAY) == organization_id
    assert TOKENS.read_connect_code(code, DAY + timedelta(days=1)) is None


def test_a_code_is_read_as_people_type_it() -> None:
    code = TOKENS.connect_code(4, DAY)
    assert TOKENS.read_connect_code(f"  {code.upper()} ", DAY) == 4


@pytest.mark.parametrize(
    "command",
    [
        ClaimMail(DAY, BIGINT, hers=True),
        ClaimMail(DAY, 5, hers=False),
        Away("until 2026-11-30"),
        Away(""),
        Back(),
    ],
)
def test_buttons_of_replies_come_back_as_they_were(command: Command) -> None:
    token = TOKENS.sign_command(BIGINT, BIGINT, command)
    assert len(token) <= 100
    assert TOKENS.read_command(token) == (BIGINT, BIGINT, command)


def test_a_renewed_address_is_another_one_and_as_long_at_most() -> None:
    versions = [TOKENS.mail_local_part(7, 9, version) for version in range(4)]
    assert len(set(versions)) == 4
    assert [TOKENS.read_mail_local_part(each) for each in versions] == [MailClaim(7, 9, n) for n in range(4)]
    assert len(TOKENS.mail_local_part(BIGINT, 2**32, 1)) <= 64
