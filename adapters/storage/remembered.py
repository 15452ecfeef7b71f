"""What a unit of work has read and need not ask the database for again."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from domain.deliveries import Ref
from domain.people import Address, Channel, Identity, Person
from domain.ports.directory import OrganizationIdentity
from domain.teams import Role, Team


class SentMail(NamedTuple):
    """A delivery as an answer to it finds it."""

    ref: Ref
    day: date
    person_id: int | None
    kind: int
    subject: int
    target: int
    facts: Any
    """Of a digest alone."""


@dataclass(slots=True)
class Remembered:
    """Rows by what they were asked for; None stands for "there is none", a missing key for "not asked yet".

    The first part is of people, identities, teams and workspaces: whoever changes one of those forgets all of
    it.  Numbers in the keys are of the organization and then of the person.
    """

    people: dict[tuple[int, int], tuple[Person, int] | None] = field(default_factory=dict)
    """By organization and number, with the version of the address that the number stands for."""
    identities: dict[tuple[int, int], list[Identity]] = field(default_factory=dict)
    teams: dict[tuple[int, int], list[tuple[Team, Role]]] = field(default_factory=dict)
    by_address: dict[Address, list[OrganizationIdentity]] = field(default_factory=dict)
    behind: dict[tuple[int, Address], tuple[Person, Identity] | None] = field(default_factory=dict)
    """By organization; also who is not active."""
    workspaces: dict[tuple[Channel, str], int | None] = field(default_factory=dict)

    sources: dict[tuple[int, str], bool] = field(default_factory=dict)
    """Whether the organization has an answer of that source."""
    sent: dict[tuple[int, Channel, str], SentMail | None] = field(default_factory=dict)
    """By organization, channel and receipt."""
    counters: dict[str, tuple[bytes, datetime, int]] = field(default_factory=dict)
    """By name its digest, since when it is counted, and how often it was."""

    def forget(self) -> None:
        """Somebody, or where somebody belongs, has changed."""
        for each in (self.people, self.identities, self.teams, self.by_address, self.behind, self.workspaces):
            each.clear()
        self.sent.clear()
