"""How a request ended: what the conversation hands back to the transaction around it."""

from dataclasses import dataclass, replace

from domain.delivery_events import DeliveryEvent
from domain.facts import Facts
from domain.messages import Audience
from domain.people import Identity, Person
from domain.ports.inbox import InboxState


@dataclass(frozen=True, slots=True)
class Handled:
    """How a request ended, before anything is worded."""

    note: str
    """For the inbox and the log: what was done or why nothing was; never any of its text."""
    state: InboxState = InboxState.DONE
    facts: Facts | None = None
    """What to say; None: nothing."""
    mark: bool = False
    """Put a check mark on what was written; without facts that is the whole answer."""
    audience: Audience = Audience.ASKER
    organization_id: int | None = None
    person_id: int | None = None
    identity: Identity | None = None
    stopped_identity_id: int | None = None
    """The identity for which the person has stopped all mail."""
    event: DeliveryEvent | None = None
    """Set when the request was a mail server's report about a delivery."""

    def asked_by(self, person: Person, identity: Identity, note: str) -> "Handled":
        """The same, of a request of hers, with that note."""
        return replace(
            self,
            note=note,
            organization_id=person.organization_id,
            person_id=person.id,
            identity=identity,
        )
