"""Two people who turn out to be one."""

from sqlalchemy import Connection, text

from domain.deliveries import Kind, State
from domain.teams import MOST_TO_LEAST

BY_SUBJECT = [int(Kind.PROMPT), int(Kind.INVITATION)]
BY_TARGET = [int(Kind.DIGEST_MAIL)]
MOVED = (
    "identities",
    "memberships",
    "absences",
    "answers",
    "deliveries",
    "attempts",
    "delivery_events",
    "inbox",
    "comments",
    "likes",
    "senders",
)

# Of two merges of the same people the second waits.
_LOCK = text("""
    SELECT FROM people WHERE organization_id = :organization_id AND id IN (:kept, :other)
    ORDER BY id FOR UPDATE
""")
# She is asked once a day: the other's prompt that is still to be sent is dropped, since hers is planned ...
_CANCEL = text("""
    UPDATE deliveries SET state = :cancelled
    WHERE organization_id = :organization_id AND person_id = :other AND state = :ready AND kind = :prompt
""")
# ... and one that was sent to the other counts as hers.
_REKEY_SUBJECT = text("""
    UPDATE deliveries AS delivery SET subject = :kept
    WHERE delivery.organization_id = :organization_id AND delivery.kind = ANY(:by_subject)
      AND delivery.subject = :other AND delivery.state <> :cancelled
      AND NOT EXISTS (
          SELECT FROM deliveries AS hers
          WHERE hers.kind = delivery.kind AND hers.subject = :kept AND hers.target = delivery.target
            AND hers.part = delivery.part AND hers."try" = delivery."try" AND hers.day = delivery.day
      )
""")
_REKEY_TARGET = text("""
    UPDATE deliveries AS delivery SET target = :kept
    WHERE delivery.organization_id = :organization_id AND delivery.kind = ANY(:by_target)
      AND delivery.target = :other AND delivery.state <> :cancelled
      AND NOT EXISTS (
          SELECT FROM deliveries AS hers
          WHERE hers.kind = delivery.kind AND hers.subject = delivery.subject AND hers.target = :kept
            AND hers.part = delivery.part AND hers."try" = delivery."try" AND hers.day = delivery.day
      )
""")
# In a team that both are in she keeps the greater role.
_RAISE = text("""
    UPDATE memberships AS hers SET role = theirs.role
    FROM memberships AS theirs
    WHERE hers.organization_id = :organization_id AND hers.person_id = :kept
      AND theirs.organization_id = hers.organization_id AND theirs.team_id = hers.team_id
      AND theirs.person_id = :other
      AND array_position(:roles, CAST(theirs.role AS integer))
        < array_position(:roles, CAST(hers.role AS integer))
""")
_DOUBLE = text("""
    DELETE FROM memberships AS theirs USING memberships AS hers
    WHERE theirs.organization_id = :organization_id AND theirs.person_id = :other
      AND hers.organization_id = theirs.organization_id AND hers.team_id = theirs.team_id
      AND hers.person_id = :kept
""")
# What both like, and senders of whom both have spoken: hers stays.
_DOUBLE_LIKES = text("""
    DELETE FROM likes AS theirs USING likes AS hers
    WHERE theirs.organization_id = :organization_id AND theirs.person_id = :other
      AND hers.organization_id = theirs.organization_id AND hers.done_id = theirs.done_id
      AND hers.person_id = :kept
""")
_DOUBLE_SENDERS = text("""
    DELETE FROM senders AS theirs USING senders AS hers
    WHERE theirs.organization_id = :organization_id AND theirs.person_id = :other
      AND hers.organization_id = theirs.organization_id AND hers.email = theirs.email
      AND hers.person_id = :kept
""")
_MOVE = [
    text(
        f"UPDATE {table} SET person_id = :kept"  # noqa: S608 -- names of our own tables
        " WHERE organization_id = :organization_id AND person_id = :other"
    )
    for table in MOVED
]
_MOVE_DONES = text("""
    UPDATE dones SET person_id = :kept, revision = revision + 1
    WHERE organization_id = :organization_id AND person_id = :other
    RETURNING id
""")
_RETIRE = text("""
    UPDATE people SET active = false, merged_into = :kept
    WHERE organization_id = :organization_id AND (id = :other OR merged_into = :other)
""")


def merge(connection: Connection, organization_id: int, kept_id: int, other_id: int) -> list[int]:
    """Give everything of the other person to the one who is kept; returns the ids of the dones that moved.

    Raises:
        ValueError: both are the same person.
    """
    if kept_id == other_id:
        raise ValueError(f"person {kept_id} cannot be merged into herself")
    bound = {
        "organization_id": organization_id,
        "kept": kept_id,
        "other": other_id,
        "by_subject": BY_SUBJECT,
        "by_target": BY_TARGET,
        "roles": [int(role) for role in MOST_TO_LEAST],
        "prompt": int(Kind.PROMPT),
        "ready": int(State.READY),
        "cancelled": int(State.CANCELLED),
    }
    doubles = (_DOUBLE, _DOUBLE_LIKES, _DOUBLE_SENDERS)
    for step in (_LOCK, _CANCEL, _REKEY_SUBJECT, _REKEY_TARGET, _RAISE, *doubles, *_MOVE, _RETIRE):
        connection.execute(step, bound)
    return list(connection.scalars(_MOVE_DONES, bound))
