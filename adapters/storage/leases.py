"""Leases by name: what only one process of an installation may do at a time."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, case, delete, or_
from sqlalchemy.dialects.postgresql import insert

from adapters.storage.tables import leases

LIVES = timedelta(seconds=30)


class Lease:
    """One named lease as one holder sees it; real time, since it guards against processes, not people."""

    def __init__(self, engine: Engine, name: str, holder: str) -> None:
        self._engine = engine
        self._name = name
        self._holder = holder

    def hold(self, now: datetime) -> bool:
        """Take it or keep it for half a minute more; False while somebody else has it."""
        wanted = insert(leases).values(name=self._name, holder=self._holder, until=now + LIVES, fence=1)
        changes_hands = case((leases.c.holder == self._holder, 0), else_=1)
        taken = wanted.on_conflict_do_update(
            index_elements=[leases.c.name],
            set_={"holder": self._holder, "until": now + LIVES, "fence": leases.c.fence + changes_hands},
            where=or_(leases.c.holder == self._holder, leases.c.until < now),
        ).returning(leases.c.name)
        with self._engine.begin() as connection:
            return connection.execute(taken).first() is not None

    def release(self) -> None:
        """Let the next process have it at once."""
        mine = (leases.c.name == self._name) & (leases.c.holder == self._holder)
        with self._engine.begin() as connection:
            connection.execute(delete(leases).where(mine))
