"""What readers of mailed digests have missed: copies of their own that never arrived.

A team is told by whatever copy of its digest is accepted, a reader by her own: while mail is closed, posted
copies go on, and what the mailed ones would have told is told by her next one.
"""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection, text

from adapters.storage.delivery_rows import arrays
from adapters.storage.planning_sql import DIGESTS, SENT, last_told
from domain.deliveries import MISSED_STATES, Kind, Ref, State
from domain.ports.contexts import NEW_TEAM_LOOKS_BACK, DigestDue
from domain.retention import DIGESTS_LOOK_BACK

_UNTOLD = [int(state) for state in sorted({*MISSED_STATES, State.READY})]
"""States of copies that never arrived; a copy of a past day which is still ready is about to expire."""

_MISSED = """
    coalesce((
        SELECT bool_and(hers.state = ANY(:untold)) FROM deliveries AS hers
        WHERE hers.kind = :digest_mail AND hers.subject = due.team_id AND hers.target = due.person_id
          AND hers.part = 0 AND hers.day = {0} AND hers.day BETWEEN :first_day AND :last_day
    ), false)
"""

# One probe for each reader; nearly all have had the last one.
_FIRST_DAYS = text(
    f"""
    SELECT due.place, {last_told(f"AND NOT {_MISSED.format('told.day')}")} AS first_day
    FROM unnest(
        CAST(:teams AS bigint[]), CAST(:people AS bigint[]), CAST(:days AS date[])
    ) WITH ORDINALITY AS due (team_id, person_id, day, place)
    JOIN teams AS team ON team.id = due.team_id
    WHERE {_MISSED.format("due.day")}
"""  # noqa: S608 -- constants alone
)


def reaching_back(
    connection: Connection, mailed: Mapping[Ref, tuple[int, DigestDue]]
) -> dict[Ref, DigestDue]:
    """Those whose reader missed her copy of the last digest, from the first day on that she was not told.

    Args:
        connection: in a transaction; one statement.
        mailed: who reads each, and what it would cover, from the day on which her team was told last.
    """
    if not mailed:
        return {}
    days = [due.first_day for _, due in mailed.values()]
    wanted = [(due.team_id, person_id, due.first_day) for person_id, due in mailed.values()]
    bound = {
        **arrays(("teams", "people", "days"), wanted),
        "first_day": min(days) - DIGESTS_LOOK_BACK,
        "last_day": max(days),
        "digest_mail": int(Kind.DIGEST_MAIL),
        "digests": DIGESTS,
        "sent": SENT,
        "untold": _UNTOLD,
        "new_team": NEW_TEAM_LOOKS_BACK.days,
    }
    refs = [*mailed]
    rows = connection.execute(_FIRST_DAYS, bound)
    late = {refs[row.place - 1]: row.first_day for row in rows}
    return {ref: replace(mailed[ref][1], first_day=first_day) for ref, first_day in late.items()}
