"""What is written is findable with the commit: terms, lexicon and feed follow each change of a done."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, text

from adapters.storage.directory import PostgresDirectory
from adapters.storage.tenant import PostgresTenant
from adapters.storage.transaction import Transaction
from domain.dones import Line, LineKind
from domain.people import Address, Channel, Person, Profile
from domain.ports.tenant import LineChange, Revision
from tests.storage_fixtures import NOW

TODAY = NOW.date()
CORE = (7,)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connected:
        yield connected


@pytest.fixture
def transaction(connection: Connection) -> Transaction:
    return Transaction(connection, feed=True)


@pytest.fixture
def acme(transaction: Transaction) -> PostgresTenant:
    return tenant(transaction)


def tenant(transaction: Transaction) -> PostgresTenant:
    return PostgresTenant(transaction, PostgresDirectory(transaction).ensure_organization("Acme", "UTC", NOW))


@pytest.fixture
def ada(acme: PostgresTenant) -> Person:
    return acme.people.add(Profile("Ada"), Address(Channel.SLACK, "U1", "T1"), None, NOW)[0]


def record(
    acme: PostgresTenant, person: Person, source: str, *lines: tuple[str, tuple[int, ...]]
) -> list[int]:
    said = [(Line(LineKind.DONE, text_), teams) for text_, teams in lines]
    assert acme.log.record(person.id, TODAY, source, NOW, said)
    answer = acme.log.by_source(source)
    assert answer is not None
    return [done.id for done in answer[1]]


def lexicon(transaction: Transaction) -> dict[str, int]:
    """What is counted at the very end."""
    transaction.commit()
    rows = transaction.execute(text("SELECT word, uses FROM lexicon"))
    return {row.word: row.uses for row in rows}


def feed(connection: Connection) -> dict[int, int]:
    rows = connection.execute(text("SELECT done_id, revision FROM search_feed"))
    return {row.done_id: row.revision for row in rows}


def found(connection: Connection, query: str) -> list[int]:
    matching = (
        "SELECT id FROM dones WHERE deleted_at IS NULL AND terms @@ CAST(:query AS tsquery) ORDER BY id"
    )
    return list(connection.scalars(text(matching), {"query": query}))


def test_a_done_is_found_by_its_words_in_their_order(
    connection: Connection, acme: PostgresTenant, ada: Person
) -> None:
    (number,) = record(acme, ada, "1", ("Rebuilt the Índex", CORE))

    assert found(connection, "index & rebuilt") == [number]
    assert found(connection, "'rebuilt' <-> 'the' <-> 'index'") == [number]
    assert found(connection, "'index' <-> 'the'") == []
    assert found(connection, "reb:*") == [number]


def test_a_rewritten_done_is_found_by_its_new_words_alone(
    connection: Connection, transaction: Transaction, acme: PostgresTenant, ada: Person
) -> None:
    one, two, three = record(acme, ada, "1", ("alpha", CORE), ("beta", CORE), ("gamma", CORE))
    answer = acme.log.by_source("1")
    assert answer is not None

    acme.log.change(one, "delta")
    acme.log.revise(
        answer[0],
        Revision(changed=(LineChange(two, Line(LineKind.DONE, "epsilon"), CORE, 0),), removed=(three,)),
        NOW,
    )

    assert [found(connection, word) for word in ("alpha", "beta", "gamma")] == [[], [], []]
    assert [found(connection, word) for word in ("delta", "epsilon")] == [[one], [two]]
    assert lexicon(transaction) == {"delta": 1, "epsilon": 1}


def test_the_lexicon_counts_the_dones_that_use_a_word(
    transaction: Transaction, acme: PostgresTenant, ada: Person
) -> None:
    one, _ = record(acme, ada, "1", ("deploy deploy", CORE), ("deploy docs", CORE))
    record(acme, ada, "2", ("deploy again", CORE))
    assert lexicon(transaction) == {"deploy": 3, "docs": 1, "again": 1}

    acme.log.change(one, None)

    assert lexicon(transaction) == {"deploy": 2, "docs": 1, "again": 1}


def test_words_of_private_dones_are_in_no_lexicon(
    transaction: Transaction, acme: PostgresTenant, ada: Person
) -> None:
    secret, shown = record(acme, ada, "1", ("dentist", ()), ("deploy", CORE))
    answer = acme.log.by_source("1")
    assert answer is not None
    assert lexicon(transaction) == {"deploy": 1}

    hidden = LineChange(shown, Line(LineKind.DONE, "deploy"), (), 0)
    told = LineChange(secret, Line(LineKind.DONE, "dentist"), CORE, 1)
    acme.log.revise(answer[0], Revision(changed=(hidden, told)), NOW)

    assert lexicon(transaction) == {"dentist": 1}


def test_each_change_of_a_done_feeds_the_engine_its_new_revision(
    connection: Connection, acme: PostgresTenant, ada: Person
) -> None:
    one, two = record(acme, ada, "1", ("alpha", CORE), ("beta", ()))
    assert feed(connection) == {one: 1, two: 1}

    acme.log.change(one, "gamma")
    acme.log.change(two, None)

    assert feed(connection) == {one: 2, two: 2}


def test_dones_that_change_hands_are_fed_again(
    connection: Connection, acme: PostgresTenant, ada: Person
) -> None:
    other, _ = acme.people.add(Profile("Ada by mail"), Address(Channel.EMAIL, "ada@example.com"), None, NOW)
    (number,) = record(acme, other, "1", ("alpha", CORE))

    acme.people.merge(ada.id, other.id)

    assert feed(connection) == {number: 2}


def test_without_an_engine_nothing_is_fed(connection: Connection, acme: PostgresTenant, ada: Person) -> None:
    without = tenant(Transaction(connection, feed=False))

    record(without, ada, "1", ("alpha", CORE))

    assert feed(connection) == {}
    assert len(found(connection, "alpha")) == 1
