"""What people say becomes dones: for the right day, once, and as they last wrote it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain import commands as c
from domain import facts as f
from domain.deliveries import Kind, State
from domain.dones import Kind as LineKind
from domain.messages import Say
from tests.factories import ADA, BEN, DEE, SIX, TUESDAY, Office, words

MONDAY = date(2026, 11, 23)
TUESDAY_NIGHT = datetime(2026, 11, 25, 1, tzinfo=UTC)
"""02:00 of Wednesday in Madrid."""


@pytest.fixture
def office() -> Office:
    return Office()


def days(office: Office) -> list[tuple[date, str]]:
    return [(done.day, done.text) for done in office.dones(office.ada)]


# ---------------------------------------------------------------- the right day


def test_lines_are_dones_of_the_log_day_they_were_written_on(office: Office) -> None:
    heard = office.message(ADA, "- shipped the importer\n[ ] pair with Ben\n! no DNS access")
    assert heard.mark is not None
    assert heard.reply is None
    assert [(done.kind, done.text, done.day) for done in office.dones(office.ada)] == [
        (LineKind.DONE, "shipped the importer", TUESDAY),
        (LineKind.GOAL, "pair with Ben", TUESDAY),
        (LineKind.BLOCKER, "no DNS access", TUESDAY),
    ]


def test_dones_may_be_sent_at_any_time_and_as_often_as_wanted(office: Office) -> None:
    for hours in (-10, -3, 0, 5):
        office.message(ADA, f"done at {hours}", at=SIX + timedelta(hours=hours))
    assert days(office) == [(TUESDAY, f"done at {hours}") for hours in (-10, -3, 0, 5)]


def test_after_midnight_it_is_still_the_evening_before(office: Office) -> None:
    office.clock.forward(timedelta(days=1))
    office.message(ADA, "late shift", at=TUESDAY_NIGHT)
    office.message(ADA, "early shift", at=TUESDAY_NIGHT + timedelta(hours=2))
    assert days(office) == [(TUESDAY, "late shift"), (date(2026, 11, 25), "early shift")]


def test_the_day_is_that_of_the_providers_clock_not_of_when_it_is_read(office: Office) -> None:
    office.clock.forward(timedelta(days=3))
    office.message(ADA, "written on Tuesday", at=SIX)
    assert days(office) == [(TUESDAY, "written on Tuesday")]


def test_an_answer_is_for_the_day_of_its_prompt_however_late_it_comes(office: Office) -> None:
    office.done_log.plan_prompts(office.clock.now())
    office.send()
    (prompt,) = [row for row in office.deliveries(Kind.PROMPT) if row.new.person_id == office.ada.id]
    office.clock.forward(timedelta(days=2))
    office.message(ADA, "an answer in its thread", answers=prompt.receipt)
    office.message(ADA, "just a message")
    assert days(office) == [
        (TUESDAY, "an answer in its thread"),
        (date(2026, 11, 26), "just a message"),
    ]


def test_the_prompt_of_somebody_else_says_nothing_about_ones_day(office: Office) -> None:
    office.done_log.plan_prompts(office.clock.now())
    office.send()
    (bens,) = [row for row in office.deliveries(Kind.PROMPT) if row.new.person_id == office.ben.id]
    office.clock.forward(timedelta(days=2))
    office.message(ADA, "in a thread of Ben's", answers=bens.receipt)
    assert days(office) == [(date(2026, 11, 26), "in a thread of Ben's")]


def test_a_mail_is_for_the_day_of_the_mail_it_answers(office: Office) -> None:
    office.clock.forward(timedelta(days=1))
    office.mail(DEE, "signed the lease", to=office.dee, prompt_day=TUESDAY)
    assert [done.day for done in office.dones(office.dee)] == [TUESDAY]


def test_yesterday_and_dates_say_otherwise(office: Office) -> None:
    said = office.message(ADA, "yesterday: forgot this")
    office.message(ADA, "2026-11-20: and this\nand that", prompt_day=TUESDAY)
    assert days(office) == [
        (date(2026, 11, 20), "and this"),
        (date(2026, 11, 20), "and that"),
        (MONDAY, "forgot this"),
    ]
    assert isinstance(said.facts, f.Recorded), "which day it is for is said in words"


def test_what_is_still_to_come_is_not_done(office: Office) -> None:
    said = office.message(ADA, "2026-11-25: shipped it")
    assert said.facts == f.Refused("Wednesday 25 November is still to come; I keep what is done.")
    assert days(office) == []


# ---------------------------------------------------------------- what is said about it


def test_the_first_time_it_is_said_in_words_and_then_by_a_check_mark(office: Office) -> None:
    office.change(office.ada, introduced=False)
    second_source = "D1:2"
    first, second = office.message(ADA, "shipped it"), office.message(ADA, "and lunch", source=second_source)
    assert first.facts == f.Recorded(
        day=TUESDAY,
        lines=(f.SaidLine(LineKind.DONE, "shipped it"),),
        teams=("platform",),
        digest_at="tomorrow at 09:00 Madrid",
        can_edit=True,
    )
    assert second.facts is None
    assert second.mark is not None
    assert second.mark.answers == second_source, "the mark goes on what was written"


def test_a_mail_is_answered_by_silence_but_for_the_first_time(office: Office) -> None:
    office.change(office.dee, introduced=False)
    first = office.mail(DEE, "signed the lease", to=office.dee, answer_to="<1@example.com>")
    second = office.mail(DEE, "and the keys", to=office.dee)
    assert isinstance(first.facts, f.Recorded)
    assert not first.facts.can_edit
    assert first.reply is not None
    assert first.reply.answers == "<1@example.com>", "in the thread of her mail"
    assert not second.answered


def test_what_was_not_understood_is_kept_and_said_so_even_by_mail(office: Office) -> None:
    said = office.mail(DEE, "serch invoices", to=office.dee)
    assert isinstance(said.facts, f.Recorded)
    assert said.facts.doubtful
    assert office.texts(office.dee) == ["serch invoices"]


def test_a_message_without_anything_in_it_gets_help(office: Office) -> None:
    assert office.message(ADA, "---").facts == f.HelpShown("---", kept=True)
    assert office.texts(office.ada) == []


@pytest.mark.parametrize(
    ("day", "now", "when"),
    [
        ("", datetime(2026, 11, 24, 17, tzinfo=UTC), "tomorrow at 09:00 Madrid"),
        ("", datetime(2026, 11, 27, 17, tzinfo=UTC), "on Monday at 09:00 Madrid"),
        ("", datetime(2026, 11, 25, 1, tzinfo=UTC), "tomorrow at 09:00 Madrid"),
        ("yesterday: ", datetime(2026, 11, 25, 7, tzinfo=UTC), "today at 09:00 Madrid"),
        ("yesterday: ", datetime(2026, 11, 25, 8, tzinfo=UTC), "tomorrow at 09:00 Madrid"),
        ("yesterday: ", datetime(2026, 11, 27, 17, tzinfo=UTC), "on Monday at 09:00 Madrid"),
    ],
)
def test_it_says_when_the_team_will_read_it(office: Office, day: str, now: datetime, when: str) -> None:
    office.clock.forward(now - office.clock.now())
    office.change(office.ada, introduced=False)
    said = office.message(ADA, f"{day}shipped it").facts
    assert isinstance(said, f.Recorded)
    assert said.digest_at == when


def test_when_it_is_read_is_said_of_the_team_that_reads_it(office: Office) -> None:
    office.join(office.ada, office.add_team(office.initech, "alpha", zone="Asia/Tokyo"))
    office.change(office.ada, introduced=False)
    said = office.message(ADA, "platform: shipped it").facts
    assert isinstance(said, f.Recorded)
    assert (said.teams, said.digest_at) == (("platform",), "tomorrow at 09:00 Madrid")


# ---------------------------------------------------------------- once


def test_the_same_message_twice_is_recorded_once(office: Office) -> None:
    office.message(ADA, "shipped it", source="D1:1")
    again = office.message(ADA, "shipped it", source="D1:1")
    assert office.texts(office.ada) == ["shipped it"]
    assert again.row.note == "recorded before"
    assert not again.answered


def test_the_same_event_twice_is_one_inbox_item(office: Office) -> None:
    office.say(c.Request(office.origin(ADA), text="shipped it"), key="Ev1")
    with pytest.raises(AssertionError):
        office.say(c.Request(office.origin(ADA), text="shipped it"), key="Ev1")
    assert office.texts(office.ada) == ["shipped it"]


def test_the_same_words_in_two_messages_are_two_dones(office: Office) -> None:
    office.message(ADA, "reviewed a PR")
    office.message(ADA, "reviewed a PR")
    assert office.texts(office.ada) == ["reviewed a PR", "reviewed a PR"]


def test_the_same_words_after_two_slash_commands_are_two_dones(office: Office) -> None:
    for _ in range(2):
        assert isinstance(office.slash(ADA, "add reviewed a PR"), Say)
    assert office.texts(office.ada) == ["reviewed a PR", "reviewed a PR"]


def test_whoever_has_answered_is_not_asked_any_more(office: Office) -> None:
    office.done_log.plan_prompts(office.clock.now())
    office.message(ADA, "shipped it")
    states = {row.new.person_id: row.state for row in office.deliveries(Kind.PROMPT)}
    del states[office.eve.id]
    assert states == {
        office.ada.id: State.CANCELLED,
        office.ben.id: State.READY,
        office.dee.id: State.READY,
    }


def test_whoever_wants_to_be_asked_all_the_same_is(office: Office) -> None:
    office.change(office.ada, ask_anyway=True)
    office.done_log.plan_prompts(office.clock.now())
    office.message(ADA, "shipped it")
    assert State.CANCELLED not in {row.state for row in office.deliveries(Kind.PROMPT)}


# ---------------------------------------------------------------- edits and deletions


def test_an_edit_keeps_the_dones_that_it_does_not_touch(office: Office) -> None:
    office.message(ADA, "shiped the importer\nlunch with Ben", source="D1:1")
    before = {done.text: done.id for done in office.dones(office.ada)}
    office.edit(ADA, "D1:1", "a new line on top\nlunch with Ben\nshipped the importer")
    after = {done.text: done.id for done in office.dones(office.ada)}
    assert list(after) == ["a new line on top", "lunch with Ben", "shipped the importer"]
    assert after["lunch with Ben"] == before["lunch with Ben"]
    assert after["shipped the importer"] == before["shiped the importer"]


def test_a_line_taken_out_of_a_message_is_gone(office: Office) -> None:
    office.message(ADA, "shipped\nsaid too much", source="D1:1")
    office.edit(ADA, "D1:1", "shipped")
    assert office.texts(office.ada) == ["shipped"]


def test_a_deleted_message_takes_its_dones_with_it(office: Office) -> None:
    office.message(ADA, "shipped\nlunch", source="D1:1")
    office.message(ADA, "another message", source="D1:2")
    office.edit(ADA, "D1:1", None)
    assert office.texts(office.ada) == ["another message"]


def test_an_edit_older_than_what_is_stored_changes_nothing(office: Office) -> None:
    office.message(ADA, "first", source="D1:1")
    office.edit(ADA, "D1:1", "third", minutes=3)
    late = office.edit(ADA, "D1:1", "second", minutes=2)
    assert office.texts(office.ada) == ["third"]
    assert late.row.note == "older than what is stored"


def test_a_deletion_is_not_undone_by_an_edit_that_comes_late(office: Office) -> None:
    office.message(ADA, "first", source="D1:1")
    office.edit(ADA, "D1:1", None, minutes=3)
    office.edit(ADA, "D1:1", "second", minutes=2)
    assert office.texts(office.ada) == []


def test_an_edit_that_overtakes_its_message_is_what_stays(office: Office) -> None:
    office.edit(ADA, "D1:1", "second", minutes=2)
    office.message(ADA, "first", source="D1:1")
    office.edit(ADA, "D1:1", "in between", minutes=1)
    assert office.texts(office.ada) == ["second"]
    assert [done.day for done in office.dones(office.ada)] == [TUESDAY]


def test_a_message_made_a_done_by_an_edit_is_recorded(office: Office) -> None:
    office.message(ADA, "help", source="D1:1")
    office.edit(ADA, "D1:1", "helped Ben with the release")
    assert office.texts(office.ada) == ["helped Ben with the release"]


def test_an_edit_keeps_the_day_that_the_message_was_for(office: Office) -> None:
    office.message(ADA, "yesterday: shiped it", source="D1:1")
    office.edit(ADA, "D1:1", "yesterday: shipped it")
    assert days(office) == [(MONDAY, "shipped it")]


def test_nobody_edits_what_somebody_else_wrote(office: Office) -> None:
    office.message(ADA, "shipped it", source="C1:1")
    stranger = office.edit(BEN, "C1:1", "did nothing")
    assert office.texts(office.ada) == ["shipped it"]
    assert stranger.row.note == "the message is somebody else's"


def test_an_edit_is_followed_in_silence(office: Office) -> None:
    office.message(ADA, "shiped it", source="D1:1")
    assert not office.edit(ADA, "D1:1", "shipped it").answered


def test_an_edit_keeps_who_sees_a_line_unless_it_says_otherwise(office: Office) -> None:
    office.message(ADA, "private: told Cleo about it", source="D1:1")
    office.edit(ADA, "D1:1", "private: told Cleo all about it")
    assert [done.team_ids for done in office.dones(office.ada)] == [()]
    office.message(ADA, "told Ben about it", source="D1:2")
    office.edit(ADA, "D1:2", "private: told Ben about it")
    assert [done.team_ids for done in office.dones(office.ada)] == [(), ()]


# ---------------------------------------------------------------- who sees it


def test_a_line_goes_to_all_of_ones_teams_unless_it_names_one(office: Office) -> None:
    ops = office.add_team(office.initech, "ops")
    office.join(office.ada, ops)
    office.message(ADA, "for all\nops: for ops\nprivate: for me")
    assert [done.team_ids for done in office.dones(office.ada)] == [
        (ops.id, office.team.id),
        (ops.id,),
        (),
    ]


def test_the_name_of_a_team_one_is_not_in_is_a_word_like_any_other(office: Office) -> None:
    office.add_team(office.initech, "ops")
    office.message(ADA, "ops: rebooted the router")
    assert [(done.text, done.team_ids) for done in office.dones(office.ada)] == [
        ("ops: rebooted the router", (office.team.id,))
    ]


# ---------------------------------------------------------------- strange texts


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\x00b", "ab"),
        ("half a face \ud83d here", "half a face \ufffd here"),
        ("\u202etfel ot thgir", "\u202etfel ot thgir"),
        ("<!channel> @everyone *b* <script>", "<!channel> @everyone *b* <script>"),
        ("x" * 100_000, "x" * 100_000),
    ],
)
def test_strange_texts_are_stored_cleaned_and_whole(office: Office, typed: str, kept: str) -> None:
    office.message(ADA, typed)
    assert office.texts(office.ada) == [kept]
    shown = office.slash(ADA, "today")
    assert kept[:1000] in words(shown)


# ---------------------------------------------------------------- by number, and nothing


def test_a_line_of_today_is_changed_by_its_number(office: Office) -> None:
    office.message(ADA, "shipped\nluch\nreviewed")
    assert "lunch" in words(office.slash(ADA, "edit 2 lunch"))
    office.slash(ADA, "delete 1")
    assert office.texts(office.ada) == ["lunch", "reviewed"]
    assert office.message(ADA, "delete 9").facts == f.Refused(
        "There is no line 9 today. Write `today` to see the numbers."
    )


def test_nothing_ends_the_day_without_blame_by_word_or_button(office: Office) -> None:
    office.done_log.plan_prompts(office.clock.now())
    assert office.message(ADA, "nothing").facts == f.NothingNoted(TUESDAY)
    office.press(BEN, office.initech, c.NothingToday(TUESDAY))
    tenant = office.tenant()
    assert tenant.log.has_answered(office.ada.id, TUESDAY)
    assert tenant.log.has_answered(office.ben.id, TUESDAY)
    assert {row.new.person_id for row in office.deliveries(Kind.PROMPT) if row.state is State.READY} == {
        office.dee.id,
        office.eve.id,
    }


def test_the_button_of_yesterdays_prompt_is_for_yesterday(office: Office) -> None:
    office.clock.forward(timedelta(days=1))
    office.press(ADA, office.initech, c.NothingToday(TUESDAY))
    assert office.tenant().log.has_answered(office.ada.id, TUESDAY)
    assert not office.tenant().log.has_answered(office.ada.id, date(2026, 11, 25))


def test_pressing_twice_is_pressing_once(office: Office) -> None:
    for _ in range(2):
        assert "Noted" in words(office.press(ADA, office.initech, c.NothingToday(TUESDAY)))


def test_a_day_is_shown_with_numbers_and_what_is_private_is_marked(office: Office) -> None:
    office.message(ADA, "shipped\nprivate: talked to Cleo")
    shown = words(office.slash(ADA, "today"))
    assert "1 shipped" in shown
    assert "2 talked to Cleo (only you)" in shown
    assert "Nothing yet" in words(office.slash(ADA, "yesterday"))
    assert office.mail(DEE, "today", to=office.dee).facts == f.DayShown(TUESDAY, ())


@pytest.mark.parametrize("text", ["Search index rebuilt", "Review PR 41", "Help Ana deploy"])
def test_what_only_begins_like_a_command_is_a_done_on_every_channel(office: Office, text: str) -> None:
    office.message(ADA, text)
    office.mail(DEE, text, to=office.dee)
    office.slash(BEN, f"add {text}")
    for person in (office.ada, office.dee, office.ben):
        assert office.texts(person) == [text]
