"""Strange texts, lines changed by their number, and days without a line."""

from datetime import date, timedelta

import pytest

from domain import commands as c
from domain import facts as f
from domain.deliveries import Kind, State
from tests.factories import ADA, BEN, DEE, TUESDAY, Office, words


@pytest.fixture
def office() -> Office:
    return Office()


def days(office: Office) -> list[tuple[date, str]]:
    return [(done.day, done.text) for done in office.dones(office.ada)]


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
