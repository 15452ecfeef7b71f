"""Everything that arrives, kept raw before anybody understands it."""

import enum
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from domain.commands import InboxRef


class Source(enum.IntEnum):
    """What kind of payload an inbox item holds; the numbers are stored."""

    SLACK_EVENT = 1
    SLACK_COMMAND = 2
    SLACK_BUTTON = 3
    DISCORD_MESSAGE = 4
    DISCORD_INTERACTION = 5
    MAIL_RAW = 6
    MAIL_PARSED = 7
    WEB = 8


class Lane(enum.IntEnum):
    SAID = 1
    """Acknowledged as soon as it is stored; answered by deliveries."""
    ASKED = 2
    """Handled in the request and answered through the request's own handle while that is valid."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something that a platform handed over, before anybody understood it."""

    source: Source
    lane: Lane
    key: str
    """What "the same again" means to that platform: event id, message id and edit time, digest of a mail."""
    raw: bytes
    at: datetime


class InboxState(enum.IntEnum):
    NEW = 1
    DONE = 2
    HELD = 3
    """Kept for a person to decide: a stranger's mail, a doubtful sender, which organization."""
    FAILED = 4
    """Could not be understood after several tries; visible and replayable."""


@dataclass(frozen=True, slots=True)
class InboxItem:
    ref: InboxRef
    source: Source
    lane: Lane
    raw: bytes
    at: datetime
    tries: int
    organization_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class LockedItem:
    """An item that this transaction alone carries out."""

    ref: InboxRef
    lane: Lane
    organization_id: int | None
    """Said by the person, when it could have been meant for several."""
    person_id: int | None
    """Who has said that it is hers, after it was HELD."""


@dataclass(frozen=True, slots=True)
class KeptItem:
    """An item as people who look after the inbox see it: nothing of its text."""

    ref: InboxRef
    source: Source
    state: InboxState
    stored_at: datetime
    tries: int
    note: str
    sender: str
    """The address that a HELD one came from, as `str(Address)` writes it."""
    person_id: int | None = None
    """Who is asked about a HELD one; of others whose it is."""


class Inbox(Protocol):
    """Everything that arrived, raw; reads across organizations."""

    def add(self, arrivals: Sequence[Arrival], now: datetime) -> list[InboxRef | None]:
        """Keep them; None for each that has been kept before, or stands further up in the same list."""

    def load(self, ref: InboxRef) -> InboxItem | None:
        """What arrived; None when it is not new any more or another worker has it."""

    def take(self, refs: Sequence[InboxRef]) -> list[LockedItem]:
        """Lock those for this transaction that are still new and that no other worker has."""

    def waiting(self, older_than: datetime, limit: int) -> list[InboxRef]:
        """New items whose next try was due before that instant, oldest first."""

    def finish(
        self,
        ref: InboxRef,
        state: InboxState,
        organization_id: int | None,
        person_id: int | None,
        note: str,
        sender: str = "",
    ) -> None:
        """Say what became of it; `note` is the reason, without any of its text."""

    def release(self, ref: InboxRef, organization_id: int, person_id: int | None = None) -> None:
        """Let an item that was HELD be read again, as meant for that organization, and as hers."""

    def release_from(self, sender: str, organization_id: int) -> int:
        """Let what is HELD from that address be read again, unless somebody is asked about it; how many."""

    def held_for(self, organization_id: int, person_id: int) -> list[KeptItem]:
        """HELD items about which she is asked, oldest first."""

    def kept(self, states: Collection[InboxState], limit: int) -> list[KeptItem]:
        """Items in these states, newest first."""

    def find(self, number: int) -> tuple[KeptItem, bytes] | None:
        """The item of that number and what arrived; empty once that is forgotten."""

    def replay(self, ref: InboxRef) -> bool:
        """Let a HELD or FAILED item be read again as if it had just come; False when it is neither."""

    def failed(self, ref: InboxRef, note: str, most_tries: int, again_at: datetime) -> None:
        """Count a try that failed; the next is not before `again_at`, after `most_tries` it is FAILED."""

    def forget_keys(self, before: date) -> int:
        """Drop the keys of items older than that day: nothing repeats itself so late."""
