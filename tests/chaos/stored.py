"""What stands in the database of a run, for the oracle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, text

from domain.deliveries import Kind, Ref, State
from domain.people import Channel

_ROWS = text(
    'SELECT day, id, kind, channel, state, person_id, reason, attempt, "try" AS try_ FROM deliveries'
)
_DOUBTED = text("SELECT DISTINCT day, delivery_id AS id FROM attempts WHERE outcome = :uncertain")
_EFFECTS = text("""
    SELECT text AS name, count(*) AS times FROM dones GROUP BY text
    UNION ALL SELECT source_ref, count(*) FROM answers GROUP BY source_ref
""")


@dataclass(frozen=True, slots=True)
class Row:
    """A delivery as the database has it."""

    handle: str
    kind: Kind
    channel: Channel
    state: State
    person_id: int | None = None
    reason: str | None = None
    attempt: int = 1
    try_: int = 0
    """How many channels of hers it left before, since they were closed."""

    def __str__(self) -> str:
        what = f"{self.channel.word} {self.kind.name.lower()} {self.handle}"
        return f"{what}, {self.state.name.lower()} after {self.attempt} attempts ({self.reason}),"


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database says."""

    rows: Sequence[Row]
    doubted: frozenset[str] = frozenset()
    """Deliveries an attempt of which ended without an outcome."""
    effects: Mapping[str, int] = field(default_factory=dict)
    """How often each line is there, and each source of an answer."""


def read(connection: Connection) -> Stored:
    """What stands in the database of a run."""
    rows = [
        Row(
            _handle(row.day, row.id),
            Kind(row.kind),
            Channel(row.channel),
            State(row.state),
            row.person_id,
            row.reason,
            row.attempt,
            row.try_,
        )
        for row in connection.execute(_ROWS)
    ]
    doubted = connection.execute(_DOUBTED, {"uncertain": int(State.UNCERTAIN)})
    return Stored(
        rows,
        frozenset(_handle(row.day, row.id) for row in doubted),
        {row.name: row.times for row in connection.execute(_EFFECTS)},
    )


def _handle(day: date, number: int) -> str:
    return str(Ref(day, number))
