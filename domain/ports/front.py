"""The core as the channels see it, and the two things every part is handed: a clock and a signer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, Protocol, runtime_checkable

from domain.commands import Command, Origin, Request
from domain.delivery_events import DeliveryEvent
from domain.messages import Reply
from domain.people import Address, Channel, Profile
from domain.ports.inbox import Arrival, InboxItem


class Clock(Protocol):
    def now(self) -> datetime:
        """The product's time: the database's in production, virtual in the demo and in tests."""

    def real(self) -> datetime:
        """Real time, for leases, call deadlines and signature windows alone."""


class MailClaim(NamedTuple):
    """Whose a mail address is."""

    organization_id: int
    person_id: int
    version: int = 0
    """Rises when she gets a new one."""


class SignedCommand(NamedTuple):
    """What a button or link says, and for whom it was made."""

    organization_id: int
    person_id: int | None
    """None: whoever presses it, as the channel knows them."""
    command: Command


class Tokens(Protocol):
    """Signs and verifies addresses, buttons, links and codes that people could send back.

    Each purpose has its own key; when keys are rotated, tokens signed with older ones still verify.
    """

    def mail_local_part(self, organization_id: int, person_id: int, version: int = 0) -> str:
        """`done+...`: at most 64 octets, the same in any case of letters."""

    def read_mail_local_part(self, local_part: str) -> MailClaim | None: ...

    def sign_command(self, organization_id: int, person_id: int | None, command: Command) -> str:
        """A button's value or a link's last segment: at most 100 characters of `[A-Za-z0-9_.-]`.

        Raises:
            ValueError: the command does not fit into them.
        """

    def read_command(self, token: str) -> SignedCommand | None:
        """None: it is not signed by this installation."""

    def digest_of(self, credential: str) -> str:
        """Tells two credentials apart and gives neither away."""

    def connect_code(self, organization_id: int, expires: date) -> str: ...

    def read_connect_code(self, code: str, today: date) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What a channel's reader has understood of an inbox item."""

    request: Request | None
    """None: nothing to do; `note` says why."""
    note: str = ""
    events: tuple[DeliveryEvent, ...] = field(default=())


class Front(Protocol):
    """The core as the asynchronous channels see it."""

    async def hear(self, arrival: Arrival) -> None:
        """Store something said, and commit; it is understood right after, or by a sweep.

        Raises:
            StorageDown: it could not be stored; the platform must send it again.
        """

    async def ask(self, arrival: Arrival, request: Request) -> Reply:
        """Store something asked, handle it and give the answer to pass on.

        Raises:
            StorageDown: it could not be stored; whoever asked must ask again.
            AnswerDelayed: it is stored, and will be answered late.
        """

    async def note(self, events: Sequence[DeliveryEvent]) -> None:
        """Take in what a provider tells about deliveries.

        Raises:
            StorageDown: it could not be stored.
        """

    async def suggest(self, origin: Origin, field: str, typed: str) -> list[str]:
        """Completions of an option while it is typed; leaves no trace."""

    async def workspace_found(
        self, channel: Channel, workspace: str, name: str, *, belongs: bool = True
    ) -> None:
        """A workspace that the installation can write in.

        Args:
            channel: of the workspace.
            workspace: as the platform names it.
            name: for people.
            belongs: it is the installation's own, linked from the start; any other one joins by a code.
        """


class StorageDown(Exception):  # noqa: N818 -- a state of the database, not a mistake of the caller
    """The database does not answer; nothing was stored."""


class AnswerDelayed(Exception):  # noqa: N818 -- a promise, not a mistake of the caller
    """What was asked is stored and could not be carried out yet; a sweep does it and answers late."""


class Reader(Protocol):
    """A channel's understanding of what was stored raw."""

    async def read(self, item: InboxItem) -> Reading:
        """What that item means.  Anything it raises counts as a try in vain."""

    async def profile(self, address: Address) -> Profile:
        """Who is at an address that the core does not know yet."""

    async def answer_late(self, item: InboxItem, reply: Reply) -> None:
        """Answer something asked whose own request is gone, if the platform's handle is still valid."""


@runtime_checkable
class ReaderOfMany(Reader, Protocol):
    """Reads several at once for less than one after the other; of whoever it reads the core knows enough."""

    async def read_all(self, items: Sequence[InboxItem]) -> Sequence[Reading | Exception]:
        """What each means, or what `read` would raise of it."""
