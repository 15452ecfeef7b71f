"""What deliveries tell, gathered from the rows in memory."""

from collections.abc import Sequence
from datetime import date, timedelta

from domain.deliveries import MISSED_STATES, SENT_STATES, Claimed, Kind
from domain.dones import Done, LineKind
from domain.people import Channel, Person
from domain.ports.contexts import GOALS_STAY_OPEN, MOST_GOALS, DigestDue, MemberDays, PromptContext, TeamDays
from domain.teams import Role
from tests.fakes.planner import days_asked, first_day_untold, is_away, is_holiday, members
from tests.fakes.rows import Tables

KNOWS_FOR = timedelta(days=7)
"""Whoever was asked so recently was told then how to answer."""


def prompt_context(tables: Tables, claimed: Claimed) -> PromptContext:
    person_id, day = claimed.key.subject, claimed.key.day
    asked_before = any(
        row.state in SENT_STATES and day - KNOWS_FOR <= row.ref.day < day
        for row in tables.deliveries.values()
        if row.new.key.kind is Kind.PROMPT and row.new.key.subject == person_id
    )
    goals = _open_goals([row.done for row in tables.dones_of(person_id)], day)
    return PromptContext(
        explain=not asked_before and not tables.days_answered(person_id),
        goals=tuple(goal.text for goal in goals[:MOST_GOALS]),
    )


def _open_goals(dones: Sequence[Done], before: date) -> list[Done]:
    """Goals of the last fourteen days, until a done says the same."""
    reached = [done for done in dones if done.kind is LineKind.DONE]
    return [
        goal
        for goal in dones
        if goal.kind is LineKind.GOAL
        and before - GOALS_STAY_OPEN <= goal.day < before
        and not any(done.day >= goal.day and done.text.casefold() == goal.text.casefold() for done in reached)
    ]


def team_days(tables: Tables, claimed: Claimed) -> TeamDays:
    team, sent_on = tables.teams[claimed.key.subject], claimed.key.day
    due = DigestDue(
        team.organization_id,
        team.id,
        sent_on,
        first_day_untold(tables, team, sent_on, claimed.key),
        sent_on - timedelta(days=1),
    )
    told = [(person, role) for person, role in members(tables, team) if role.reads]
    return TeamDays(due, team, tuple(_member_days(tables, due, person, role) for person, role in told))


def _member_days(tables: Tables, due: DigestDue, person: Person, role: Role) -> MemberDays:
    days = [due.first_day + timedelta(days=step) for step in range((due.last_day - due.first_day).days + 1)]
    prompts = {
        row.state
        for row in tables.deliveries.values()
        if row.new.key.kind is Kind.PROMPT and row.new.key.subject == person.id and row.ref.day in days
    }
    absences = [
        each
        for each in tables.absences.values()
        if each.person_id == person.id and each.covers(due.first_day, due.last_day)
    ]
    return MemberDays(
        person=person,
        role=role,
        by_mail=all(each.address.channel is Channel.EMAIL for each in tables.identities_of(person.id)),
        dones=tuple(
            row.done
            for row in tables.dones_of(person.id)
            if row.done.day in days and due.team_id in row.done.team_ids
        ),
        answered=bool(tables.days_answered(person.id) & {*days}),
        prompted=bool(prompts & SENT_STATES),
        missed=bool(prompts & MISSED_STATES),
        away_until=_until([each.last_day for each in absences]),
        away=bool(absences),
        asked_days=days_asked(tables, person),
        days_off=frozenset(
            day for day in days if is_away(tables, person, day) or is_holiday(tables, person, day)
        ),
    )


def _until(last_days: list[date | None]) -> date | None:
    known = [day for day in last_days if day is not None]
    return max(known, default=None) if len(known) == len(last_days) else None
