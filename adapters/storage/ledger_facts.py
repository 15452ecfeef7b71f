"""What deliveries tell, gathered for all that were claimed together in a few statements."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, text

from adapters.storage.delivery_rows import arrays
from adapters.storage.missed_copies import reaching_back
from adapters.storage.planning_sql import ASKED, DIGESTS, SENT, TOLD, last_told
from adapters.storage.rows import done_of, person_of, team_of
from domain.deliveries import MISSED_STATES, Claimed, Kind, Ref
from domain.dones import Done, LineKind
from domain.people import Channel
from domain.ports.contexts import (
    GOALS_STAY_OPEN,
    MOST_GOALS,
    NEW_TEAM_LOOKS_BACK,
    DigestDue,
    MemberDays,
    PromptContext,
    TeamDays,
)
from domain.retention import DIGESTS_LOOK_BACK
from domain.teams import Role, Team

# Somebody who has ever answered knows how; of the others, whoever was asked within a week was told then.  A
# goal is open until a done of hers says the same.
_PROMPTS = text("""
    SELECT asked.day, asked.id,
           NOT EXISTS (
               SELECT FROM answers
               WHERE answers.organization_id = asked.organization_id AND answers.person_id = asked.person_id
           ) AND NOT EXISTS (
               SELECT FROM deliveries AS earlier
               WHERE earlier.kind = :prompt AND earlier.subject = asked.person_id
                 AND earlier.state = ANY(:sent) AND earlier.day < asked.day
                 AND earlier.day BETWEEN :first_day AND :last_day
           ) AS explain,
           ARRAY(
               SELECT goal.text FROM dones AS goal
               WHERE goal.organization_id = asked.organization_id AND goal.person_id = asked.person_id
                 AND goal.kind = :goal AND goal.deleted_at IS NULL
                 AND goal.day < asked.day AND goal.day >= asked.day - :stay_open
                 AND NOT EXISTS (
                     SELECT FROM dones AS done
                     WHERE done.organization_id = goal.organization_id AND done.person_id = goal.person_id
                       AND done.day >= goal.day AND done.kind = :done AND done.deleted_at IS NULL
                       AND lower(done.text) = lower(goal.text)
                 )
               ORDER BY goal.day, goal.id LIMIT :most_goals
           ) AS goals
    FROM unnest(
        CAST(:days AS date[]), CAST(:ids AS bigint[]), CAST(:organizations AS bigint[]),
        CAST(:people AS bigint[])
    ) AS asked (day, id, organization_id, person_id)
""")

# What a channel missed while it could not be posted to it is told later, whoever was told by mail meanwhile.
_TEAMS = text(
    """
    SELECT team.*, due.day AS sent_on, due.target, coalesce((
        SELECT max(posted.day + 0) FROM deliveries AS posted
        WHERE posted.kind = :digest AND posted.subject = team.id AND posted.target = due.target
          AND posted.state = ANY(:sent) AND posted.day < due.day
          AND posted.day BETWEEN :first_day AND :last_day
    ), """  # noqa: S608 -- constants alone
    + last_told()
    + """) AS first_day
    FROM unnest(CAST(:teams AS bigint[]), CAST(:days AS date[]), CAST(:targets AS bigint[]))
        AS due (id, day, target)
    JOIN teams AS team ON team.id = due.id
"""
)

_DUE = """
    WITH due AS (
        SELECT * FROM unnest(
            CAST(:organizations AS bigint[]), CAST(:teams AS bigint[]), CAST(:sent_on AS date[]),
            CAST(:firsts AS date[]), CAST(:lasts AS date[])
        ) AS due (organization_id, team_id, sent_on, first_day, last_day)
    )
"""

_MEMBERS = text(
    _DUE  # noqa: S608 -- constants alone
    + """
    SELECT due.team_id, due.sent_on, due.first_day, membership.role, person.*, asked.prompted, asked.missed,
           away.away, away.away_until,
           EXISTS (
               SELECT FROM answers AS answer
               WHERE answer.organization_id = due.organization_id AND answer.person_id = person.id
                 AND answer.day BETWEEN due.first_day AND due.last_day
           ) AS answered,
           NOT EXISTS (
               SELECT FROM identities AS identity
               WHERE identity.organization_id = due.organization_id AND identity.person_id = person.id
                 AND identity.active AND identity.channel <> :email
           ) AS by_mail,
           coalesce(person.own_days, (
               SELECT bit_or(team.work_days)
               FROM memberships AS hers
               JOIN teams AS team ON team.organization_id = hers.organization_id AND team.id = hers.team_id
               WHERE hers.organization_id = due.organization_id AND hers.person_id = person.id
                 AND hers.role = ANY(:asked)
           ), 0) AS asked_days,
           ARRAY(
               SELECT due.first_day + step
               FROM generate_series(0, due.last_day - due.first_day) AS step
               WHERE EXISTS (
                   SELECT FROM absences AS absence
                   WHERE absence.organization_id = due.organization_id AND absence.person_id = person.id
                     AND absence.first_day <= due.first_day + step
                     AND (absence.last_day IS NULL OR absence.last_day >= due.first_day + step)
               ) OR EXISTS (
                   SELECT FROM holidays AS holiday
                   WHERE holiday.organization_id = due.organization_id
                     AND holiday.day = due.first_day + step
                     AND holiday.country = coalesce(person.holiday_country, organization.holiday_country)
               )
           ) AS days_off
    FROM due
    JOIN organizations AS organization ON organization.id = due.organization_id
    JOIN memberships AS membership
        ON membership.organization_id = due.organization_id AND membership.team_id = due.team_id
        AND membership.role = ANY(:told)
    JOIN people AS person
        ON person.organization_id = due.organization_id AND person.id = membership.person_id
        AND person.active
    CROSS JOIN LATERAL (
        SELECT coalesce(bool_or(prompt.state = ANY(:sent)), false) AS prompted,
               coalesce(bool_or(prompt.state = ANY(:missing)), false) AS missed
        FROM deliveries AS prompt
        WHERE prompt.kind = :prompt AND prompt.subject = person.id
          AND prompt.day BETWEEN due.first_day AND due.last_day
          AND prompt.day BETWEEN :first_day AND :last_day
    ) AS asked
    CROSS JOIN LATERAL (
        SELECT count(*) > 0 AS away,
               CASE WHEN NOT coalesce(bool_or(absence.last_day IS NULL), false)
                    THEN max(absence.last_day) END AS away_until
        FROM absences AS absence
        WHERE absence.organization_id = due.organization_id AND absence.person_id = person.id
          AND absence.first_day <= due.last_day
          AND (absence.last_day IS NULL OR absence.last_day >= due.first_day)
    ) AS away
"""
)

_DONES = text(
    _DUE  # noqa: S608 -- constants alone
    + """
    SELECT due.team_id, due.sent_on, due.first_day, done.*
    FROM due
    JOIN memberships AS membership
        ON membership.organization_id = due.organization_id AND membership.team_id = due.team_id
    JOIN dones AS done
        ON done.organization_id = due.organization_id AND done.person_id = membership.person_id
        AND done.day BETWEEN due.first_day AND due.last_day
        AND done.deleted_at IS NULL AND due.team_id = ANY(done.team_ids)
    ORDER BY done.day, done.answer_id, done.position, done.id
"""
)


def prompt_contexts(connection: Connection, claimed: Sequence[Claimed]) -> dict[Ref, PromptContext]:
    """What the prompts among `claimed` need to know; one statement."""
    prompts = [each for each in claimed if each.key.kind is Kind.PROMPT]
    if not prompts:
        return {}
    days = [each.ref.day for each in prompts]
    wanted = [(*each.ref, each.organization_id, each.key.subject) for each in prompts]
    bound = {
        **arrays(("days", "ids", "organizations", "people"), wanted),
        "first_day": min(days) - timedelta(days=7),
        "last_day": max(days),
        "prompt": int(Kind.PROMPT),
        "sent": SENT,
        "goal": int(LineKind.GOAL),
        "done": int(LineKind.DONE),
        "stay_open": GOALS_STAY_OPEN.days,
        "most_goals": MOST_GOALS,
    }
    rows = connection.execute(_PROMPTS, bound)
    return {Ref(row.day, row.id): PromptContext(row.explain, tuple(row.goals)) for row in rows}


def team_days(connection: Connection, claimed: Sequence[Claimed]) -> dict[Ref, TeamDays]:
    """What the digests among `claimed` tell; three statements, one more where any are for one reader."""
    teams, dues = _teams_and_dues(connection, [each for each in claimed if each.key.kind in DIGESTS])
    if not dues:
        return {}
    bound = _due_arrays([*dict.fromkeys(dues.values())])
    dones = _dones(connection, bound)
    members: dict[_Span, list[MemberDays]] = defaultdict(list)
    for row in connection.execute(_MEMBERS, bound):
        span = (row.team_id, row.sent_on, row.first_day)
        members[span].append(_member(row, dones[span, row.id]))
    return {
        ref: TeamDays(due, teams[due.team_id], tuple(members[due.team_id, due.sent_on, due.first_day]))
        for ref, due in dues.items()
    }


def _teams_and_dues(
    connection: Connection, digests: Sequence[Claimed]
) -> tuple[dict[int, Team], dict[Ref, DigestDue]]:
    """The teams that they are of, and the days that each of them covers."""
    found = _teams(connection, {_copy(each) for each in digests})
    dues = {each.ref: found[_copy(each)][0] for each in digests if _copy(each) in found}
    mailed = {
        each.ref: (each.key.target, dues[each.ref])
        for each in digests
        if each.key.kind is Kind.DIGEST_MAIL and each.ref in dues
    }
    return {team.id: team for _, team in found.values()}, dues | reaching_back(connection, mailed)


_Copy = tuple[int, date, int | None]
"""A team's id, the date its digest is sent, and the target it is posted to; None: it is mailed."""
_Span = tuple[int, date, date]
"""A team's id, the date its digest is sent, and the first day that it covers."""


def _copy(claimed: Claimed) -> _Copy:
    posted = claimed.key.kind is Kind.DIGEST
    return claimed.key.subject, claimed.key.day, claimed.key.target if posted else None


def _teams(connection: Connection, wanted: set[_Copy]) -> dict[_Copy, tuple[DigestDue, Team]]:
    if not wanted:
        return {}
    days = [day for _, day, _ in wanted]
    bound = {
        **arrays(("teams", "days", "targets"), wanted),
        "first_day": min(days) - DIGESTS_LOOK_BACK,
        "last_day": max(days),
        "digest": int(Kind.DIGEST),
        "digests": DIGESTS,
        "sent": SENT,
        "new_team": NEW_TEAM_LOOKS_BACK.days,
    }
    rows = connection.execute(_TEAMS, bound)
    return {(row.id, row.sent_on, row.target): (_due(row), team_of(row)) for row in rows}


def _dones(connection: Connection, bound: dict[str, Any]) -> dict[tuple[_Span, int], list[Done]]:
    found: dict[tuple[_Span, int], list[Done]] = defaultdict(list)
    for row in connection.execute(_DONES, bound):
        found[(row.team_id, row.sent_on, row.first_day), row.person_id].append(done_of(row))
    return found


def _due_arrays(dues: Sequence[DigestDue]) -> dict[str, Any]:
    spans = [
        (each.organization_id, each.team_id, each.sent_on, each.first_day, each.last_day) for each in dues
    ]
    return {
        **arrays(("organizations", "teams", "sent_on", "firsts", "lasts"), spans),
        "first_day": min(each.first_day for each in dues),
        "last_day": max(each.last_day for each in dues),
        "prompt": int(Kind.PROMPT),
        "sent": SENT,
        "missing": [int(each) for each in MISSED_STATES],
        "asked": ASKED,
        "told": TOLD,
        "email": int(Channel.EMAIL),
    }


def _due(row: Row[Any]) -> DigestDue:
    yesterday = row.sent_on - timedelta(days=1)
    return DigestDue(row.organization_id, row.id, row.sent_on, row.first_day, yesterday)


def _member(row: Row[Any], dones: Sequence[Done]) -> MemberDays:
    return MemberDays(
        person=person_of(row),
        role=Role(row.role),
        by_mail=row.by_mail,
        dones=tuple(dones),
        answered=row.answered,
        prompted=row.prompted,
        missed=row.missed,
        away_until=row.away_until,
        away=row.away,
        asked_days=row.asked_days,
        days_off=frozenset(row.days_off),
    )
