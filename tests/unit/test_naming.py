"""How addresses are typed on the command line."""

import pytest

from bot.naming import channel, name_at, read_address, show_address
from domain.errors import Refusal
from domain.people import Address, Channel

ADDRESSES = {
    "ana@example.com": Address(Channel.EMAIL, "ana@example.com"),
    "slack:T123/U456": Address(Channel.SLACK, "U456", "T123"),
    "discord:123": Address(Channel.DISCORD, "123"),
}


@pytest.mark.parametrize("typed", ADDRESSES)
def test_an_address_is_read_and_shown_alike(typed: str) -> None:
    assert read_address(typed) == ADDRESSES[typed]
    assert show_address(ADDRESSES[typed]) == typed


def test_a_mail_address_is_the_same_in_any_case_and_with_a_name() -> None:
    assert read_address("Ana Lopez <Ana@Example.COM>") == ADDRESSES["ana@example.com"]


@pytest.mark.parametrize("typed", ["ana", "slack:U456", "slack:/U456", "discord:ana", "irc:ana", "a@b", ""])
def test_what_is_no_address_is_answered_with_what_one_is(typed: str) -> None:
    with pytest.raises(Refusal, match="slack:T123/U456"):
        read_address(typed)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("ana.lopez@example.com", "Ana Lopez"),
        ("ana_lopez+done@example.com", "Ana Lopez"),
        ("Ana L <a@example.com>", "Ana L"),
    ],
)
def test_somebody_new_is_called_as_her_address_says(typed: str, name: str) -> None:
    assert name_at(typed) == name


def test_mail_has_no_workspaces() -> None:
    assert channel("Slack") is Channel.SLACK
    with pytest.raises(Refusal, match="no workspaces"):
        channel("email")
