"""What Discord sends becomes the request that the person meant."""

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.discord.commands import COMMAND
from adapters.discord.payloads import (
    completing,
    instant,
    is_said_to_us,
    message_key,
    name_of,
    read_interaction,
    read_message,
)
from domain import commands as c
from domain import facts as f
from domain import replies as r
from domain.grammar import read_slash
from domain.people import Address, Channel, Profile
from domain.ports.front import SignedCommand
from domain.teams import Place
from domain.wording import word
from simulators.discord.command_rules import check_commands
from tests.factories import said as in_words

FIXTURES = Path(__file__).parents[1] / "fixtures" / "discord"
NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
ADA = Address(Channel.DISCORD, "1574831967436800003")
PLATFORM = Place(Channel.DISCORD, "1574831967436800005", "1574831967436800006", "platform")


def payload(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def said(event: dict[str, Any], recipient: str = "") -> c.Request:
    request = read_message(event, NOW, recipient)
    assert isinstance(request, c.Request)
    return request


def read_command(token: str) -> SignedCommand | None:
    return SignedCommand(1, 7, c.Join(7)) if token == "signed-join" else None


def typed(subcommand: str, **options: object) -> c.Request:
    """The interaction in which somebody fills in `/done subcommand`."""
    given = [{"type": 3, "name": name.rstrip("_"), "value": value} for name, value in options.items()]
    for step in reversed(subcommand.split()):
        given = [{"type": 1, "name": step, "options": given}]
    body = payload("command_add")
    body["data"]["options"] = given
    return read_interaction(body, read_command)


def test_a_direct_message_is_read_as_the_person_saw_it() -> None:
    assert said(payload("message_create")).text == "shipped the importer\n[] pair with @ben"


def test_a_direct_message_tells_where_it_comes_from_and_leaves_who_she_is_to_be_asked() -> None:
    origin = said(payload("message_create")).origin
    assert origin == c.Origin(
        ADA,
        c.Surface.DIRECT,
        at=NOW,
        source_ref="1574831967436800010:1574831967436800011",
        direct="1574831967436800010",
    )


def test_a_reply_names_the_message_it_answers() -> None:
    event = payload("message_create")
    event["d"] |= {"type": 19, "message_reference": {"message_id": "42"}}
    assert said(event).origin.answers == "1574831967436800010:42"


def test_channels_roles_and_emoji_are_read_by_name() -> None:
    event = payload("message_create")
    event["d"]["content"] = "<#1> <@&2> <:ship:3> <a:go:4> <@!9> </done add:5> a < b <t:1>"
    assert said(event).text == "#channel @role :ship: :go: @someone /done add a < b <t:1>"


def test_an_edited_message_changes_its_source() -> None:
    request = said(payload("message_update"))
    assert request.command == c.ChangeSource("shipped the invoice importer", NOW)
    assert request.origin.source_ref == "1574831967436800010:1574831967436800011"


def test_a_deleted_message_takes_its_source_away_from_whom_the_channel_is_with() -> None:
    request = said(payload("message_delete"), ADA.external_id)
    assert request.command == c.ChangeSource(None, NOW)
    assert request.origin.address == ADA
    assert request.origin.source_ref == "1574831967436800010:1574831967436800011"


def test_a_deletion_is_nothing_where_nobody_knows_whose_it_was() -> None:
    assert isinstance(read_message(payload("message_delete"), NOW), str)


@pytest.mark.parametrize("change", [{"type": 6}, {"content": " "}])
def test_what_says_nothing_asks_nothing(change: dict[str, Any]) -> None:
    event = payload("message_create")
    event["d"] |= change
    assert isinstance(read_message(event, NOW), str)


def test_only_what_people_say_in_direct_messages_is_kept() -> None:
    create, update = payload("message_create")["d"], payload("message_update")["d"]
    assert is_said_to_us("MESSAGE_CREATE", create)
    assert is_said_to_us("MESSAGE_UPDATE", update)
    assert is_said_to_us("MESSAGE_DELETE", payload("message_delete")["d"])
    assert not is_said_to_us("MESSAGE_CREATE", create | {"guild_id": "1"})
    assert not is_said_to_us("MESSAGE_CREATE", create | {"author": create["author"] | {"bot": True}})
    assert not is_said_to_us("MESSAGE_UPDATE", update | {"edited_timestamp": None})  # a link unfolds
    assert not is_said_to_us("TYPING_START", create)


def test_the_same_event_has_the_same_key_and_each_edition_one_of_its_own() -> None:
    keys = {
        message_key(payload(name)["t"], payload(name)["d"])
        for name in ("message_create", "message_update", "message_delete")
    }
    assert keys == {
        f"1574831967436800011:{what}" for what in ("created", "deleted", "2026-11-24T17:00:00+00:00")
    }


def test_a_search_is_what_would_have_been_typed() -> None:
    request = read_interaction(payload("command_search"), read_command)
    assert request.text == 'search invoices from:"Ada Byron" after:2026-11-01'
    assert read_slash(request.text) == c.Search('invoices from:"Ada Byron" after:2026-11-01')


def test_a_command_in_a_server_tells_place_and_person() -> None:
    request = read_interaction(payload("command_team_here"), read_command)
    origin = request.origin
    assert request.command == c.TeamHere("platform")
    assert (origin.address, origin.place, origin.guild) == (ADA, PLATFORM, PLATFORM.workspace)
    assert origin.profile == Profile("Ada Byron", guild=PLATFORM.workspace)
    assert (origin.direct, origin.surface, origin.at) == (None, c.Surface.SLASH, NOW)


def test_a_command_in_a_direct_message_has_no_place() -> None:
    origin = read_interaction(payload("command_in_direct_message"), read_command).origin
    assert (origin.place, origin.guild, origin.profile) == (None, "", None)
    assert origin.direct == "1574831967436800018"


@pytest.mark.parametrize(
    ("request_", "command"),
    [
        (typed("today"), c.ShowDay(days_ago=0)),
        (typed("yesterday"), c.ShowDay(days_ago=1)),
        (typed("list", day="2026-11-20"), c.ShowDay(date(2026, 11, 20))),
        (typed("list", day="friday"), c.Help()),
        (typed("edit", line=2, text="new\nwords"), c.EditLine(2, "new words")),
        (typed("delete", line=3), c.DeleteLine(3)),
        (typed("nothing"), c.NothingToday()),
        (typed("team here"), c.TeamHere("")),
        (typed("join", team="The A (team)"), c.Join(name="The A (team)")),
        (typed("leave"), c.Leave("")),
        (typed("invite", email="ana@example.com", team="platform"), c.Invite("ana@example.com", "platform")),
        (typed("invite", email="ana"), c.Help()),
        (typed("settings"), c.ShowSettings()),
        (typed("time", time="teatime"), c.SetTime("teatime")),
        (typed("zone", zone="Europe/Madrid"), c.SetZone("Europe/Madrid")),
        (typed("days", days="mon-fri"), c.SetDays("mon-fri")),
        (typed("channel", channel="mail"), c.SetChannel("mail")),
        (typed("vacation", when="until monday"), r.Away("until monday")),
        (typed("vacation"), r.Away()),
        (typed("back"), r.Back()),
        (typed("ask"), c.AskNow()),
        (typed("help"), c.Help()),
        (typed("search"), c.Help()),
        (typed("connect", code="AQ-12_34.x"), c.Connect("AQ-12_34.x")),
        (typed("connect", code="no code"), c.Help()),
    ],
)
def test_each_command_means_what_it_says(request_: c.Request, command: c.Command) -> None:
    assert request_.command == command


def test_everything_that_the_help_names_is_offered() -> None:
    offered = {option["name"] for option in COMMAND["options"]}
    named = re.findall(r"/done (\w+)", in_words(word(f.HelpShown("", kept=False), Channel.DISCORD)))
    assert len(named) > len(offered) / 3
    assert set(named) <= offered


def test_a_code_is_also_read_from_the_text() -> None:
    assert read_slash(typed("connect", code="AQ-12_34.x").text) == c.Connect("AQ-12_34.x")


@pytest.mark.parametrize("text", ["help", "search x", "delete 2", "yesterday: fixed it", "join platform"])
def test_what_is_added_is_recorded_whatever_it_looks_like(text: str) -> None:
    assert isinstance(read_slash(typed("add", text=text).text), c.Record)


def test_no_value_can_pose_as_a_filter_or_another_line() -> None:
    request = typed("search", query='a\nb "c"', from_='Ada" before:"2020-01-01')
    assert request.text == 'search a b "c" from:"Ada before:2020-01-01"'


def test_a_pressed_button_is_the_command_it_carries() -> None:
    body = payload("button")
    body["data"]["custom_id"] = "signed-join"
    request = read_interaction(body, read_command)
    assert request.command == c.Join(7)
    assert (request.origin.organization_id, request.origin.person_id) == (1, 7)
    assert request.origin.surface is c.Surface.BUTTON
    assert request.origin.answers == "1574831967436800006:1574831967436800022"


def test_a_button_that_is_no_longer_valid_asks_for_help() -> None:
    assert read_interaction(payload("button"), read_command).command == c.Help()


def test_a_completion_tells_the_option_and_what_is_typed_so_far() -> None:
    body = payload("command_search") | {"type": 4}
    options = body["data"]["options"][0]["options"]
    options[1] |= {"value": "ad", "focused": True}
    origin, field, so_far = completing(body)
    assert (origin.address, origin.guild, field, so_far) == (ADA, PLATFORM.workspace, "from", "ad")


@pytest.mark.parametrize(
    "spoilt",
    [
        {"type": 9},
        {"id": "x"},
        {"id": "9" * 30},
        {"member": None},
        {"channel_id": 5},
        {"data": {"options": []}},
        {"data": {"options": [{"type": 1, "name": "burn"}]}},
        {"data": {"options": [{"type": 1, "name": "time", "options": [{"type": 3, "name": "time"}]}]}},
    ],
)
def test_what_is_not_as_documented_is_said_without_repeating_it(spoilt: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^[a-z_ ,.A-Z-]+$"):
        read_interaction(payload("command_add") | spoilt, read_command)


def test_an_id_tells_its_moment() -> None:
    assert instant("175928847299117063") == datetime(2016, 4, 30, 11, 18, 25, 796000, tzinfo=UTC)


def test_the_name_she_shows_goes_before_the_one_she_logs_in_with() -> None:
    assert name_of({"username": "ada", "global_name": "Ada Byron"}) == "Ada Byron"
    assert name_of({"username": "ada", "global_name": None}) == "ada"


def test_discord_takes_the_command() -> None:
    check_commands([COMMAND])
    assert len(COMMAND["options"]) <= 25
