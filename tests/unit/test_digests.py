"""What a team is told of its days."""

from dataclasses import replace
from datetime import UTC, date, datetime

from domain.dones import Done, LineKind
from domain.facts import Digest, DigestLine
from domain.local_time import WORKING_WEEK, due_digests
from domain.people import Person
from domain.ports.contexts import DigestDue, MemberDays, TeamDays
from domain.services.digests import compose
from domain.teams import Role, Team

TUESDAY = date(2026, 11, 24)
WEDNESDAY = date(2026, 11, 25)
NINE_IN_MADRID = datetime(2026, 11, 25, 8, tzinfo=UTC)
PLATFORM = Team(1, 7, "Platform", "Europe/Madrid")
DUE = DigestDue(1, 7, WEDNESDAY, TUESDAY, TUESDAY)


def member(name: str, number: int = 1, zone: str = "Europe/Madrid") -> MemberDays:
    return MemberDays(
        person=Person(1, number, name, zone),
        role=Role.MEMBER,
        by_mail=False,
        dones=(),
        answered=False,
        prompted=True,
        missed=False,
        away_until=None,
        away=False,
        asked_days=WORKING_WEEK,
    )


def wrote(who: MemberDays, text: str) -> MemberDays:
    return replace(who, answered=True, dones=(Done(1, who.person.id, TUESDAY, LineKind.DONE, text, (7,)),))


def told(*members: MemberDays, due: DigestDue = DUE, now: datetime = NINE_IN_MADRID) -> Digest:
    digest = compose(TeamDays(due, PLATFORM, members), now)
    assert digest is not None
    return digest


def test_people_stand_by_name_with_their_lines() -> None:
    digest = told(wrote(member("ben", 2), "closed tickets"), wrote(member("Ana"), "shipped"))
    assert [person.name for person in digest.people] == ["Ana", "ben"]
    assert digest.people[0].lines == (DigestLine(TUESDAY, LineKind.DONE, "shipped"),)
    assert (digest.team, digest.first_day, digest.last_day) == ("Platform", TUESDAY, TUESDAY)


def test_whoever_was_asked_and_wrote_nothing_is_quiet() -> None:
    assert told(member("Eli")).quiet == ("Eli",)


def test_an_answer_without_lines_is_an_answer() -> None:
    digest = told(replace(member("Ana"), answered=True))
    assert digest.people[0].lines == ()
    assert digest.quiet == ()


def test_whoever_is_away_is_said_to_be_until_when() -> None:
    dee = replace(
        member("Dee"), prompted=False, away=True, away_until=date(2026, 11, 30), days_off=frozenset({TUESDAY})
    )
    digest = told(dee, member("Eli", 2))
    assert digest.away == (("Dee", date(2026, 11, 30)),)
    assert digest.not_asked == ()


def test_a_question_that_is_not_due_yet_is_still_to_come() -> None:
    """On Wednesday 09:00 in Auckland it is Tuesday noon in Los Angeles."""
    lea = replace(member("Lea", 2, "America/Los_Angeles"), prompted=False)
    now = datetime(2026, 11, 24, 20, tzinfo=UTC)
    assert told(lea, wrote(member("Ana"), "shipped"), now=now).to_come == ("Lea",)


def test_a_question_that_was_never_put_is_said_to_be_missing() -> None:
    assert told(replace(member("Fay"), prompted=False, missed=True)).not_asked == ("Fay",)


def test_days_off_never_count_against_anybody() -> None:
    gus = replace(member("Gus"), prompted=False, asked_days=0b1000000)
    ida = replace(member("Ida", 2), prompted=False, days_off=frozenset({TUESDAY}))
    digest = told(gus, ida, member("Eli", 3))
    assert (digest.away, digest.to_come, digest.not_asked, digest.quiet) == ((), (), (), ("Eli",))


def test_observers_are_not_listed() -> None:
    digest = told(replace(member("Ola"), role=Role.OBSERVER), member("Eli", 2))
    assert (digest.people, digest.quiet) == ((), ("Eli",))


def test_nothing_asked_and_nothing_logged_makes_no_digest() -> None:
    nobody = replace(member("Eli"), prompted=False)
    assert compose(TeamDays(DUE, PLATFORM, (nobody,)), NINE_IN_MADRID) is None


def test_a_digest_is_due_until_the_end_of_its_day() -> None:
    clocks = [("Europe/Madrid", 9 * 60)]
    assert due_digests(datetime(2026, 11, 25, 7, 59, tzinfo=UTC), clocks) == []
    (cohort,) = due_digests(NINE_IN_MADRID, clocks)
    assert (cohort.day, cohort.due_at) == (WEDNESDAY, NINE_IN_MADRID)
    assert cohort.not_after == datetime(2026, 11, 26, 3, tzinfo=UTC)
    assert due_digests(datetime(2026, 11, 26, 2, 59, tzinfo=UTC), clocks) == [cohort]
