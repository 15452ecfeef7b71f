"""What the bot says on every channel, and how."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from domain import commands as c
from domain import facts as f
from domain import replies as r
from domain.dones import LineKind
from domain.grammar import read_message, read_slash
from domain.local_time import WORKING_WEEK
from domain.messages import Action, Actions, Block, Group, Heading, Message, Paragraph, Run, Style, plain
from domain.people import Channel
from domain.wording import word
from domain.wording.phrases import count, in_a_row, one_sentence
from tests.examples import FACTS, HOSTILE, TUESDAY, examples

EVERYTHING = [(channel, name) for channel in Channel for name in FACTS]
OF_PEOPLE = {"digest_hostile"}
"""Examples that show what people typed, whose signs are theirs."""
SHOW_NO_TYPED_TWIN = {"which_organization"}
"""No words say which organization a message is meant for; its buttons are the only way."""
NO_COMMANDS = {"[]", "!", "CODE", "/done invite", "17:30", "token_revoked", "private:"}
"""Signs in front of a line, a platform's own words, and what stands for a command whose rest is up to her."""
_HIT = f.Hit("Ada", TUESDAY, LineKind.DONE, "shipped it", ())


def runs(message: Message) -> Iterator[Run]:
    for block in message.blocks:
        match block:
            case Heading(text):
                yield Run(text)
            case Paragraph(text):
                yield from text
            case Group(title, items):
                yield from title
                for item in items:
                    yield from item
            case Actions():
                pass


def actions(message: Message) -> list[Action]:
    return [action for block in message.blocks if isinstance(block, Actions) for action in block.actions]


def words(message: Message) -> str:
    return " ".join(run.text for run in runs(message))


def is_shown(block: Block) -> bool:
    match block:
        case Heading(text):
            return bool(text.strip())
        case Paragraph(text):
            return bool(plain(text).strip())
        case Group(title, items):
            return bool(plain(title).strip()) and bool(items) and all(plain(item).strip() for item in items)
        case Actions(buttons):
            return bool(buttons)


@pytest.mark.parametrize(("channel", "name"), EVERYTHING)
def test_everything_has_words_on_every_channel(channel: Channel, name: str) -> None:
    message = examples(channel)[name]
    assert message.blocks
    assert all(is_shown(block) for block in message.blocks)
    assert message.subject.strip()
    assert "\n" not in message.subject


@pytest.mark.parametrize(("channel", "name"), EVERYTHING)
def test_nothing_is_shouted(channel: Channel, name: str) -> None:
    """An exclamation mark is only ever something to type."""
    if name not in OF_PEOPLE:
        message = examples(channel)[name]
        said = " ".join(run.text for run in runs(message) if run.style is not Style.CODE)
        assert "!" not in re.sub(r"! something", "", said)
        assert "!" not in message.subject + message.preheader


@pytest.mark.parametrize(("channel", "name"), EVERYTHING)
def test_what_is_said_fits_a_phone_and_a_button(channel: Channel, name: str) -> None:
    message = examples(channel)[name]
    assert len(actions(message)) <= 5
    assert all(0 < len(action.label) <= 75 for action in actions(message))
    if name not in OF_PEOPLE:
        assert len(message.subject) <= 160


@pytest.mark.parametrize(("channel", "name"), EVERYTHING)
def test_every_button_has_a_twin_that_can_be_typed(channel: Channel, name: str) -> None:
    message = examples(channel)[name]
    typed = [_read(run.text, channel) for run in runs(message) if run.style is Style.CODE]
    for action in actions(message):
        if name not in SHOW_NO_TYPED_TWIN:
            wanted = r.ClaimSender if isinstance(action.command, r.ClaimMail) else type(action.command)
            assert any(type(twin) is wanted for twin in typed), action


@pytest.mark.parametrize(("channel", "name"), EVERYTHING)
def test_whatever_is_offered_to_be_typed_is_understood(channel: Channel, name: str) -> None:
    for run in runs(examples(channel)[name]):
        for_a_shell = run.text.startswith("donelog ")
        if run.style is Style.CODE and run.text not in NO_COMMANDS and not for_a_shell:
            command = _read(run.text.replace("CODE", "abcd-1234"), channel)
            assert not (isinstance(command, c.Record) and not run.text.startswith("/done add")), run.text


def _read(typed: str, channel: Channel) -> c.Command:
    if typed.startswith("/done"):
        return read_slash(typed.removeprefix("/done"))
    return read_message(typed, lambda name: name == "platform")


def test_a_mail_offers_nothing_that_only_a_chat_understands() -> None:
    for name in ("prompt_first", "recorded", "day", "settings"):
        assert "/done" not in words(examples(Channel.EMAIL)[name]), name


# ---------------------------------------------------------------- what it says of an answer


def test_it_says_what_was_recorded_for_which_day_and_when_others_see_it() -> None:
    said = words(examples(Channel.SLACK)["recorded"])
    assert "Two lines for Tuesday 24 November" in said
    assert "platform sees them tomorrow at 09:00 Madrid" in said


def test_private_lines_are_said_to_be_seen_by_nobody_else() -> None:
    line = f.SaidLine(LineKind.DONE, "told Ana", private=True)
    one = f.Recorded(TUESDAY, (line,), (), "", can_edit=False)
    two = f.Recorded(TUESDAY, (line, line), (), "", can_edit=False)
    assert "Only you see it." in words(word(one, Channel.SLACK))
    assert "Only you see them." in words(word(two, Channel.SLACK))


def test_where_there_is_no_team_yet_a_chat_is_told_how_one_is_made() -> None:
    assert "/done team here" in words(examples(Channel.DISCORD)["recorded_before_any_team"])
    assert "/done" not in words(examples(Channel.EMAIL)["recorded_before_any_team"])


def test_what_looked_like_a_command_is_shown_back() -> None:
    assert "“serch invoices”" in words(examples(Channel.DISCORD)["recorded_doubtful"])
    assert "shows how to take this back" in words(examples(Channel.SLACK)["recorded_doubtful"])


def test_a_command_in_a_refusal_is_typed_as_the_channel_wants_it() -> None:
    refused = f.Refused("There is no line 9 today. Write `today` to see the numbers, or try `friday`.")
    codes = {
        channel: [each.text for each in runs(word(refused, channel)) if each.style is Style.CODE]
        for channel in Channel
    }
    assert codes[Channel.EMAIL] == ["today", "friday"]
    assert codes[Channel.SLACK] == codes[Channel.DISCORD] == ["/done today", "friday"]


def test_a_deleted_line_is_told_as_deleted() -> None:
    assert words(examples(Channel.SLACK)["deleted"]).startswith(
        "Deleted from Tuesday 24 November: shipped it"
    )


# ---------------------------------------------------------------- digest and search


def test_a_team_that_has_only_mail_is_not_told_so_beside_each_name() -> None:
    cleo = f.DigestPerson(
        "Cleo", by_mail=True, lines=(f.DigestLine(TUESDAY, LineKind.DONE, "signed the lease"),)
    )
    digest = f.Digest("platform", TUESDAY, TUESDAY, (cleo, replace(cleo, name="Dee")))
    assert "by mail" not in words(word(digest, Channel.EMAIL))


def test_whoever_reads_mail_is_told_how_to_have_none() -> None:
    assert " stop " in words(word(f.HelpShown("", kept=False), Channel.EMAIL))


def test_a_digest_tags_nobody_and_says_each_list_once() -> None:
    said = words(examples(Channel.SLACK)["digest"])
    for told in ("Away Dee until Monday 30 November", "Still to come Finn", "Not asked Gus", "Quiet Eli"):
        assert said.count(told) == 1
    assert "@" not in said
    assert "Cleo  (by mail)" in said


def test_what_people_typed_stands_in_a_run_as_they_typed_it() -> None:
    assert any(run.text == HOSTILE for run in runs(examples(Channel.SLACK)["digest_hostile"]))


def test_several_days_say_which_day_a_line_is_of() -> None:
    message = examples(Channel.SLACK)["digest_weekend"]
    assert "Friday 20 November to Sunday 22 November" in message.subject
    assert "Fri  cut the release" in words(message)


def test_found_words_are_strong_and_nothing_of_the_line_is_missing() -> None:
    message = examples(Channel.SLACK)["search"]
    assert "import" in [run.text for run in runs(message) if run.style is Style.STRONG]
    assert "shipped the invoice importer" in "".join(run.text for run in runs(message))


def test_a_query_that_fits_no_button_can_still_be_turned_over_by_typing() -> None:
    query = "x" * 300
    message = word(f.SearchShown(query, (_HIT,), 30, 1, 3, degraded=False), Channel.SLACK)
    assert actions(message) == []
    assert any(f"search {query} page:2" in run.text for run in runs(message))


@pytest.mark.parametrize("channel", list(Channel))
def test_a_very_long_query_makes_no_very_long_subject(channel: Channel) -> None:
    for hits in ((), (_HIT,)):
        message = word(f.SearchShown("y" * 50_000, hits, len(hits), 1, 1, degraded=False), channel)
        assert len(message.subject) < 200


def test_that_the_engine_rests_is_said_when_it_does() -> None:
    assert "usual search is down" in words(examples(Channel.SLACK)["search"])
    assert "usual search is down" not in words(examples(Channel.SLACK)["search_empty"])


# ---------------------------------------------------------------- small pieces


def test_numbers_are_words_and_names_stand_in_a_row() -> None:
    assert [count(number, "line") for number in (0, 1, 2, 12, 13)] == [
        "No lines",
        "One line",
        "Two lines",
        "Twelve lines",
        "13 lines",
    ]
    assert in_a_row(()) == ""
    assert in_a_row(("Ada",)) == "Ada"
    assert in_a_row(("Ada", "Ben", "Cleo")) == "Ada, Ben and Cleo"


def test_what_stands_between_backticks_is_something_to_type() -> None:
    (paragraph,) = one_sentence("Try `time 17:30` again. Or not.").blocks
    assert isinstance(paragraph, Paragraph)
    assert [run.text for run in paragraph.text if run.style is Style.CODE] == ["time 17:30"]
    odd = one_sentence("Nothing called “a`b” here.")
    assert words(odd) == "Nothing called “a`b” here."
    assert one_sentence("Between 04:00 and 23:45; try `time 17:30`.").subject == (
        "Between 04:00 and 23:45; try time 17:30"
    )


def test_settings_say_when_where_and_on_which_days() -> None:
    said = words(examples(Channel.SLACK)["settings"])
    assert "I'll ask you at 18:00 Madrid, Mon-Fri (your teams' days), on Slack." in said
    assert "/done channel mail" in said
    alone = f.SettingsShown(
        1080,
        "UTC",
        WORKING_WEEK,
        days_are_teams=True,
        channel=Channel.SLACK,
        channels=(Channel.SLACK,),
        teams=(),
    )
    assert "channel" not in words(word(alone, Channel.SLACK)), "there is no other one to choose"
    nobody = f.SettingsShown(1080, "UTC", 0, days_are_teams=True, channel=None, channels=(), teams=())
    assert "as soon as you are in a team" in words(word(nobody, Channel.SLACK))
    unreachable = f.SettingsShown(
        1080, "UTC", WORKING_WEEK, days_are_teams=False, channel=None, channels=(), teams=("platform",)
    )
    assert "no way to reach you" in words(word(unreachable, Channel.SLACK))
