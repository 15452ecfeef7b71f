"""What replies leave behind in an organization: absences, senders, remarks."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from domain.dones import Done


class Absences(Protocol):
    """Days on which somebody is not asked."""

    def of(self, person_id: int, since: date) -> list[tuple[date, date | None]]:
        """First and last day of her absences that end on that day or later, earliest first."""

    def put(self, person_id: int, first_day: date, last_day: date | None) -> None:
        """Store an absence; others are cut where they overlap with it, dropped where they lie after it."""

    def end(self, person_id: int, day: date) -> int:
        """She is back from that day on: an absence that covers it ends before, later ones are dropped."""


class Senders(Protocol):
    """Addresses from which mail came to a person's own address, and whether she says that it is hers."""

    def is_hers(self, person_id: int, email: str) -> bool | None:
        """Whether mail from it is hers, as she has said; None: she has not said."""

    def remember(self, person_id: int, email: str, now: datetime, *, hers: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class DigestSent:
    """A digest that was sent, as the reading of an answer to it needs it."""

    team_id: int
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class NamedDone:
    """A done with the name of the person it belongs to."""

    name: str
    done: Done


class Remarks(Protocol):
    """What people say to somebody's dones."""

    def digest(self, receipt: str, person_id: int) -> DigestSent | None:
        """The digest that she got with that Message-ID."""

    def lines(self, digest: DigestSent) -> list[NamedDone]:
        """The dones that it tells, as they are now."""

    def comment(self, done_id: int, person_id: int, source_ref: str, at: datetime, text: str) -> bool:
        """Store her comment on a done; False when it was stored before."""

    def like(self, done_id: int, person_id: int, at: datetime) -> bool:
        """Store that she likes a done; False when that was stored before."""
