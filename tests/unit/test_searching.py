"""One finds what one may see, and nothing else."""

import pytest

from domain import commands as c
from domain import facts as f
from domain.engines import LEFT_ALONE_FOR
from domain.ports.search import SearchIndex
from tests.factories import ADA, BEN, CLEO, DEE, EVE, Office, words
from tests.fakes.others import CarelessIndex, DownIndex, FakeIndex, TroubledIndex
from tests.fakes.storage import FakeStorage

NOTICE = "The usual search is down"


@pytest.fixture
def office() -> Office:
    return Office()


def searched(office: Office) -> None:
    office.message(ADA, "rebuilt the search index\nprivate: search for another job")
    office.message(BEN, "searched for the bug")
    office.message(EVE, "search engine chosen")
    office.message(CLEO, "search party organized")


def test_one_finds_what_ones_teams_did_and_ones_own_and_nothing_else(office: Office) -> None:
    searched(office)
    adas = words(office.slash(ADA, "search search"))
    assert "rebuilt the search index" in adas
    assert "search for another job" in adas
    assert "searched for the bug" in adas
    assert "search engine chosen" not in adas, "another organization"
    assert "search party" not in adas, "nobody's team but hers"
    bens = words(office.slash(BEN, "search search"))
    assert "another job" not in bens
    assert "rebuilt the search index" in bens
    cleos = words(office.slash(CLEO, "search search"))
    assert "search party organized" in cleos
    assert "rebuilt" not in cleos


def test_what_an_engine_gives_away_by_mistake_is_never_shown() -> None:
    plain = Office()
    searched(plain)
    every = [row.done.id for row in plain.storage.tables.dones.values()]
    office = Office(engines=lambda _: [CarelessIndex(*every)])
    searched(office)
    assert [row.done.id for row in office.storage.tables.dones.values()] == every
    cleos = words(office.slash(CLEO, "search search"))
    assert "search party organized" in cleos
    for foreign in ("engine chosen", "rebuilt", "another job", "the bug", "Ada", "Eve"):
        assert foreign not in cleos


def test_what_was_deleted_is_not_found_however_late_the_engine_hears_of_it() -> None:
    office = Office()
    office.message(ADA, "said too much", source="D1:1")
    (done,) = office.dones(office.ada)
    careless = Office(engines=lambda _: [CarelessIndex(done.id)])
    careless.message(ADA, "said too much", source="D1:1")
    careless.edit(ADA, "D1:1", None)
    assert "too much" not in words(careless.slash(ADA, "search much")).partition("for")[2]


def test_whoever_leaves_a_team_does_not_find_what_it_did_any_more(office: Office) -> None:
    searched(office)
    office.slash(BEN, "leave platform")
    assert "rebuilt" not in words(office.slash(BEN, "search index"))
    assert "searched for the bug" in words(office.slash(BEN, "search searched"))


def test_an_invited_person_finds_nothing_of_the_team_yet(office: Office) -> None:
    searched(office)
    ops = office.add_team(office.initech, "ops")
    office.join(office.ada, ops)
    office.message(ADA, "ops: searched the server room")
    office.slash(ADA, "invite dee@example.com ops")
    found = office.press(
        DEE, office.initech, c.Search("server"), surface=c.Surface.WEB, person_id=office.dee.id, guild=""
    )
    assert "Nothing found" in words(found)


def test_filters_narrow_what_is_found(office: Office) -> None:
    searched(office)
    assert "rebuilt" not in words(office.slash(ADA, "search search from:ben"))
    assert "rebuilt" in words(office.slash(ADA, "search search from:me on:today"))
    assert "Nothing found" in words(office.slash(ADA, "search search before:today"))
    assert "I know nobody called “eve” here" in words(office.slash(ADA, "search x from:eve"))


def test_a_lone_search_in_a_message_offers_to_keep_it_as_a_done(office: Office) -> None:
    shown = office.message(ADA, "search invoices").facts
    assert isinstance(shown, f.SearchShown)
    assert shown.keep_as_done
    assert office.texts(office.ada) == []


def test_pages_are_turned_by_button_and_by_word(office: Office) -> None:
    office.message(ADA, "\n".join(f"line {number} of the importer" for number in range(25)))
    first = words(office.slash(ADA, "search importer"))
    assert "25 lines" in first
    assert "line 24 " in first
    assert "[More]" in first
    third = words(office.press(ADA, office.initech, c.Search("importer", 3)))
    assert "line 0 " in third
    assert "[More]" not in third
    assert words(office.slash(ADA, "search importer page:3")) == third


def test_while_the_engine_is_down_the_next_one_answers_with_a_notice() -> None:
    office = Office(engines=lambda storage: [DownIndex(), FakeIndex(storage)])
    office.message(ADA, "rebuilt the index")
    shown = words(office.slash(ADA, "search index"))
    assert "rebuilt the index" in shown
    assert "The usual search is down" in shown


def test_while_all_engines_are_down_nothing_is_lost_and_it_is_said_so() -> None:
    office = Office(engines=lambda _: [DownIndex(), DownIndex()])
    office.message(ADA, "rebuilt the index")
    assert "Search is down. What you wrote is safe" in words(office.slash(ADA, "search index"))


def test_an_engine_that_is_down_is_left_alone_for_a_while_and_then_tried_by_one_search() -> None:
    """Fault 40: whoever asks it waits until its deadline."""
    office, engine = troubled_office()
    for _ in range(3):
        assert NOTICE in words(office.slash(ADA, "search index"))
    assert engine.asked == 1
    office.clock.forward(LEFT_ALONE_FOR)
    for _ in range(3):
        assert NOTICE in words(office.slash(ADA, "search index"))
    assert engine.asked == 2


def test_an_engine_that_answers_again_is_asked_again() -> None:
    office, engine = troubled_office()
    assert NOTICE in words(office.slash(ADA, "search index"))
    engine.is_down = False
    office.clock.forward(LEFT_ALONE_FOR)
    for _ in range(2):
        shown = words(office.slash(ADA, "search index"))
        assert "rebuilt the index" in shown
        assert NOTICE not in shown
    assert engine.asked == 3


def test_where_there_is_no_other_engine_it_is_asked_every_time() -> None:
    engine = TroubledIndex(DownIndex())
    office = Office(engines=lambda _: [engine])
    for _ in range(2):
        assert "please try again in a minute" in words(office.slash(ADA, "search index"))
    assert engine.asked == 2


def troubled_office() -> tuple[Office, TroubledIndex]:
    """With an engine that is down, and another one that finds everything."""
    engines: list[TroubledIndex] = []

    def made(storage: FakeStorage) -> list[SearchIndex]:
        engines.append(TroubledIndex(FakeIndex(storage)))
        return [engines[0], FakeIndex(storage)]

    office = Office(engines=made)
    office.message(ADA, "rebuilt the index")
    return office, engines[0]
