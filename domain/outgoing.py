"""What goes out: claimed, sent by others, recorded; looked for where nobody knows whether it was sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.deliveries import (
    DIGEST_KINDS,
    LEASE,
    REFUSED_FOR,
    Claimed,
    Delivery,
    Kind,
    Later,
    LimitScope,
    Never,
    Ref,
    RefusalScope,
    Result,
    Sent,
    State,
)
from domain.doubts import Doubt, Doubted, Evidence, Found, SafeToRepeat, Verdict, judge
from domain.facts import Facts
from domain.limit_reports import CallSpacing
from domain.people import Address, Channel
from domain.ports.storage import Storage, UnitOfWork
from domain.services import delivery, digests, rerouting

REFUSES_ALL = "its workspace refuses everything"


@dataclass(frozen=True, slots=True)
class Batch:
    """What one claim gave: the rows, and the deliveries for the sender in the same order."""

    claimed: tuple[Claimed, ...]
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True)
class DoubtBatch:
    """Deliveries to look for: the rows, and what the sender looks for in the same order."""

    doubted: tuple[Doubted, ...]
    doubts: tuple[Doubt, ...]


class Outgoing:
    """The ledger as senders see it.  Synchronous; a method is one transaction unless it says otherwise."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    # ------------------------------------------------------------ sending

    def claim(self, channel: Channel, now: datetime, lease_now: datetime, limit: int) -> Batch:
        """Due deliveries of a channel that this worker alone may send until the lease ends."""
        with self._storage.begin() as uow:

            def gather(picked: Sequence[Claimed]) -> Mapping[Ref, Facts | None]:
                return delivery.prompt_facts(uow, picked) | _digest_facts(uow, picked, now)

            due = uow.ledger.claim(channel, now, lease_now, LEASE, limit, gather)
            claimed = _without_refusing_workspaces(uow, channel, due, now, lease_now)
            versions = _address_versions(uow, channel, claimed)
            uow.commit()
        deliveries = (delivery.for_sender(each, versions.get(each.person_id or 0, 0)) for each in claimed)
        return Batch(tuple(claimed), tuple(deliveries))

    def record(
        self,
        claimed: Sequence[Claimed],
        results: Sequence[Result],
        now: datetime,
        lease_now: datetime | None = None,
    ) -> int:
        """Write down how attempts ended; the rest of a long message follows its head.

        Where an address refuses for good the person is asked on her next channel.

        Args:
            claimed: of one channel.
            results: what became of them.
            now: the product's time.
            lease_now: real time, in which providers' limits live; None: it is the same.
        """
        with self._storage.begin() as uow:
            spared = rerouting.spare_workspaces(uow, claimed, results, now)
            count = uow.ledger.record(spared, now)
            _apply_limits(uow, claimed, results, lease_now or now)
            rerouting.leave_addresses(uow, claimed, spared, now)
            _add_further_parts(uow, claimed, spared, now)
            uow.commit()
            return count

    def report_limit(
        self,
        where: Address,
        told: Later | CallSpacing,
        now: datetime,
        lease_now: datetime,
        credential: str = "",
    ) -> None:
        """Tell all workers what a provider has said of its limits, and managers what only people can mend.

        Args:
            where: channel and workspace.
            told: a refusal that closes something, or how calls are to be spread.
            now: the product's time.
            lease_now: real time, in which providers' limits live.
            credential: a digest of what the provider was called with.
        """
        with self._storage.begin() as uow:
            is_news = uow.ledger.report_limit(where, told, lease_now, credential)
            if is_news and isinstance(told, Later):
                rerouting.tell_of_closing(uow, where.channel, told.reason, now)
            uow.commit()

    def begin_sending(self, channel: Channel, credential: str, now: datetime, lease_now: datetime) -> None:
        """A process begins to send there: where another credential was refused this one is tried at once.

        Args:
            channel: which it sends by.
            credential: a digest of what it will call the provider with; empty: each workspace has its own.
            now: the product's time.
            lease_now: real time.
        """
        with self._storage.begin() as uow:
            if credential and uow.ledger.try_new_credential(channel, credential, lease_now):
                uow.ledger.hasten(channel, None, now, REFUSED_FOR)
            uow.commit()

    # ------------------------------------------------------------ settling doubts

    def claim_doubts(self, channel: Channel, now: datetime, lease_now: datetime, limit: int) -> DoubtBatch:
        """Deliveries of a channel that may have been sent, for this worker alone to look for."""
        with self._storage.begin() as uow:
            doubted = uow.ledger.claim_doubts(channel, now, lease_now, LEASE, limit)
            uow.commit()
        doubts = (
            Doubt(
                delivery.for_sender(each.claimed),
                each.since,
                since_first=now - each.since,
                since_last=now - each.started_at,
                provider_tells=each.provider_tells,
            )
            for each in doubted
        )
        return DoubtBatch(tuple(doubted), tuple(doubts))

    def settle(
        self, doubted: Sequence[Doubted], evidence: Sequence[Evidence], now: datetime
    ) -> Mapping[State, int]:
        """Write down what came of looking; how many deliveries came to each state."""
        verdicts = [
            judge(each, _best(each, found), now) for each, found in zip(doubted, evidence, strict=True)
        ]
        with self._storage.begin() as uow:
            uow.ledger.settle(verdicts)
            _add_further_parts(uow, [each.claimed for each in doubted], _sent(doubted, verdicts), now)
            uow.commit()
        states = [each.state for each in verdicts]
        return {state: states.count(state) for state in set(states)}

    # ------------------------------------------------------------ leaving what is closed

    def leave_closed(self, now: datetime, lease_now: datetime) -> int:
        """Ask on people's next channel what is due where everything is refused; how many, all in all.

        A transaction for every `rerouting.LEFT_AT_ONCE` of them.
        """
        total = 0
        while True:
            with self._storage.begin() as uow:
                left = rerouting.leave_closed(uow, now, lease_now)
                uow.commit()
            total += left
            if left < rerouting.LEFT_AT_ONCE:
                return total


def _without_refusing_workspaces(
    uow: UnitOfWork,
    channel: Channel,
    claimed: Sequence[Claimed],
    now: datetime,
    lease_now: datetime,
) -> list[Claimed]:
    """Without those whose workspace refuses everything: they end as if it had been called for each."""
    refused = uow.ledger.held_back(channel, claimed, lease_now) if claimed else []
    if not refused:
        return list(claimed)
    outcome = Never(REFUSES_ALL, RefusalScope.WORKSPACE)
    results = [Result(each.ref, each.fence, each.attempt, outcome) for each in refused]
    uow.ledger.record(rerouting.spare_workspaces(uow, refused, results, now), now)
    refs = {each.ref for each in refused}
    return [each for each in claimed if each.ref not in refs]


def _address_versions(uow: UnitOfWork, channel: Channel, claimed: Sequence[Claimed]) -> Mapping[int, int]:
    """Of those who have renewed the address that their mails come from."""
    if channel is not Channel.EMAIL or not claimed:
        return {}
    return uow.directory.address_versions([each.person_id for each in claimed if each.person_id])


def _digest_facts(uow: UnitOfWork, claimed: Sequence[Claimed], now: datetime) -> dict[Ref, Facts | None]:
    """What the digests among these tell, gathered at the last moment: people write until it is sent."""
    waiting = [each for each in claimed if each.key.kind in DIGEST_KINDS and each.facts is None]
    days = uow.ledger.team_days(waiting) if waiting else {}
    return {ref: digests.compose(each, now) for ref, each in days.items()}


def _apply_limits(
    uow: UnitOfWork, claimed: Sequence[Claimed], results: Sequence[Result], lease_now: datetime
) -> None:
    """Open again what took something; close the workspaces that refuse everything."""
    if not claimed:
        return
    where = {each.ref: each.recipient.address._replace(external_id="") for each in claimed}
    reached = {where[each.ref].workspace for each in results if isinstance(each.outcome, Sent)}
    uow.ledger.reopen(claimed[0].recipient.address.channel, results, lease_now, reached)
    for address, reason in rerouting.refusing_workspaces(where, results).items():
        closed = Later(reason, rerouting.LOOK_AT_WORKSPACE_AGAIN, LimitScope.WORKSPACE)
        uow.ledger.report_limit(address, closed, lease_now)


def _add_further_parts(
    uow: UnitOfWork, claimed: Sequence[Claimed], results: Sequence[Result], now: datetime
) -> None:
    parts = delivery.further_parts(claimed, results, now)
    if parts:
        uow.ledger.add_parts(parts)


def _best(doubted: Doubted, evidence: Evidence) -> Evidence:
    """What the sender found, unless it is known anyway."""
    if doubted.late_receipt is not None:
        return Found(doubted.late_receipt)
    return SafeToRepeat() if doubted.claimed.key.kind is Kind.MARK else evidence


def _sent(doubted: Sequence[Doubted], verdicts: Sequence[Verdict]) -> list[Result]:
    return [
        Result(each.claimed.ref, each.claimed.fence, each.claimed.attempt, Sent(verdict.receipt))
        for each, verdict in zip(doubted, verdicts, strict=True)
        if verdict.state is State.ACCEPTED and verdict.receipt is not None
    ]
