"""An edited message is the same dones, as last written."""

from datetime import date, timedelta

import pytest

from domain import facts as f
from tests.factories import ADA, BEN, CLEO, TUESDAY, Office

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


def audiences(office: Office) -> list[tuple[str, bool]]:
    """What Ada wrote, and whether her team reads it."""
    return [(done.text, office.team.id in done.team_ids) for done in office.dones(office.ada)]


def test_a_line_that_an_edit_makes_public_is_read_by_the_team(office: Office) -> None:
    office.message(ADA, "private: told Cleo about it\nprivate: lunch", source="D1:1")
    office.edit(ADA, "D1:1", "told Cleo about it\nprivate: lunch")
    assert audiences(office) == [("told Cleo about it", True), ("lunch", False)]


def test_who_reads_a_line_hangs_on_the_newest_version_in_whatever_order_they_come(office: Office) -> None:
    office.edit(ADA, "D1:1", "told Cleo about it", minutes=2)
    office.edit(ADA, "D1:1", "private: told Cleo", minutes=1)
    office.message(ADA, "private: told Cleo about that", source="D1:1")
    assert audiences(office) == [("told Cleo about it", True)]
    office.edit(ADA, "D1:1", "private: told Cleo about it", minutes=3)
    assert audiences(office) == [("told Cleo about it", False)]


def test_of_two_versions_in_one_second_the_one_that_is_private_counts(office: Office) -> None:
    """Nobody can tell which of them is the newer one."""
    office.message(ADA, "told Cleo", source="D1:1")
    office.edit(ADA, "D1:1", "private: told Cleo about it", minutes=1)
    office.edit(ADA, "D1:1", "told Cleo about it", minutes=1)
    assert audiences(office) == [("told Cleo about it", False)]


def test_an_edit_shows_no_line_to_a_team_that_she_joined_after_writing_it(office: Office) -> None:
    office.message(CLEO, "hired a gardener", source="D2:1")
    office.message(CLEO, "private: hired a detective", source="D2:2")
    office.join(office.cleo, office.team)
    office.edit(CLEO, "D2:1", "hired a good gardener")
    office.edit(CLEO, "D2:2", "private: hired a good detective")
    assert [done.team_ids for done in office.dones(office.cleo)] == [(), ()]


def test_a_line_for_one_team_that_an_edit_sends_to_all_is_read_by_all(office: Office) -> None:
    other = office.add_team(office.initech, "garden")
    office.join(office.ada, other)
    office.message(ADA, "garden: planted a tree", source="D1:1")
    office.edit(ADA, "D1:1", "planted a tree")
    assert [{*done.team_ids} for done in office.dones(office.ada)] == [{office.team.id, other.id}]


def test_a_line_rewritten_by_its_number_is_read_by_the_same_people(office: Office) -> None:
    office.message(ADA, "private: told Cleo", source="D1:1")
    office.message(ADA, "edit 1 told Cleo about it")
    assert audiences(office) == [("told Cleo about it", False)]
    office.edit(ADA, "D1:1", "told Cleo about it")
    assert audiences(office) == [("told Cleo about it", True)], "she took the word away herself"
