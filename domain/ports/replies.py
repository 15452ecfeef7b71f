"""What replies leave behind in an organization: absences, senders, remarks."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from domain.dones import Done


class Absences(Protocol):
    """Days on which somebody is not asked."""

    def of(self, person_id: int, since: date) -> list[tuple[date, date | None]]:
        """First and last day of those that end on that day or later, earliest first."""

    def put(self, person_id: int, first_day: date, last_day: date | None) -> None:
        """An absence; of others it takes the place where they overlap, and what lies after it."""

    def end(self, person_id: int, day: date) -> int:
        """She is there on that day and after it: those that cover it end before, later ones are dropped."""


class Senders(Protocol):
    """Addresses that are no way to a person, but from which she or somebody for her writes to her own one."""

    def is_hers(self, person_id: int, email: str) -> bool | None:
        """What she has said of it; None: nothing."""

    def remember(self, person_id: int, email: str, now: datetime, *, hers: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class DigestSent:
    """A digest that was sent, as far as an answer to it must know."""

    team_id: int
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class NamedDone:
    """A done with the name of whose it is."""

    name: str
    done: Done


class Remarks(Protocol):
    """What people say to somebody's dones."""

    def digest(self, receipt: str, person_id: int) -> DigestSent | None:
        """The digest that she got with that Message-ID."""

    def lines(self, digest: DigestSent) -> list[NamedDone]:
        """The dones that it tells, as they are now."""

    def comment(self, done_id: int, person_id: int, source_ref: str, at: datetime, text: str) -> bool:
        """Keep what she says to a done; False when that was kept before."""

    def like(self, done_id: int, person_id: int, at: datetime) -> bool:
        """Keep that she likes it; False when that was kept before."""
