from datetime import date

import pytest

from domain import commands as c
from domain import replies as r
from domain.grammar import read_message, read_slash

TEAMS = {"platform", "customer care"}


def is_team(name: str) -> bool:
    return name.casefold() in TEAMS


@pytest.mark.parametrize(
    "typed",
    [
        "Search index rebuilt",
        "Review PR 41",
        "Help Ana deploy",
        "help with the release\nand lunch",
        "Join the standup",
        "leave early",
        "delete two accounts",
        "edit the handbook",
        "time tracking set up for all",
        "Zone defence drills done",
        "today I fixed the build",
        "list of invoices sent",
        "nothing works",
        "invite people to the party",
    ],
)
def test_what_is_not_a_command_in_strict_form_is_a_done_on_every_channel(typed: str) -> None:
    command = read_message(typed, is_team)

    assert isinstance(command, c.Record)
    assert command.text == typed
    assert isinstance(read_slash(f"add {typed}"), c.Record)


@pytest.mark.parametrize("typed", ["Search index rebuilt", "Review PR 41", "Help Ana deploy"])
def test_the_slash_command_keeps_lines_that_only_begin_like_a_command(typed: str) -> None:
    assert read_slash(f"add {typed}") == c.Record(typed)


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("help", c.Help()),
        ("Today", c.ShowDay()),
        ("yesterday", c.ShowDay(days_ago=1)),
        ("list yesterday", c.ShowDay(days_ago=1)),
        ("list 2026-11-20", c.ShowDay(date(2026, 11, 20))),
        ("2026-11-20", c.ShowDay(date(2026, 11, 20))),
        ("skip", c.NothingToday()),
        ("delete 2", c.DeleteLine(2)),
        ("edit 2  shipped it", c.EditLine(2, "shipped it")),
        ("settings", c.ShowSettings()),
        ("time 5:30 pm", c.SetTime("5:30 pm")),
        ("zone madrid", c.SetZone("Europe/Madrid")),
        ("zone new york", c.SetZone("America/New_York")),
        ("zone Atlantis", c.SetZone("Atlantis")),
        ("days mon-fri", c.SetDays("mon-fri")),
        ("days team", c.SetDays("team")),
        ("channel mail", c.SetChannel("mail")),
        ("ask me now", c.AskNow()),
        ("search invoices", c.Search("invoices")),
        ('search "two words" from:ana', c.Search('"two words" from:ana')),
        ("search invoices page:3", c.Search("invoices", 3)),
        ("invite cleo@example.com", c.Invite("cleo@example.com")),
        ("invite <cleo@example.com> to platform", c.Invite("cleo@example.com", "platform")),
        ("join platform", c.Join(name="platform")),
        ("leave Customer Care", c.Leave("Customer Care")),
    ],
)
def test_a_command_means_the_same_in_a_message_and_after_the_slash(typed: str, command: c.Command) -> None:
    assert read_message(typed, is_team) == command
    assert read_slash(typed) == command


def test_after_the_slash_several_words_can_be_searched_without_quotes() -> None:
    assert read_slash("search invoice importer") == c.Search("invoice importer")


def test_teams_are_made_and_workspaces_connected_after_the_slash_alone() -> None:
    assert read_slash("team here") == c.TeamHere()
    assert read_slash("team here #platform") == c.TeamHere("platform")
    assert read_slash("connect abcd-1234") == c.Connect("abcd-1234")
    assert read_message("team here", is_team) == c.Record("team here")


def test_lines_can_be_for_another_day() -> None:
    assert read_message("yesterday: shipped it", is_team) == c.Record("shipped it", days_ago=1)
    assert read_message("2026-11-20: a\nb", is_team) == c.Record("a\nb", date(2026, 11, 20))
    assert read_message("2026-02-30: a", is_team) == c.Record("2026-02-30: a")


@pytest.mark.parametrize(
    "typed", ["serch invoices", "time teatime", "days moonday", "zone", "Status", "undo"]
)
def test_what_looks_like_a_mistyped_command_is_recorded_and_said_to_be(typed: str) -> None:
    assert read_message(typed, is_team) == c.Record(typed, doubtful=True)
    assert read_slash(typed) == c.Record(typed, doubtful=True)


def test_a_period_that_cannot_be_read_is_no_done() -> None:
    assert read_message("vacation until mondya", is_team) == r.Away("until mondya")
    assert isinstance(read_message("vacation until Monday planned", is_team), c.Record)


def test_vacation_without_an_end_is_one_after_the_slash_alone() -> None:
    assert read_slash("vacation") == r.Away()
    assert read_message("vacation", is_team) == c.Record("vacation", doubtful=True)


def test_an_empty_slash_command_is_a_call_for_help() -> None:
    assert read_slash("  ") == c.Help()
