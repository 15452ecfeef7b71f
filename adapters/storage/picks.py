"""SQL for what is due and may go at once; `paced_picks` has it for where limits let only some through.

Kinds and states stand in the statements as numbers, not as parameters: PostgreSQL takes a partial index (see
`ledger_tables`) only for a statement in which it finds that index's own condition.
"""

from domain.deliveries import Kind, State
from domain.people import Channel

IS_READY = f"state = {State.READY:d}"
IS_PLANNED = f"kind <= {Kind.DIGEST_MAIL:d}"
"""It is planned for many: prompts and digests."""
IS_URGENT = f"kind > {Kind.DIGEST_MAIL:d}"
"""Somebody waits for it."""
IS_BY_WORKSPACE = f"channel = {Channel.SLACK:d}"
"""Each of its workspaces has limits and credentials of its own; there is an index by workspace."""
IN_DAYS = "day BETWEEN :first_day AND :last_day"
"""No partition but those of these days is opened."""
IS_DUE = f"""
    channel = :channel AND {IS_READY} AND due_at <= :now AND (not_after IS NULL OR not_after > :now)
    AND (repeat_until IS NULL OR repeat_until > :now)"""

READY_AT_ONCE = f"""
    WITH urgent AS (
        SELECT * FROM deliveries WHERE {IS_DUE} AND {IN_DAYS} AND {IS_URGENT}
        ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
    ), planned AS (
        SELECT * FROM deliveries
        WHERE {IS_DUE} AND {IN_DAYS} AND {IS_PLANNED} AND (due_at, id) > (:after_due_at, :after_id)
        ORDER BY due_at, id LIMIT :limit - (SELECT count(*) FROM urgent)
        FOR UPDATE SKIP LOCKED
    ), ready AS (
        SELECT * FROM urgent UNION ALL SELECT * FROM planned
    )
"""  # noqa: S608 -- constants alone
"""Locks up to `limit` rows: all that is urgent, then what is planned behind `after_due_at` and `after_id`."""
EARLIEST = f"""
    SELECT due_at FROM deliveries WHERE channel = :channel AND {IS_READY} AND {IS_PLANNED} AND {IN_DAYS}
    ORDER BY due_at LIMIT 1
"""  # noqa: S608 -- constants alone
"""When the first of what is planned and not yet claimed is due."""
