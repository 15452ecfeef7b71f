"""What every `Log` promises."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from domain.dones import Done, Line, LineKind, clean_text
from domain.people import Address, Channel, Person, Profile
from domain.ports.tenant import LineChange, Revision, Tenant
from tests.storage_fixtures import NOW

TODAY = NOW.date()
CORE, WEB = (7,), (8,)


@pytest.fixture
def ada(tenant: Tenant) -> Person:
    return tenant.people.add(Profile("Ada"), Address(Channel.SLACK, "U1", "T1"), None, NOW)[0]


@pytest.fixture
def ben(tenant: Tenant) -> Person:
    return tenant.people.add(Profile("Ben"), Address(Channel.SLACK, "U2", "T1"), None, NOW)[0]


def done(text: str, teams: tuple[int, ...] = CORE) -> tuple[Line, tuple[int, ...]]:
    return Line(LineKind.DONE, text), teams


def record(tenant: Tenant, person: Person, source: str, *texts: str, day: date = TODAY) -> list[Done]:
    return recorded(tenant, person, source, [done(text) for text in texts], day)


def recorded(
    tenant: Tenant,
    person: Person,
    source: str,
    lines: Sequence[tuple[Line, tuple[int, ...]]],
    day: date = TODAY,
) -> list[Done]:
    assert tenant.log.record(person.id, day, source, NOW, lines)
    found = tenant.log.by_source(source)
    assert found is not None
    return found[1]


def texts(dones: Sequence[Done]) -> list[str]:
    return [each.text for each in dones]


def test_an_answer_is_recorded_with_its_dones_in_order(tenant: Tenant, ada: Person) -> None:
    lines = [
        done("Shipped it"),
        (Line(LineKind.GOAL, "Sleep"), ()),
        (Line(LineKind.BLOCKER, "Reviews"), (7, 8)),
    ]

    dones = recorded(tenant, ada, "D1:1", lines)

    assert [(each.position, each.kind, each.text, each.team_ids) for each in dones] == [
        (0, LineKind.DONE, "Shipped it", (7,)),
        (1, LineKind.GOAL, "Sleep", ()),
        (2, LineKind.BLOCKER, "Reviews", (7, 8)),
    ]
    assert tenant.log.day(ada.id, TODAY) == dones


def test_one_source_is_recorded_once(tenant: Tenant, ada: Person) -> None:
    record(tenant, ada, "D1:1", "Once")

    assert not tenant.log.record(ada.id, TODAY, "D1:1", NOW, [done("Twice")])
    assert texts(tenant.log.day(ada.id, TODAY)) == ["Once"]


def test_an_answer_without_lines_is_an_answer(tenant: Tenant, ada: Person) -> None:
    assert tenant.log.has_answered(ada.id, TODAY) is False

    assert tenant.log.record(ada.id, TODAY, "nothing", NOW, [])

    assert tenant.log.has_answered(ada.id, TODAY) is True
    assert tenant.log.has_answered(ada.id, TODAY - timedelta(days=1)) is False


def test_a_day_shows_her_own_dones_message_by_message(tenant: Tenant, ada: Person, ben: Person) -> None:
    record(tenant, ada, "D1:1", "One", "Two")
    record(tenant, ben, "D2:1", "Ben's")
    record(tenant, ada, "D1:2", "Three")
    record(tenant, ada, "D1:3", "Yesterday's", day=TODAY - timedelta(days=1))

    assert texts(tenant.log.day(ada.id, TODAY)) == ["One", "Two", "Three"]


def test_an_answer_is_found_by_its_source(tenant: Tenant, ada: Person) -> None:
    dones = record(tenant, ada, "D1:1", "One", "Two")

    found = tenant.log.by_source("D1:1")

    assert found is not None
    answer, lines = found
    assert (answer.person_id, answer.day, answer.source_ref, answer.revised_at) == (
        ada.id,
        TODAY,
        "D1:1",
        NOW,
    )
    assert lines == dones
    assert tenant.log.by_source("D1:2") is None


def test_an_edit_adds_changes_moves_and_removes_lines(tenant: Tenant, ada: Person) -> None:
    one, two, three = record(tenant, ada, "D1:1", "One", "Two", "Three")
    found = tenant.log.by_source("D1:1")
    assert found is not None
    revision = Revision(
        added=((0, Line(LineKind.GOAL, "Zero"), WEB), (3, Line(LineKind.DONE, "Four"), ())),
        changed=(
            LineChange(three.id, Line(LineKind.DONE, "Three"), CORE, 1),
            LineChange(one.id, Line(LineKind.BLOCKER, "One!"), (7, 8), 2),
        ),
        removed=(two.id,),
    )

    tenant.log.revise(found[0], revision, NOW + timedelta(minutes=1))

    day = tenant.log.day(ada.id, TODAY)
    assert [(each.position, each.kind, each.text, each.team_ids) for each in day] == [
        (0, LineKind.GOAL, "Zero", WEB),
        (1, LineKind.DONE, "Three", CORE),
        (2, LineKind.BLOCKER, "One!", (7, 8)),
        (3, LineKind.DONE, "Four", ()),
    ]
    assert [day[1].id, day[2].id] == [three.id, one.id]
    again = tenant.log.by_source("D1:1")
    assert again is not None
    assert again[0].revised_at == NOW + timedelta(minutes=1)


def test_an_edit_of_one_message_leaves_the_lines_of_another(tenant: Tenant, ada: Person) -> None:
    record(tenant, ada, "D1:1", "One")
    (other,) = record(tenant, ada, "D1:2", "Other")
    found = tenant.log.by_source("D1:1")
    assert found is not None

    tenant.log.revise(found[0], Revision(removed=(other.id,)), NOW)

    assert texts(tenant.log.day(ada.id, TODAY)) == ["One", "Other"]


def test_one_done_is_rewritten_and_deleted(tenant: Tenant, ada: Person) -> None:
    one, two = record(tenant, ada, "D1:1", "One", "Two")

    tenant.log.change(one.id, "Uno")
    tenant.log.change(two.id, None)
    tenant.log.change(two.id, "A deleted done stays deleted")

    assert tenant.log.day(ada.id, TODAY) == [
        Done(one.id, ada.id, TODAY, LineKind.DONE, "Uno", CORE, 0),
    ]


def test_she_reads_her_own_dones_and_those_of_her_teams(tenant: Tenant, ada: Person, ben: Person) -> None:
    own = recorded(tenant, ada, "1", [done("Private", ()), done("Core", CORE)])
    others = recorded(
        tenant, ben, "2", [done("Private", ()), done("Core", CORE), done("Web", WEB), done("Gone")]
    )
    tenant.log.change(others[3].id, None)
    ids = [each.id for each in (*own, *others)]

    assert tenant.log.readable(ids, ada.id, CORE) == {each.id: each for each in (*own, others[1])}
    assert tenant.log.readable(ids, ada.id, ()) == {each.id: each for each in own}
    assert tenant.log.readable([], ada.id, CORE) == {}


@pytest.mark.parametrize(
    "raw",
    [
        "a\x00b",
        "half \ud83d of a pair",
        "\u202eright to left\u202c שלום مرحبا",
        "'; DROP TABLE dones; -- \\ \" %s %(x)s :name {1,2}",
        "@everyone <!channel> <script>",
        "x" * 4_000,
        "検索エンジンを直した",
        "ประชุมทีม",
        "👩‍👩‍👧‍👦 e" + "\u0301" * 8,
    ],
)
def test_whatever_is_typed_is_kept_as_cleaned(tenant: Tenant, ada: Person, raw: str) -> None:
    text = clean_text(raw)

    (recorded,) = record(tenant, ada, "1", text)

    assert recorded.text == text
    assert texts(tenant.log.day(ada.id, TODAY)) == [text]


@pytest.mark.parametrize("text", ["x" * 100_000, "word " * 20_000, "東京" * 50_000, "\u202e" * 100_000])
def test_a_hundred_thousand_characters_are_kept(tenant: Tenant, ada: Person, text: str) -> None:
    (recorded,) = record(tenant, ada, "1", text)
    tenant.log.change(recorded.id, text[::-1])

    assert texts(tenant.log.day(ada.id, TODAY)) == [text[::-1]]


def test_two_hundred_lines_are_recorded_at_once(tenant: Tenant, ada: Person) -> None:
    lines = [f"Line {number}" for number in range(200)]

    assert texts(record(tenant, ada, "1", *lines)) == lines
    assert texts(tenant.log.day(ada.id, TODAY)) == lines


def test_whether_a_line_says_who_reads_it_is_kept(tenant: Tenant, ada: Person) -> None:
    private, for_web = (
        Line(LineKind.DONE, "Slept", private=True),
        Line(LineKind.DONE, "Shipped", team_ids=WEB),
    )
    lines = [(private, ()), (for_web, WEB), done("Wrote"), done("Read")]
    dones = recorded(tenant, ada, "D1:1", lines)
    assert [each.audience_chosen for each in dones] == [True, True, False, False]

    tenant.log.change(dones[0].id, "Slept well")
    changed = (
        LineChange(dones[1].id, Line(LineKind.DONE, "Shipped"), CORE, 1),
        LineChange(dones[2].id, Line(LineKind.DONE, "Wrote", private=True), (), 2),
    )
    added = ((4, Line(LineKind.DONE, "Sang", private=True), ()),)
    found = tenant.log.by_source("D1:1")
    assert found is not None
    tenant.log.revise(found[0], Revision(added, changed), NOW)

    kept = [(each.text, each.team_ids, each.audience_chosen) for each in tenant.log.day(ada.id, TODAY)]
    assert kept == [
        ("Slept well", (), True),
        ("Shipped", CORE, False),
        ("Wrote", (), True),
        ("Read", CORE, False),
        ("Sang", (), True),
    ]
