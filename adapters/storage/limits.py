"""How often something may be done.  Belongs to the installation and names nobody."""

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import delete

from adapters.storage.delivery_rows import array
from adapters.storage.preparing import prepared
from adapters.storage.tables import limits
from adapters.storage.transaction import Transaction

_COUNT = prepared("""
    INSERT INTO limits (name, since, times) VALUES (:name, :now, 1)
    ON CONFLICT (name) DO UPDATE SET
        since = CASE WHEN limits.since <= :over THEN excluded.since ELSE limits.since END,
        times = CASE WHEN limits.since <= :over THEN 1 ELSE limits.times + 1 END
    RETURNING times
""")
_READ = prepared("SELECT name, since, times FROM limits WHERE name = ANY(CAST(:names AS bytea[]))")


class PostgresLimits:
    """`domain.ports.limits.Limits`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def expect(self, names: Collection[str], now: datetime) -> None:
        """These are counted in memory and written at the end.

        So nobody waits for whoever counts the same; two who do it at the same moment may each allow one more.
        """
        counters = self._transaction.remembered.counters
        by_digest = {_digest(name): name for name in names}
        counters.update({name: (digest, now, 0) for digest, name in by_digest.items()})
        values = {"names": array(list(by_digest))}
        for stored, since, times in self._transaction.connection.execute(_READ, values):
            digest = bytes(stored)
            counters[by_digest[digest]] = (digest, since, times)

    def count(self, name: str, now: datetime, window: timedelta) -> int:
        if name in self._transaction.remembered.counters:
            return self._counted(name, now, window)
        bound = {"name": _digest(name), "now": now, "over": now - window}
        times: int = self._transaction.connection.execute(_COUNT, bound).scalar_one()
        return times

    def allow(self, name: str, now: datetime, window: timedelta, most: int = 1) -> bool:
        return self.count(name, now, window) <= most

    def forget(self, before: datetime) -> int:
        return self._transaction.connection.execute(delete(limits).where(limits.c.since < before)).rowcount

    def _counted(self, name: str, now: datetime, window: timedelta) -> int:
        counters = self._transaction.remembered.counters
        digest, since, times = counters[name]
        since, times = (now, 1) if since <= now - window else (since, times + 1)
        counters[name] = (digest, since, times)
        self._transaction.late.counted.setdefault((now, window), []).append(digest)
        return times


def _digest(name: str) -> bytes:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
