"""Upkeep: what is too late expires, what a dead worker held is freed, partitions are made and dropped."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from domain.ports.storage import Storage
from domain.retention import Retention

DAYS_MADE = 9
"""Partitions that must be there, from yesterday's on."""


def keep_house(storage: Storage, kept: Retention, now: datetime, lease_now: datetime) -> Mapping[str, int]:
    """Do all of it once, and count what was done, by its name.

    A transaction for each, so that none waits for a lock that another one holds.

    Args:
        storage: where it is done.
        kept: for how long what is stored stays.
        now: the product's time.
        lease_now: real time, in which leases live.
    """
    with storage.begin() as uow:
        expired = uow.ledger.expire(now)
        doubted, given_up = uow.ledger.recover(now, lease_now)
        resumed = uow.directory.resume_those_reached(now)
        uow.commit()
    partitions = make_partitions(storage, now)
    with storage.begin() as uow:
        dropped = uow.ledger.drop_partition((now - kept.deliveries).date(), (now - kept.inbox).date())
        uow.commit()
    with storage.begin() as uow:
        forgotten = uow.inbox.forget_keys((now - kept.inbox).date())
        counters = uow.limits.forget(now - kept.inbox)
        uow.commit()
    return {
        "expired": expired,
        "in doubt": doubted,
        "given up": given_up,
        "workspaces resumed": resumed,
        "partitions": partitions,
        "days dropped": int(dropped is not None),
        "keys forgotten": forgotten,
        "counters forgotten": counters,
    }


def make_partitions(storage: Storage, now: datetime) -> int:
    """Make the partitions that must be there, in a transaction of their own; how many were missing."""
    with storage.begin() as uow:
        made = uow.ledger.make_partitions(now.date() - timedelta(days=1), DAYS_MADE)
        uow.commit()
        return made
