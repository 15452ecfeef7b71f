"""What Slack sends becomes the request that the person meant."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.payloads import (
    answer_url,
    event_mentions,
    event_time,
    instant,
    is_said_to_us,
    read_button,
    read_event,
    read_slash,
)
from domain.commands import ChangeSource, Help, NothingToday, Request, Surface
from domain.people import Address, Channel
from domain.ports.front import SignedCommand
from domain.teams import Place

FIXTURES = Path(__file__).parents[1] / "fixtures" / "slack"
ADA = Address(Channel.SLACK, "U2147483697", "T061EG9R6")
NOW = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
BOT = "U0BOT0001"


def payload(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def event(name: str, **names: str) -> Request:
    request = read_event(payload(name), names)
    assert isinstance(request, Request)
    return request


def read_command(token: str) -> SignedCommand | None:
    return SignedCommand(1, 7, NothingToday(date(2026, 11, 25))) if token == "signed-nothing" else None


def test_a_direct_message_is_read_as_the_person_saw_it() -> None:
    request = event("message_im", U0BEN0001="Ben")
    assert request.text == (
        "shipped the invoice importer & docs\n"
        "[] pair with @Ben, see ci.example.com/41\n"
        "❗ waiting for #support"
    )
    assert request.command is None


def test_a_direct_message_tells_where_it_comes_from() -> None:
    origin = event("message_im").origin
    assert origin.address == ADA
    assert origin.surface is Surface.DIRECT
    assert origin.at == datetime(2026, 11, 25, 18, 0, 0, 200, tzinfo=UTC)
    assert origin.source_ref == "D024BE91L:1795629600.000200"
    assert (origin.guild, origin.direct, origin.place, origin.answers) == ("T061EG9R6", "D024BE91L", None, "")


def test_an_answer_in_a_thread_names_the_message_it_answers() -> None:
    origin = event("message_im_in_thread").origin
    assert origin.answers == origin.answer_to == "D024BE91L:1795629000.000300"


def test_words_beside_a_file_are_heard() -> None:
    assert event("message_im_with_file").text == "the new dashboard"


def test_an_edit_carries_the_new_text_and_the_time_of_the_edit() -> None:
    request = event("message_changed")
    edited_at = datetime(2026, 11, 25, 18, 1, tzinfo=UTC)
    assert request.command == ChangeSource("shipped it <3", edited_at)
    assert request.origin.source_ref == "D024BE91L:1795629600.000200"


def test_a_link_that_slack_unfolds_is_no_edit() -> None:
    assert read_event(payload("message_changed_by_unfurling"), {}) == "the text is as before"


@pytest.mark.parametrize("name", ["message_deleted", "message_changed_to_tombstone"])
def test_a_deletion_is_hers_whether_or_not_the_message_has_a_thread(name: str) -> None:
    request = event(name)
    assert isinstance(request.command, ChangeSource)
    assert request.command.text is None
    assert request.origin.address == ADA
    assert request.origin.source_ref == "D024BE91L:1795629600.000200"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("message_im", True),
        ("message_changed", True),
        ("message_deleted", True),
        ("app_uninstalled", True),
        ("tokens_revoked", True),
        ("message_of_our_own", False),
        ("message_in_channel", False),
        ("slash_in_dm", False),
    ],
)
def test_only_what_people_say_to_us_is_kept(name: str, *, kept: bool) -> None:
    assert is_said_to_us(payload(name), BOT) is kept


def test_our_own_messages_are_known_by_our_user_id_where_the_bot_id_is_left_out() -> None:
    body = payload("message_of_our_own")
    del body["event"]["bot_id"]
    assert not is_said_to_us(body, BOT)


def test_a_direct_message_is_known_by_its_id_where_the_type_is_left_out() -> None:
    body = payload("message_im")
    del body["event"]["channel_type"]
    assert is_said_to_us(body, BOT)


def test_an_event_happened_when_slack_says() -> None:
    assert event_time(payload("message_im")) == datetime(2026, 11, 25, 18, 0, 0, 200, tzinfo=UTC)


def test_the_names_wanted_are_those_of_the_mentioned() -> None:
    assert event_mentions(payload("message_im")) == {"U0BEN0001"}


def test_an_uninstalled_app_asks_for_nothing() -> None:
    assert read_event(payload("app_uninstalled"), {}) == "app_uninstalled: nothing is asked"


def test_a_command_in_a_channel_says_in_which() -> None:
    request = read_slash(payload("slash_in_channel"), NOW)
    assert request.text == "team here"
    assert request.origin.place == Place(Channel.SLACK, "T061EG9R6", "C2147483705", "platform")
    assert request.origin.surface is Surface.SLASH
    assert request.origin.at == NOW
    assert request.origin.address == ADA


def test_a_private_channel_has_no_name_for_us() -> None:
    request = read_slash(payload("slash_in_private_channel"), NOW)
    assert request.text == "fixed A & B"
    assert request.origin.place == Place(Channel.SLACK, "T061EG9R6", "C0PRIVATE1", "")


def test_a_command_in_a_direct_message_has_no_place_and_may_be_between_two_others() -> None:
    request = read_slash(payload("slash_in_dm"), NOW)
    assert request.text == "invite cleo@example.com"
    assert (request.origin.place, request.origin.direct) == (None, None)


def test_two_commands_are_never_one_source() -> None:
    first, second = payload("slash_in_channel"), payload("slash_in_channel")
    second["trigger_id"] = "another"
    assert read_slash(first, NOW).origin.source_ref != read_slash(second, NOW).origin.source_ref


def test_a_button_carries_its_command() -> None:
    request = read_button(payload("button_in_dm"), read_command)
    assert request.command == NothingToday(date(2026, 11, 25))
    origin = request.origin
    assert (origin.organization_id, origin.person_id) == (1, 7)
    assert (origin.direct, origin.place, origin.answers) == (
        "D024BE91L",
        None,
        "D024BE91L:1795629000.000300",
    )
    assert origin.at == datetime(2026, 11, 25, 17, 55, 0, 945101, tzinfo=UTC)


def test_a_button_in_a_channel_says_in_which() -> None:
    origin = read_button(payload("button_in_channel"), read_command).origin
    assert origin.place == Place(Channel.SLACK, "T061EG9R6", "C2147483705", "platform")
    assert origin.direct is None


def test_a_button_whose_signature_is_no_longer_valid_asks_for_help() -> None:
    body = payload("button_in_dm")
    body["actions"][0]["value"] = "forged"
    request = read_button(body, read_command)
    assert request.command == Help()
    assert request.origin.organization_id is None


def test_answers_go_where_the_payload_says() -> None:
    assert answer_url(payload("slash_in_dm")).startswith("https://hooks.slack.com/commands/")


@pytest.mark.parametrize("field", ["team_id", "channel_id", "user_id", "trigger_id"])
@pytest.mark.parametrize("value", [None, 5, ["x"]])
def test_a_malformed_command_is_a_clear_error(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"{field} is missing or no text"):
        read_slash({**payload("slash_in_channel"), field: value}, NOW)


@pytest.mark.parametrize(
    ("name", "inner", "field"),
    [
        ("message_im", None, "channel"),
        ("message_im", None, "user"),
        ("message_im", None, "ts"),
        ("message_changed", None, "message"),
        ("message_changed", "message", "user"),
        ("message_changed", "edited", "ts"),
        ("message_deleted", None, "previous_message"),
        ("message_deleted", None, "ts"),
        ("message_deleted", "previous_message", "user"),
    ],
)
@pytest.mark.parametrize("value", [None, 5, ["x"]])
def test_a_malformed_event_is_a_clear_error(name: str, inner: str | None, field: str, value: object) -> None:
    body = payload(name)
    holder = {"edited": body["event"].get("message", {}).get("edited"), None: body["event"]}
    holder.get(inner, body["event"].get(inner))[field] = value
    with pytest.raises(ValueError, match=f"{field} is missing or no"):
        read_event(body, {})


@pytest.mark.parametrize("value", [None, 5, [], "message"])
def test_a_body_without_an_event_is_a_clear_error(value: object) -> None:
    with pytest.raises(ValueError, match="event is missing or no object"):
        read_event({**payload("message_im"), "event": value}, {})


@pytest.mark.parametrize("actions", [None, [], ["x"], [{"value": 4}]])
def test_a_malformed_button_is_a_clear_error(actions: object) -> None:
    with pytest.raises(ValueError, match=r"holds no button|is missing or no text"):
        read_button({**payload("button_in_dm"), "actions": actions}, read_command)


@pytest.mark.parametrize("ts", ["", "x", "1.x", "-1.0", "123456789012.0", "1.²", "٣.0"])
def test_what_is_no_timestamp_is_refused(ts: str) -> None:
    with pytest.raises(ValueError, match="not a Slack timestamp"):
        instant(ts)
