"""How far listening had come, so that whoever listens next goes on there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.dialects.postgresql import insert

from adapters.storage.rows import AnyRow
from adapters.storage.tables import gateway_state
from domain.ports.listening import Unread

MOST_STARTS = 100
"""Beginnings of sessions that are remembered: as many as Discord allows in a day."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a folder.

    Attributes:
        validity: the folder's UIDVALIDITY; numbers of another one mean nothing.
        next_uid: the first number that has not been read.
        at: when that was so.
    """

    validity: int
    next_uid: int
    at: datetime


class Positions:
    """The position in one folder, by its name; the installation's own and no person's."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name

    def load(self) -> Position | None:
        """Where to go on; None when nobody has listened before."""
        row = _load(self._engine, self._name)
        if row is None:
            return None
        known = row.watermarks
        return Position(int(known["validity"]), int(row.sequence), datetime.fromisoformat(known["at"]))

    def save(self, position: Position) -> None:
        """Go on there from now on."""
        known = {"validity": position.validity, "at": position.at.isoformat()}
        values = {"sequence": position.next_uid, "watermarks": known}
        written = insert(gateway_state).values(bot=self._name, **values)
        with self._engine.begin() as connection:
            connection.execute(written.on_conflict_do_update(index_elements=["bot"], set_=values))


class ListeningProgress:
    """How far what comes over one gateway has been heard, and when its sessions were begun; by its name."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name

    def load(self) -> datetime | None:
        """None when nobody has listened before."""
        at = self._known().get("at")
        return None if at is None else datetime.fromisoformat(at)

    def save(self, until: datetime) -> None:
        self._know({"at": until.isoformat()})

    def unread(self) -> Unread | None:
        """What is left of a gap that was being read."""
        left = self._known().get("unread")
        return None if left is None else Unread(datetime.fromisoformat(left[0]), left[1], left[2])

    def leave(self, left: Unread | None) -> None:
        self._know({"unread": left and [left.since.isoformat(), left.asked, left.after]})

    def starts(self) -> list[datetime]:
        """When sessions were begun, the newest of them."""
        return [datetime.fromisoformat(each) for each in self._known().get("starts", [])]

    def started(self, at: datetime) -> None:
        starts = [*self.starts(), at][-MOST_STARTS:]
        self._know({"starts": [each.isoformat() for each in starts]})

    def _known(self) -> dict[str, Any]:
        row = _load(self._engine, self._name)
        return {} if row is None else row.watermarks

    def _know(self, more: dict[str, Any]) -> None:
        """Store these values; the others stay as they are."""
        written = insert(gateway_state).values(bot=self._name, watermarks=more)
        both = gateway_state.c.watermarks.concat(written.excluded.watermarks)
        with self._engine.begin() as connection:
            connection.execute(
                written.on_conflict_do_update(index_elements=["bot"], set_={"watermarks": both})
            )


def _load(engine: Engine, name: str) -> AnyRow | None:
    query = select(gateway_state.c.sequence, gateway_state.c.watermarks).where(gateway_state.c.bot == name)
    with engine.connect() as connection:
        return connection.execute(query).one_or_none()
