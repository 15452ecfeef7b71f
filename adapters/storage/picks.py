"""SQL for what is due and may go at once; `paced_picks` has it for where limits let only some through."""

from adapters.storage.conditions import IS_PLANNED, IS_READY, IS_URGENT

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
