"""The core as the asynchronous channels see it (`domain.ports.front.Front`)."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from adapters.common.batches import Batches
from bot.bridge import Bridge
from domain.application import DoneLog, calls_search_engine
from domain.commands import InboxRef, Origin, Request
from domain.delivery_events import DeliveryEvent
from domain.errors import ProfileWanted
from domain.messages import Nothing, Reply
from domain.people import Channel
from domain.ports.front import AnswerDelayed, Clock, Reader, ReaderOfMany, Reading, StorageDown
from domain.ports.inbox import Arrival, InboxItem, Lane, Source

AT_ONCE = 16
"""Inbox items that one process reads back and understands at the same time."""
MOST_IN_HAND = 32 * 1024 * 1024
"""Octets of the items that one process understands without reading them back."""
AROUND = 4 * 1024
"""Octets that an item takes besides what it holds: its task, and what waits for it."""
LARGE = 64 * 1024
"""Octets; what is larger is stored alone, and nothing else waits for it."""
Work = tuple[InboxRef, Reading]
log = logging.getLogger(__name__)


class CoreFront:
    """Stores first, understands after; the storing process tries at once, a sweep takes what is left."""

    def __init__(self, done_log: DoneLog, bridge: Bridge, clock: Clock) -> None:
        self._done_log = done_log
        self._bridge = bridge
        self._clock = clock
        self._readers: Mapping[Source, Reader] = {}
        self._readers_of_many: Mapping[Source, ReaderOfMany] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._in_hand: set[InboxRef] = set()
        self._octets_in_hand = 0
        self._places = asyncio.Semaphore(AT_ONCE)
        self._heard = Batches(self._hear_all, self._hear_alone)
        self._stored = Batches(self._store_all, self._store_alone)
        self._processed = Batches(self._process_all, self._process_alone)
        self._open = True
        self.answered = asyncio.Event()
        """Set whenever something may have become ready to send."""

    def understand_by(self, readers: Mapping[Source, Reader]) -> None:
        """Which channel understands which kind of payload."""
        self._readers = readers
        self._readers_of_many = {
            source: reader for source, reader in readers.items() if isinstance(reader, ReaderOfMany)
        }

    async def hear(self, arrival: Arrival) -> None:
        if len(arrival.raw) > LARGE:
            await self._hear_alone(arrival)
        else:
            await self._heard.call(arrival)

    async def _hear_alone(self, arrival: Arrival) -> None:
        await self._hear_all([arrival])

    async def _hear_all(self, arrivals: Sequence[Arrival]) -> Sequence[None]:
        refs = await self._store_all(arrivals)
        if self._open:
            self._take_up([(ref, each) for ref, each in zip(refs, arrivals, strict=True) if ref is not None])
        return [None] * len(arrivals)

    def _take_up(self, stored: Sequence[tuple[InboxRef, Arrival]]) -> None:
        """What is small, and for which there is room, is understood without being read back."""
        small: defaultdict[Source, list[InboxItem]] = defaultdict(list)
        room = MOST_IN_HAND - self._octets_in_hand
        for ref, arrival in stored:
            octets = len(arrival.raw) + AROUND
            if len(arrival.raw) > LARGE or octets > room:
                self._begin([ref], 0, self.understand(ref))
            else:
                room -= octets
                item = InboxItem(ref, arrival.source, arrival.lane, arrival.raw, arrival.at, tries=0)
                small[item.source].append(item)
        for source, items in small.items():
            for some in [items] if source in self._readers_of_many else [[each] for each in items]:
                octets = sum(len(each.raw) + AROUND for each in some)
                self._begin([each.ref for each in some], octets, self._carry_out(some))

    def _begin(self, refs: Sequence[InboxRef], octets: int, understood: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(understood)
        self._running.add(task)
        self._in_hand.update(refs)
        self._octets_in_hand += octets
        task.add_done_callback(partial(self._ended, refs, octets))

    def _ended(self, refs: Sequence[InboxRef], octets: int, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._in_hand.difference_update(refs)
        self._octets_in_hand -= octets

    async def ask(self, arrival: Arrival, request: Request) -> Reply:
        ref = await self._store_to_answer(arrival)
        if ref is None:
            return Nothing("asked before")
        try:
            reader = self._readers.get(arrival.source)
            return await self._process(ref, Reading(request), reader)
        except StorageDown as down:
            log.warning("something asked is stored; the database has stopped to answer since")
            raise AnswerDelayed from down
        except Exception as error:  # the outermost loop of what is asked, as `understand` is of what is said
            log.exception("something asked could not be answered at once", extra={"action": "ask_failed"})
            raise AnswerDelayed from error

    async def _store_to_answer(self, arrival: Arrival) -> InboxRef | None:
        """Store it; if the answer to a COMMIT is lost, trying once more shows whether it took effect.

        Raises:
            StorageDown: it is not known to be stored.
            AnswerDelayed: it is, and will be answered late.
        """
        try:
            return await self._store(arrival)
        except StorageDown as down:
            ref = await self._store(arrival)
            if ref is None:
                raise AnswerDelayed from down
            return ref

    async def _store(self, arrival: Arrival) -> InboxRef | None:
        if len(arrival.raw) > LARGE:
            return await self._store_alone(arrival)
        return await self._stored.call(arrival)

    async def _store_alone(self, arrival: Arrival) -> InboxRef | None:
        [ref] = await self._store_all([arrival])
        return ref

    async def _store_all(self, arrivals: Sequence[Arrival]) -> Sequence[InboxRef | None]:
        return await self._bridge.capture(self._done_log.store, arrivals, self._clock.now())

    async def note(self, events: Sequence[DeliveryEvent]) -> None:
        await self._bridge.capture(self._done_log.note, events, self._clock.now())

    async def suggest(self, origin: Origin, field: str, typed: str) -> list[str]:
        return await self._bridge.call(self._done_log.suggest, origin, field, typed)

    async def workspace_found(
        self, channel: Channel, workspace: str, name: str, *, belongs: bool = True
    ) -> None:
        await self._bridge.call(
            self._done_log.workspace_found, channel, workspace, name, self._clock.now(), belongs=belongs
        )

    async def understand(self, ref: InboxRef) -> None:
        """Carry out an inbox item; whatever goes wrong is counted on it, and the sweep tries again."""
        async with self._places:
            item = await self._bridge.call(self._done_log.load, ref)
            if item is not None:
                await self._carry_out([item])

    async def _carry_out(self, items: Sequence[InboxItem]) -> None:
        """Items of one source, together as far as that goes; one bad item stops no other."""
        reader = self._readers.get(items[0].source)
        if reader is None:
            return  # another process speaks that channel
        together: list[tuple[InboxItem, Reading]] = []
        rest: list[Coroutine[Any, Any, None]] = []
        for item, reading in zip(items, await self._read(items, reader), strict=True):
            if isinstance(reading, Exception):
                rest.append(self._failed(item, reading))
            elif item.lane is Lane.ASKED or calls_search_engine(reading):
                rest.append(self._carry_out_alone(item, reading, reader))
            else:
                together.append((item, reading))
        outcomes = await self._processed.call_all([(item.ref, reading) for item, reading in together])
        for (item, reading), outcome in zip(together, outcomes, strict=True):
            if isinstance(outcome, ProfileWanted):
                rest.append(self._carry_out_alone(item, reading, reader))
            elif isinstance(outcome, Exception):
                rest.append(self._failed(item, outcome))
            else:
                self.answered.set()
        await asyncio.gather(*rest)

    async def _read(self, items: Sequence[InboxItem], reader: Reader) -> Sequence[Reading | Exception]:
        of_many = self._readers_of_many.get(items[0].source)
        if of_many is not None:
            return await of_many.read_all(items)
        [item] = items
        try:
            return [await reader.read(item)]
        except Exception as error:  # noqa: BLE001 -- counted on the item
            return [error]

    async def _carry_out_alone(self, item: InboxItem, reading: Reading, reader: Reader) -> None:
        try:
            reply = await self._process(item.ref, reading, reader)
            if item.lane is Lane.ASKED:
                await reader.answer_late(item, reply)
        except Exception as error:  # noqa: BLE001 -- counted on the item
            await self._failed(item, error)

    async def _failed(self, item: InboxItem, error: Exception) -> None:
        log.error(
            "inbox item %s could not be handled",
            item.ref.id,
            exc_info=error,
            extra={"action": "inbox_failed"},
        )
        note = f"{type(error).__name__}: see the log"
        await self._bridge.settle(self._done_log.failed, item.ref, item.tries, note, self._clock.now())

    async def _process(self, ref: InboxRef, reading: Reading, reader: Reader | None) -> Reply:
        try:
            reply = await self._process_alone((ref, reading))
        except ProfileWanted:
            if reader is None or reading.request is None:
                raise
            origin = reading.request.origin
            named = replace(origin, profile=await reader.profile(origin.address))
            named_too = replace(reading, request=replace(reading.request, origin=named))
            reply = await self._process_alone((ref, named_too))
        self.answered.set()
        return reply

    async def _process_alone(self, work: Work) -> Reply:
        return await self._bridge.call(self._done_log.process, *work, self._clock.now())

    async def _process_all(self, work: Sequence[Work]) -> Sequence[Reply]:
        return await self._bridge.call(self._done_log.process_all, work, self._clock.now())

    async def sweep(self) -> int:
        """Take up what is left over; how many items that were."""
        waiting = await self._bridge.call(self._done_log.waiting, self._clock.now())
        refs = [ref for ref in waiting if ref not in self._in_hand]  # those wait for their turn here
        await asyncio.gather(*(self.understand(ref) for ref in refs))
        return len(refs)

    async def close(self) -> None:
        """From now on only store; another process, or the next start, understands."""
        self._open = False
        await self.settled()

    async def settled(self) -> None:
        """Wait until this process is done with all it has heard."""
        while self._running:
            await asyncio.gather(*self._running, return_exceptions=True)
