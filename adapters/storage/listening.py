"""How far listening to a mailbox had come, so that whoever listens next goes on there."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.dialects.postgresql import insert

from adapters.storage.tables import gateway_state


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
        query = select(gateway_state.c.sequence, gateway_state.c.watermarks).where(
            gateway_state.c.bot == self._name
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        known = row.watermarks
        return Position(int(known["validity"]), int(row.sequence), datetime.fromisoformat(known["at"]))

    def save(self, position: Position) -> None:
        """Go on there from now on."""
        values = {
            "sequence": position.next_uid,
            "watermarks": {"validity": position.validity, "at": position.at.isoformat()},
        }
        written = insert(gateway_state).values(bot=self._name, **values)
        with self._engine.begin() as connection:
            connection.execute(written.on_conflict_do_update(index_elements=["bot"], set_=values))
