"""Which organization and person a request is from."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol

from domain.people import Address, Channel, Identity


@dataclass(frozen=True, slots=True)
class OrganizationIdentity:
    """An identity with its organization: one of those a request could be for."""

    organization_id: int
    organization_name: str
    identity: Identity


@dataclass(frozen=True, slots=True)
class Direct:
    """The open direct message with somebody."""

    number: int
    """The id of her identity."""
    workspace: str
    conversation: str


class Organization(NamedTuple):
    """A tenant."""

    id: int
    name: str


class Workspace(NamedTuple):
    """A Slack workspace or Discord server that is linked to an organization."""

    channel: Channel
    external_id: str
    name: str


class Directory(Protocol):
    """Finds the organization of what arrives; reads across organizations, returns no text to people."""

    def organization_of(self, channel: Channel, workspace: str) -> int | None:
        """The organization that a Slack team or Discord guild is linked to."""

    def identities_at(self, address: Address) -> list[OrganizationIdentity]:
        """Every active identity with that address, of active people, in any organization."""

    def address_versions(self, person_ids: Collection[int]) -> dict[int, int]:
        """Those of these people whose mail address is not the first one they were given, with its version."""

    def last_prompted(self, address: Address) -> int | None:
        """The organization whose prompt was the last one accepted at that address."""

    def directs(
        self, channel: Channel, days: tuple[date, date], after: int, limit: int, *, asked: bool
    ) -> list[Direct]:
        """Open direct messages of active identities, those numbered above `after`, ascending.

        Args:
            channel: on which.
            days: the first and the last log day that count for `asked`.
            after: the last number of the page before.
            limit: the most that are wanted.
            asked: only those of people with a prompt on these days.
        """

    def link(self, organization_id: int, channel: Channel, workspace: str, name: str) -> None:
        """Link a workspace or guild to an organization; a no-op when it is linked to it already.

        Raises:
            Refusal: it is linked to another one.
        """

    def ensure_organization(self, name: str, zone: str, now: datetime) -> int:
        """The installation's own organization, made when there is none yet."""

    def organizations(self) -> list[Organization]:
        """All of them; the installation's own comes first."""

    def workspaces(self, organization_id: int) -> list[Workspace]:
        """Those that are linked to it, by channel and name."""

    def pause(self, channel: Channel, workspace: str, reason: str, now: datetime) -> str | None:
        """Note that a workspace or guild takes no messages; its name, or None when that was known."""

    def resume(self, channel: Channel, workspace: str) -> bool:
        """Note that it takes messages again; False: it was not paused."""

    def resume_those_reached(self, now: datetime) -> int:
        """The same for each that something was sent to since it was paused; returns how many."""
