"""Leaving what is closed: what is due there goes to people's next channel, thousands in a statement."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, TextClause, text

from adapters.storage.conditions import IS_BY_WORKSPACE, IS_PLANNED, IS_READY
from adapters.storage.ledger_claims import PROBING
from adapters.storage.picks import IN_DAYS
from adapters.storage.planning_sql import TOLD
from domain.deliveries import Kind, State
from domain.limits import BY_WORKSPACE
from domain.people import Address, Channel

_NEAR = timedelta(days=2)
"""How far the day of what it is not too late for lies from today."""
LEFT = "what is due here goes to her next channel while this one is closed"
_TOLD_BY = "whoever has another channel was told there while this one is closed"
TYPICAL_TEAM = 10
"""People who are told in place of one post."""

_CLOSED = """
    closed AS (
        SELECT * FROM unnest(CAST(:channels AS smallint[]), CAST(:workspaces AS text[]))
            AS closed (channel, workspace)
    )
"""
_IS_CLOSED = """
    EXISTS (
        SELECT FROM closed
        WHERE closed.channel = {0}.channel AND (closed.workspace = '' OR closed.workspace = {0}.workspace)
    )"""

# What is ready was surely not sent, unless it was in doubt before: that is sent again blindly, or because
# that has no second effect, as on Discord while its nonce is known.
_DUE = f"""
    here.{IS_READY} AND here.part = 0 AND here.{IN_DAYS}
    AND (here.not_after IS NULL OR here.not_after > :now)
    AND (here.due_at <= :now OR here.reason IS NOT NULL)
    AND NOT EXISTS (
        SELECT FROM attempts AS doubted
        WHERE doubted.delivery_id = here.id AND doubted.day = here.day AND doubted.outcome = :uncertain
          AND doubted.{IN_DAYS}
    )
"""
_DOOR = f"""
    CROSS JOIN LATERAL (
        SELECT identity.id, identity.channel, identity.workspace, identity.external_id, identity.direct
        FROM identities AS identity
        WHERE identity.organization_id = person.organization_id AND identity.person_id = person.id
          AND identity.active AND identity.mail_stopped_at IS NULL AND NOT {_IS_CLOSED.format("identity")}
        ORDER BY identity.channel IS NOT DISTINCT FROM person.preferred DESC, identity.channel, identity.id
        LIMIT 1
    ) AS door
"""  # noqa: S608 -- constants alone


def _leave(there: str) -> TextClause:
    """Moves what waits in places of that kind: the last try alone, as one before it went elsewhere."""
    return text(f"""
    {PROBING}
    WITH {_CLOSED}, waiting AS MATERIALIZED (
        SELECT here.day, here.id, here.kind, here.subject, here.target, here."try" + 1 AS next_try,
               person.organization_id, person.id AS person_id, door.channel, door.id AS identity_id,
               door.workspace, door.external_id, door.direct, coalesce(planned_at, due_at) AS planned_at,
               not_after
        FROM closed
        JOIN deliveries AS here ON {there}
        JOIN people AS person
            ON person.organization_id = here.organization_id AND person.id = here.person_id AND person.active
        {_DOOR}
        WHERE here.kind = ANY(:kinds) AND {_DUE}
          AND NOT EXISTS (
                SELECT FROM deliveries AS later
                WHERE later.kind = here.kind AND later.subject = here.subject AND later.target = here.target
                  AND later.part = 0 AND later."try" > here."try" AND later.day = here.day
                  AND later.day BETWEEN :first_day AND :last_day
            )
        LIMIT :limit
        FOR UPDATE OF here SKIP LOCKED
    ), gone AS (
        UPDATE deliveries SET state = :failed, reason = :reason
        FROM waiting
        WHERE deliveries.day = waiting.day AND deliveries.id = waiting.id
          AND deliveries.day BETWEEN :first_day AND :last_day
    )
    INSERT INTO deliveries (day, kind, subject, target, "try", organization_id, person_id, channel,
                            identity_id, workspace, address, direct, due_at, planned_at, not_after)
    SELECT day, kind, subject, target, next_try, organization_id, person_id, channel,
           identity_id, workspace, external_id, direct, :now, planned_at, not_after
    FROM waiting
    ON CONFLICT DO NOTHING
    """)  # noqa: S608 -- constants alone


_SEES = """
    EXISTS (
        SELECT FROM identities AS seeing
        WHERE seeing.organization_id = person.organization_id AND seeing.person_id = person.id
          AND seeing.active AND seeing.channel = {0}.channel
          AND (seeing.channel = :discord OR seeing.workspace = {0}.workspace)
    )"""
"""Whether a member can see a posted copy: she has an identity there; Discord's ids hold in every guild."""


def _tell(there: str) -> TextClause:
    """Sends a copy of her own to whoever saw only copies that cannot be posted, once for each of those."""
    return text(f"""
    {PROBING}
    WITH {_CLOSED}, unseen AS MATERIALIZED (
        SELECT here.*
        FROM closed
        JOIN deliveries AS here ON {there}
        WHERE here.kind = :digest AND {_DUE} AND here.reason IS DISTINCT FROM :told_by
        LIMIT :teams
        FOR UPDATE OF here SKIP LOCKED
    ), told AS (
        UPDATE deliveries SET reason = :told_by
        FROM unseen
        WHERE deliveries.day = unseen.day AND deliveries.id = unseen.id
          AND deliveries.day BETWEEN :first_day AND :last_day
    )
    INSERT INTO deliveries (day, kind, subject, target, organization_id, person_id, channel, identity_id,
                            workspace, address, direct, due_at, planned_at, not_after)
    SELECT unseen.day, :digest_mail, unseen.subject, person.id, person.organization_id, person.id,
           door.channel, door.id, door.workspace, door.external_id, door.direct, :now,
           coalesce(unseen.planned_at, unseen.due_at), unseen.not_after
    FROM unseen
    JOIN memberships AS membership
        ON membership.organization_id = unseen.organization_id AND membership.team_id = unseen.subject
        AND membership.role = ANY(:readers)
    JOIN people AS person
        ON person.organization_id = membership.organization_id AND person.id = membership.person_id
        AND person.active
    {_DOOR}
    WHERE {_SEES.format("unseen")}
      AND NOT EXISTS (
            SELECT FROM digest_targets AS target
            WHERE target.organization_id = unseen.organization_id AND target.team_id = unseen.subject
              AND NOT {_IS_CLOSED.format("target")} AND {_SEES.format("target")}
        )
    ON CONFLICT DO NOTHING
    """)  # noqa: S608 -- constants alone


_THERE = {
    False: f"here.channel = closed.channel AND NOT closed.{IS_BY_WORKSPACE}",
    True: f"here.{IS_BY_WORKSPACE} AND here.{IS_PLANNED} AND closed.{IS_BY_WORKSPACE}"
    " AND here.workspace = closed.workspace",
}
"""By whether its workspaces have limits of their own; those have an index."""
_STATEMENTS = {kind: (_leave(there), _tell(there)) for kind, there in _THERE.items()}


def leave_closed(connection: Connection, places: Collection[Address], now: datetime, limit: int) -> int:
    """`domain.ports.ledger.Ledger.leave_closed`."""
    bound = {
        "channels": [int(each.channel) for each in places],
        "workspaces": [each.workspace for each in places],
        "kinds": [int(Kind.PROMPT), int(Kind.DIGEST_MAIL)],
        "digest": int(Kind.DIGEST),
        "digest_mail": int(Kind.DIGEST_MAIL),
        "discord": int(Channel.DISCORD),
        "readers": TOLD,
        "now": now,
        "first_day": (now - _NEAR).date(),
        "last_day": (now + _NEAR).date(),
        "limit": limit,
        "teams": -(-limit // TYPICAL_TEAM),
        "failed": int(State.FAILED),
        "uncertain": int(State.UNCERTAIN),
        "reason": LEFT,
        "told_by": _TOLD_BY,
    }
    kinds = {each.channel in BY_WORKSPACE for each in places}
    statements = [statement for each in sorted(kinds) for statement in _STATEMENTS[each]]
    return sum(connection.execute(statement, bound).rowcount for statement in statements)
