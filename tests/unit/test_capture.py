"""What people say becomes dones: for the right day, once, and as they last wrote it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain import commands as c
from domain import facts as f
from domain.deliveries import Kind, State
from domain.dones import LineKind
from domain.messages import Say
from domain.people import Address, Channel, Profile
from tests.factories import ADA, DEE, SIX, TUESDAY, Office, words

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
    assert said.facts == f.Refused(
        "Wednesday 25 November is still to come. For a goal, start a line with `[]`."
    )
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


def test_whoever_is_in_no_team_is_told_that_and_what_to_do(office: Office) -> None:
    elsewhere = Address(Channel.SLACK, "UNEW", "T1")
    told = office.slash(elsewhere, "shipped it", profile=Profile("Nia", "Europe/Madrid"))
    assert "You are not in a team yet, so nobody else sees it." in words(told)
    assert "[Join platform]" in words(told)
    alone = office.slash(elsewhere, "private: told Ana")
    assert "Only you see it." in words(alone)


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


def test_only_what_has_a_message_can_be_changed_by_editing_it(office: Office) -> None:
    office.change(office.ada, introduced=False)
    in_a_message = office.message(ADA, "reviewed a PR").facts
    assert isinstance(in_a_message, f.Recorded)
    assert in_a_message.can_edit
    assert "Edit your message" not in words(office.slash(ADA, "reviewed a PR"))


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
