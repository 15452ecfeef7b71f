"""How often something may be done.  Belongs to the installation and names nobody."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

_COUNT = text("""
    INSERT INTO limits (name, since, times) VALUES (:name, :now, 1)
    ON CONFLICT (name) DO UPDATE SET
        since = CASE WHEN limits.since <= :over THEN excluded.since ELSE limits.since END,
        times = CASE WHEN limits.since <= :over THEN 1 ELSE limits.times + 1 END
    RETURNING times
""")


class PostgresLimits:
    """`domain.ports.limits.Limits`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def allow(self, name: str, now: datetime, window: timedelta, most: int = 1) -> bool:
        digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()
        bound = {"name": digest, "now": now, "over": now - window}
        times: int = self._connection.execute(_COUNT, bound).scalar_one()
        return times <= most
