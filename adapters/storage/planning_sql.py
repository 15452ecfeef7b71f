"""The statements of the planner, and what other modules share with them.

They read days that have just begun, of which PostgreSQL's statistics know nothing; so they are written for
one plan: probes of unique indexes, for the people and teams of each cohort alone.
"""

from sqlalchemy import text

from domain.deliveries import DIGEST_KINDS, SENT_STATES
from domain.teams import Role

ASKED = [int(role) for role in Role if role.writes]
TOLD = [int(role) for role in Role if role.reads]
SENT = [int(state) for state in SENT_STATES]
DIGESTS = [int(kind) for kind in DIGEST_KINDS]

# A loose index scan: one probe for each pair there is, however many people share it.
# https://wiki.postgresql.org/wiki/Loose_indexscan
PROMPT_CLOCKS = text("""
    WITH RECURSIVE clock AS (
        (SELECT zone, prompt_minute FROM people WHERE active ORDER BY zone, prompt_minute LIMIT 1)
        UNION ALL
        SELECT following.zone, following.prompt_minute
        FROM clock CROSS JOIN LATERAL (
            SELECT zone, prompt_minute FROM people
            WHERE active AND (zone, prompt_minute) > (clock.zone, clock.prompt_minute)
            ORDER BY zone, prompt_minute LIMIT 1
        ) AS following
    )
    SELECT zone, prompt_minute FROM clock
""")

DIGEST_CLOCKS = text("SELECT DISTINCT zone, digest_minute FROM teams")

_COHORTS = """
    cohort AS (
        SELECT * FROM unnest(
            CAST(:zones AS text[]), CAST(:minutes AS smallint[]), CAST(:days AS date[]),
            CAST(:dues AS timestamptz[]), CAST(:ends AS timestamptz[]), CAST(:bits AS integer[])
        ) AS cohort (zone, minute, day, due_at, not_after, weekday)
    )
"""


def last_told(but: str = "") -> str:
    """The day on which `team` was last told before that of `due`: the first that it was not told.

    The sum keeps PostgreSQL from walking back through whole days for the greatest one.

    Args:
        but: a further condition on `told`, that digest.
    """
    return f"""
    coalesce((
        SELECT max(told.day + 0) FROM deliveries AS told
        WHERE told.kind = ANY(:digests) AND told.subject = team.id AND told.state = ANY(:sent)
          AND told.day < due.day AND told.day BETWEEN :first_day AND :last_day
          {but}
    ), greatest(due.day - :new_team, CAST(team.created_at AS date)))
"""  # noqa: S608 -- constants alone


# OFFSET makes finding people, and what is planned already, a matter of probing indexes: the cost of a plan
# must depend on how many are due, not on how many there are.  The order, by what is read last, ends all
# reading before the first row is written, and keeps two planners from waiting for each other.  Naming the
# key in ON CONFLICT spares each row a look for its own id.
PLAN_PROMPTS = text(
    "WITH"  # noqa: S608 -- constants alone
    + _COHORTS
    + """
    , due AS (
        SELECT person.organization_id, person.id, person.preferred,
               cohort.day, cohort.due_at, cohort.not_after
        FROM cohort
        CROSS JOIN LATERAL (
            SELECT * FROM people
            WHERE people.zone = cohort.zone AND people.prompt_minute = cohort.minute AND people.active
            OFFSET 0
        ) AS person
        JOIN organizations AS organization ON organization.id = person.organization_id
        WHERE coalesce(person.own_days, (
                SELECT bit_or(team.work_days)
                FROM memberships AS membership
                JOIN teams AS team
                    ON team.organization_id = membership.organization_id AND team.id = membership.team_id
                WHERE membership.organization_id = person.organization_id
                  AND membership.person_id = person.id AND membership.role = ANY(:asked)
                  AND membership.joined_at <= cohort.due_at
            ), 0) & cohort.weekday <> 0
          AND NOT EXISTS (
                SELECT FROM deliveries AS planned
                WHERE planned.kind = :prompt AND planned.subject = person.id AND planned.target = 0
                  AND planned.part = 0
                  AND planned.day = cohort.day AND planned.day = ANY(CAST(:days AS date[]))
                OFFSET 0
            )
          AND NOT EXISTS (
                SELECT FROM absences AS absence
                WHERE absence.organization_id = person.organization_id AND absence.person_id = person.id
                  AND absence.first_day <= cohort.day
                  AND (absence.last_day IS NULL OR absence.last_day >= cohort.day)
            )
          AND NOT EXISTS (
                SELECT FROM holidays AS holiday
                WHERE holiday.organization_id = person.organization_id AND holiday.day = cohort.day
                  AND holiday.country = coalesce(person.holiday_country, organization.holiday_country)
            )
          AND (person.ask_anyway OR NOT EXISTS (
                SELECT FROM answers AS answer
                WHERE answer.organization_id = person.organization_id AND answer.person_id = person.id
                  AND answer.day = cohort.day
            ))
    ), planned AS (
        INSERT INTO deliveries (day, kind, subject, organization_id, person_id, channel, identity_id,
                                workspace, address, direct, due_at, not_after, state, reason)
        SELECT due.day, :prompt, due.id, due.organization_id, due.id, door.channel, door.id,
               door.workspace, door.external_id, door.direct, due.due_at, due.not_after,
               CASE WHEN last.too_soon THEN CAST(:cancelled AS smallint) ELSE :ready END,
               CASE WHEN last.too_soon THEN :too_soon END
        FROM due
        CROSS JOIN LATERAL (
            SELECT identity.id, identity.channel, identity.workspace, identity.external_id, identity.direct
            FROM identities AS identity
            WHERE identity.organization_id = due.organization_id AND identity.person_id = due.id
              AND identity.active AND identity.mail_stopped_at IS NULL
            ORDER BY identity.channel IS NOT DISTINCT FROM due.preferred DESC, identity.channel, identity.id
            LIMIT 1
        ) AS door
        CROSS JOIN LATERAL (
            SELECT EXISTS (
                SELECT FROM deliveries AS earlier
                WHERE earlier.kind = :prompt AND earlier.subject = due.id AND earlier.state <> :cancelled
                  AND earlier.day BETWEEN :first_day AND :last_day
                  AND earlier.due_at > due.due_at - CAST(:between AS interval)
                OFFSET 0
            ) AS too_soon
            OFFSET 0
        ) AS last
        ORDER BY last.too_soon, due.id
        ON CONFLICT (kind, subject, target, part, "try", day) DO NOTHING
        RETURNING state
    )
    SELECT count(*) FILTER (WHERE state = :ready) AS new,
           count(*) FILTER (WHERE state = :cancelled) AS skipped
    FROM planned
"""
)

# Only a team whose members were asked or wrote since its last digest has anything to tell.  A copy is seen by
# whoever has an identity in the workspace it is posted in; Discord's user ids are the same in every guild.
PLAN_DIGESTS = text(
    "WITH"  # noqa: S608 -- constants alone
    + _COHORTS
    + """
    , due AS MATERIALIZED (
        SELECT team.organization_id, team.id, due.day, due.due_at, due.not_after,
"""
    + last_told()
    + """ AS first_day
        FROM cohort AS due
        JOIN teams AS team ON team.zone = due.zone AND team.digest_minute = due.minute
        WHERE team.work_days & due.weekday <> 0
          AND NOT EXISTS (
                SELECT FROM deliveries AS posted
                WHERE posted.kind = :digest AND posted.subject = team.id
                  AND posted.day = due.day AND posted.day = ANY(CAST(:days AS date[]))
                OFFSET 0
            )
          AND NOT EXISTS (
                SELECT FROM deliveries AS mailed
                WHERE mailed.kind = :digest_mail AND mailed.subject = team.id
                  AND mailed.day = due.day AND mailed.day = ANY(CAST(:days AS date[]))
                OFFSET 0
            )
    ), telling AS (
        SELECT * FROM due
        WHERE EXISTS (
            SELECT FROM memberships AS membership
            WHERE membership.organization_id = due.organization_id AND membership.team_id = due.id
              AND membership.role = ANY(:asked)
              AND (EXISTS (
                    SELECT FROM answers AS answer
                    WHERE answer.organization_id = due.organization_id
                      AND answer.person_id = membership.person_id
                      AND answer.day >= due.first_day AND answer.day < due.day
                ) OR EXISTS (
                    SELECT FROM deliveries AS asked
                    WHERE asked.kind = :prompt AND asked.subject = membership.person_id
                      AND asked.state <> :cancelled
                      AND asked.day >= due.first_day AND asked.day < due.day
                      AND asked.day BETWEEN :first_day AND :last_day
                ))
        )
    ), planned AS (
        SELECT telling.*, :digest AS kind, target.id AS target, CAST(NULL AS bigint) AS person_id,
               target.channel, CAST(NULL AS bigint) AS identity_id, target.workspace, target.external_id
        FROM telling
        JOIN digest_targets AS target
            ON target.organization_id = telling.organization_id AND target.team_id = telling.id
        UNION ALL
        SELECT telling.*, :digest_mail, person.id, person.id,
               mail.channel, mail.id, mail.workspace, mail.external_id
        FROM telling
        JOIN memberships AS membership
            ON membership.organization_id = telling.organization_id AND membership.team_id = telling.id
            AND membership.role = ANY(:told)
        JOIN people AS person
            ON person.organization_id = membership.organization_id AND person.id = membership.person_id
            AND person.active
        CROSS JOIN LATERAL (
            SELECT identity.* FROM identities AS identity
            WHERE identity.organization_id = person.organization_id AND identity.person_id = person.id
              AND identity.channel = :email AND identity.active AND identity.mail_stopped_at IS NULL
            ORDER BY identity.id LIMIT 1
        ) AS mail
        WHERE membership.role = :observer OR NOT EXISTS (
            SELECT FROM digest_targets AS target
            JOIN identities AS identity
                ON identity.organization_id = target.organization_id AND identity.channel = target.channel
                AND (identity.channel = :discord OR identity.workspace = target.workspace)
            WHERE target.organization_id = telling.organization_id AND target.team_id = telling.id
              AND identity.person_id = person.id AND identity.active
            OFFSET 0
        )
    )
    INSERT INTO deliveries (day, kind, subject, target, organization_id, person_id, channel, identity_id,
                            workspace, address, due_at, not_after)
    SELECT day, kind, id, target, organization_id, person_id, channel, identity_id,
           workspace, external_id, due_at, not_after
    FROM planned
    ORDER BY kind, id, target
    ON CONFLICT DO NOTHING
"""
)
