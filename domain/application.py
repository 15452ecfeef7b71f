"""The front door: all that arrives, is asked, planned or sent passes here, a unit of work at a time."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from domain import housekeeping, mail_guards
from domain.commands import InboxRef, Origin, Request, Search, Surface
from domain.conversation import Conversation
from domain.deliveries import LEASE, Key, Kind, NewDelivery, Recipient
from domain.delivery_events import DeliveryEvent
from domain.handled import Handled
from domain.messages import Mark, Nothing, Reply, Say
from domain.outgoing import Outgoing
from domain.people import CHATS, Channel
from domain.ports.front import Reading
from domain.ports.inbox import Arrival, InboxItem, InboxState, Lane, LockedItem
from domain.ports.planning import Planned
from domain.ports.search import FeedEntry
from domain.ports.storage import Storage, UnitOfWork, WriteConflict
from domain.retention import Retention
from domain.services import digests, prompting, rerouting
from domain.wording import word

MOST_TRIES = 8
"""Tries to understand an inbox item after which it waits for a person."""
FIRST_RETRY = timedelta(seconds=5)
"""Before the second try; tripled for each further one, so that the last is three hours after the first."""
SWEEP_AFTER = timedelta(seconds=5)
"""How long an item is left to the process that stored it, before any other takes it up."""
SWEEP_AT_ONCE = 100
KEPT = Retention()
log = logging.getLogger(__name__)


class DoneLog:
    """The done log.  Synchronous, for any thread; a method is one transaction unless it says otherwise."""

    def __init__(self, storage: Storage, conversation: Conversation, retention: Retention = KEPT) -> None:
        self.outgoing = Outgoing(storage)
        """The part that senders need."""
        self._storage = storage
        self._conversation = conversation
        self._retention = retention

    # ------------------------------------------------------------ what arrives

    def store(self, arrivals: Sequence[Arrival], now: datetime) -> list[InboxRef | None]:
        """Store arrivals raw, in one transaction; None for each that was stored before."""
        with self._storage.begin() as uow:
            refs = uow.inbox.add(arrivals, now)
            uow.commit()
            return refs

    def load(self, ref: InboxRef) -> InboxItem | None:
        """The stored item; None when it is understood already or another worker has it."""
        with self._storage.begin() as uow:
            return uow.inbox.load(ref)

    def process(self, ref: InboxRef, reading: Reading, now: datetime) -> Reply:
        """Carry out what an inbox item means, once, and say what is left to say.

        Something said is answered by deliveries, written in the same transaction; the reply returned for
        something asked goes out through its own handle.

        Raises:
            ProfileWanted: the channel must first say who it is; nothing was changed.
        """
        try:
            return self.process_all([(ref, reading)], now)[0]
        except WriteConflict:
            return self.process_all([(ref, reading)], now)[0]

    def process_all(self, work: Sequence[tuple[InboxRef, Reading]], now: datetime) -> list[Reply]:
        """The same for several, one after the other in one transaction: all of them or none.

        Raises:
            ProfileWanted: as above, of one of them.
            WriteConflict: another worker recorded the same; nothing was changed.
        """
        with self._storage.begin() as uow:
            taken = {item.ref: item for item in uow.inbox.take([ref for ref, _ in work])}
            meant = [_meant(taken.pop(ref, None), reading) for ref, reading in work]
            self._expect(uow, [reading.request.origin for _, reading in meant if reading.request], now)
            replies = [self._carry_out(uow, item, reading, now) for item, reading in meant]
            uow.commit()
            return replies

    def _expect(self, uow: UnitOfWork, origins: Sequence[Origin], now: datetime) -> None:
        uow.expect(origins)
        writers = {each.person_id for each in origins if each.surface is Surface.MAIL}
        uow.limits.expect([mail_guards.mail_counter(each) for each in writers if each is not None], now)

    def _carry_out(self, uow: UnitOfWork, item: LockedItem | None, reading: Reading, now: datetime) -> Reply:
        if item is None:
            return Nothing("another worker has it")
        if reading.events:
            rerouting.note(uow, reading.events, now)
        if reading.request is None:
            uow.inbox.finish(item.ref, InboxState.DONE, None, None, reading.note)
            return Nothing(reading.note)
        return self._handle(uow, item, reading.request, now)

    def _handle(self, uow: UnitOfWork, item: LockedItem, request: Request, now: datetime) -> Reply:
        origin = request.origin
        handled = self._conversation.handle(uow, request, now)
        sender = str(origin.address) if handled.state is InboxState.HELD else ""
        uow.inbox.finish(
            item.ref, handled.state, handled.organization_id, handled.person_id, handled.note, sender
        )
        if handled.stopped_identity_id is not None:
            rerouting.stop_mail(uow, handled.stopped_identity_id, now)
        if handled.event is not None:
            rerouting.note(uow, [handled.event], now)
        if item.lane is Lane.SAID:
            self._answer_by_delivery(uow, item, origin, handled, now)
        return _reply(handled, origin.address.channel)

    def _answer_by_delivery(
        self, uow: UnitOfWork, item: LockedItem, origin: Origin, handled: Handled, now: datetime
    ) -> None:
        marked = handled.mark and origin.address.channel in CHATS and bool(origin.source_ref)
        if handled.organization_id is None or (handled.facts is None and not marked):
            return
        identity_id = handled.identity.id if handled.identity else None
        if handled.stopped_identity_id == identity_id:
            identity_id = None  # that her mail is stopped is the last mail she gets
        answer = NewDelivery(
            key=Key(item.ref.day, Kind.REPLY, item.ref.id),
            organization_id=handled.organization_id,
            recipient=Recipient(origin.address, origin.direct, identity_id),
            due_at=now,
            person_id=handled.person_id,
            facts=handled.facts,
            answers=origin.answer_to,
        )
        answers = [] if handled.facts is None else [answer]
        if marked:
            key = answer.key._replace(kind=Kind.MARK)
            answers.insert(0, replace(answer, key=key, facts=None, answers=origin.source_ref))
        uow.tenant(handled.organization_id).outbox.add(answers)

    def failed(self, ref: InboxRef, tries: int, note: str, now: datetime) -> None:
        """Note that a try to understand an item failed; the next one waits three times as long.

        Args:
            ref: the item.
            tries: how many had failed before.
            note: what went wrong, without any of its text.
            now: the product's time.
        """
        with self._storage.begin() as uow:
            uow.inbox.failed(ref, note, MOST_TRIES, now + FIRST_RETRY * 3**tries)
            uow.commit()

    def waiting(self, now: datetime) -> list[InboxRef]:
        """Up to `SWEEP_AT_ONCE` items to take up again: their process died, or their last try failed."""
        with self._storage.begin() as uow:
            return uow.inbox.waiting(now - SWEEP_AFTER, SWEEP_AT_ONCE)

    def note(self, events: Sequence[DeliveryEvent], now: datetime) -> int:
        """Take in what providers tell about deliveries; returns how many events were new."""
        with self._storage.begin() as uow:
            count = rerouting.note(uow, events, now)
            uow.commit()
            return count

    # ------------------------------------------------------------ what is due

    def plan_prompts(self, now: datetime) -> Planned:
        with self._storage.begin() as uow:
            planned = prompting.plan_prompts(uow, now)
            uow.commit()
            return planned

    def plan_digests(self, now: datetime) -> int:
        with self._storage.begin() as uow:
            planned = digests.plan_digests(uow, now)
            uow.commit()
            return planned

    def idle(self, now: datetime) -> bool:
        """Nothing due is waiting or on its way, in the ledger, the inbox or the search feed."""
        with self._storage.begin() as uow:
            return uow.ledger.idle(now) and uow.feed.idle() and not uow.inbox.waiting(now, 1)

    def keep_house(self, now: datetime, lease_now: datetime) -> Mapping[str, int]:
        """Upkeep, in several transactions: see `domain.housekeeping.keep_house`."""
        return housekeeping.keep_house(self._storage, self._retention, now, lease_now)

    # ------------------------------------------------------------ the search engine

    def claim_feed(self, lease_now: datetime, limit: int) -> list[FeedEntry]:
        """Dones whose place in the search engine is out of date."""
        with self._storage.begin() as uow:
            entries = uow.feed.claim(lease_now, LEASE, limit)
            uow.commit()
            return entries

    def indexed(self, entries: Sequence[FeedEntry]) -> int:
        with self._storage.begin() as uow:
            count = uow.feed.indexed(entries)
            uow.commit()
            return count

    # ------------------------------------------------------------ who is who

    def workspace_found(
        self, channel: Channel, workspace: str, name: str, now: datetime, *, belongs: bool = True
    ) -> None:
        """A workspace takes messages, or does so again: send what waits for that, and link it if it is new.

        Args:
            channel: of the workspace.
            workspace: as the platform names it.
            name: for people.
            now: the product's time.
            belongs: it is the installation's own; any other is linked by a code alone.
        """
        with self._storage.begin() as uow:
            if uow.directory.resume(channel, workspace):
                uow.ledger.hasten(channel, workspace, now, rerouting.LOOK_AT_WORKSPACE_AGAIN)
            if belongs and uow.directory.organization_of(channel, workspace) is None:
                organization_id = uow.directory.organizations()[0].id
                uow.directory.link(organization_id, channel, workspace, name)
                log.info("%s is connected", name or workspace, extra={"action": "workspace_linked"})
            uow.commit()

    def linked(self, channel: Channel) -> list[str]:
        """The workspaces or guilds of that channel that belong here, as the platform names them."""
        with self._storage.begin() as uow:
            return [
                workspace.external_id
                for organization in uow.directory.organizations()
                for workspace in uow.directory.workspaces(organization.id)
                if workspace.channel is channel
            ]

    def suggest(self, origin: Origin, field: str, typed: str) -> list[str]:
        """Completions for an option: names of people for `from`, of teams for `team`."""
        with self._storage.begin() as uow:
            organization_id = uow.directory.organization_of(origin.address.channel, origin.guild)
            identities = uow.directory.identities_at(origin.address)
            if organization_id is None and len(identities) == 1:
                organization_id = identities[0].organization_id
            if organization_id is None:
                return []
            tenant = uow.tenant(organization_id)
            if tenant.people.at(origin.address) is None:
                return []
            if field == "from":
                return [person.name for person in tenant.people.named(typed)]
            start = typed.casefold()
            return [team.name for team in tenant.teams.everything() if team.name.casefold().startswith(start)]


def _meant(item: LockedItem | None, reading: Reading) -> tuple[LockedItem | None, Reading]:
    """Add to a reading what people have decided about its item since it arrived: whose it is, and where."""
    if item is None:
        return None, Reading(None)
    request = reading.request
    if request is None:
        return item, reading
    if item.organization_id is None and request.origin.inbox == item.ref:
        return item, reading
    origin = replace(request.origin, inbox=item.ref)
    if item.organization_id is not None:
        origin = replace(origin, organization_id=item.organization_id)
        if item.person_id is not None:
            origin = replace(origin, person_id=item.person_id, vouched=True)
    return item, replace(reading, request=replace(request, origin=origin))


def calls_search_engine(reading: Reading) -> bool:
    """Whether carrying it out calls a search engine, which may be slow: nothing should wait for it."""
    request = reading.request
    if request is None:
        return False
    return isinstance(request.command, Search) or request.text.lstrip()[:7].casefold() == "search "


def _reply(handled: Handled, channel: Channel) -> Reply:
    if handled.facts is not None:
        return Say(word(handled.facts, channel), handled.organization_id, handled.audience)
    return Mark() if handled.mark else Nothing(handled.note)
