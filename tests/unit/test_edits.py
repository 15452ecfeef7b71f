"""An edited message is the same dones, as last written."""

from datetime import date, timedelta

import pytest

from domain import facts as f
from tests.factories import ADA, BEN, TUESDAY, Office

MONDAY = date(2026, 11, 23)


@pytest.fixture
def office() -> Office:
    return Office()


def days(office: Office) -> list[tuple[date, str]]:
    return [(done.day, done.text) for done in office.dones(office.ada)]


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


def test_lines_that_are_edited_into_a_command_are_gone_and_she_is_told(office: Office) -> None:
    office.message(ADA, "indexed search\nlunch", source="D1:1")
    edited = office.edit(ADA, "D1:1", "search index")
    assert office.texts(office.ada) == []
    assert edited.facts == f.Changed(TUESDAY, "indexed search / lunch", after=None)


def test_an_edit_that_overtakes_its_message_and_is_a_command_takes_its_place(office: Office) -> None:
    office.edit(ADA, "D1:1", "help", minutes=2)
    office.edit(ADA, "D1:1", "second", minutes=1)
    office.message(ADA, "first", source="D1:1")
    assert office.texts(office.ada) == []
    assert not office.tenant().log.has_answered(office.ada.id, TUESDAY)


def test_an_edit_within_the_second_of_a_deletion_was_before_it(office: Office) -> None:
    office.message(ADA, "first", source="D1:1")
    office.clock.forward(timedelta(milliseconds=900))
    office.edit(ADA, "D1:1", None, minutes=1)
    office.clock.forward(timedelta(milliseconds=-900))
    office.edit(ADA, "D1:1", "second", minutes=1)
    assert office.texts(office.ada) == []


def test_an_edit_moves_lines_to_the_day_that_it_names(office: Office) -> None:
    office.message(ADA, "shipped it", source="D1:1")
    [before] = office.dones(office.ada)
    office.edit(ADA, "D1:1", "yesterday: shipped it")
    assert days(office) == [(MONDAY, "shipped it")]
    assert [done.id for done in office.dones(office.ada)] == [before.id]
    office.edit(ADA, "D1:1", "shipped it", minutes=2)
    assert days(office) == [(TUESDAY, "shipped it")]


def test_an_edit_to_a_day_to_come_is_refused_and_leaves_no_dones(office: Office) -> None:
    office.message(ADA, "shipped it", source="D1:1")
    refused = office.edit(ADA, "D1:1", "2026-12-24: shipped it")
    assert days(office) == []
    assert isinstance(refused.facts, f.Refused)


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
