"""When a team's digest is due, and what it says."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from domain.facts import Digest, DigestLine, DigestPerson
from domain.local_time import due_digests, moment, weekday_bit
from domain.ports.contexts import DigestDue, MemberDays, TeamDays
from domain.ports.storage import UnitOfWork


def plan_digests(uow: UnitOfWork, now: datetime) -> int:
    """Write into the ledger the digests that are due at `now`; how many are new."""
    cohorts = due_digests(now, uow.planner.digest_clocks())
    return uow.planner.plan_digests(cohorts) if cohorts else 0


def compose(team_days: TeamDays, now: datetime) -> Digest | None:
    """What a team is told of its days; None when nobody was asked and nothing was logged.

    Every member and manager stands in at most one list: with what she wrote, away, still to come, not
    asked or quiet.  Whoever had only days off is in none: they never count against anybody.
    """
    due = team_days.due
    members = sorted(
        (each for each in team_days.members if each.role.writes),
        key=lambda each: (each.person.name.casefold(), each.person.id),
    )
    wrote = [each for each in members if each.answered or each.dones]
    silent = [each for each in members if not (each.answered or each.dones)]
    if not wrote and not any(each.prompted or each.missed for each in silent):
        return None
    expected = [each for each in silent if _days_asked(each, due)]
    gone = [each for each in silent if each.away and not _days_asked(each, due)]
    past = [each for each in expected if not _still_to_come(each, due, now)]
    return Digest(
        team=team_days.team.name,
        first_day=due.first_day,
        last_day=due.last_day,
        people=tuple(_wrote(each) for each in wrote),
        away=tuple((each.person.name, each.away_until) for each in gone),
        to_come=_names([each for each in expected if _still_to_come(each, due, now)]),
        not_asked=_names([each for each in past if not each.prompted]),
        quiet=_names([each for each in past if each.prompted]),
    )


def _days_asked(member: MemberDays, due: DigestDue) -> list[date]:
    """The days of the digest on which she is asked, her holidays and absences left out."""
    days = (due.first_day + timedelta(days=step) for step in range((due.last_day - due.first_day).days + 1))
    return [day for day in days if member.asked_days & weekday_bit(day) and day not in member.days_off]


def _still_to_come(member: MemberDays, due: DigestDue, now: datetime) -> bool:
    """The last day's question is not due yet where she is."""
    if due.last_day not in _days_asked(member, due):
        return False
    asked_at = moment(due.last_day, member.person.prompt_minute, member.person.zone)
    return asked_at is not None and asked_at > now


def _wrote(member: MemberDays) -> DigestPerson:
    lines = tuple(DigestLine(done.day, done.kind, done.text) for done in member.dones)
    return DigestPerson(member.person.name, member.by_mail, lines)


def _names(members: Sequence[MemberDays]) -> tuple[str, ...]:
    return tuple(each.person.name for each in members)
