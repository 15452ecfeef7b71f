"""Carries deliveries to Discord."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from adapters.common.in_turn import send_in_turn
from adapters.discord.api import DiscordApi
from adapters.discord.history import NONCE_IS_SAFE, look, nonce_of
from adapters.discord.markdown import unstyled
from adapters.discord.outcomes import (
    NO_THREADS,
    OPENED_TOO_FAST,
    OPENED_TOO_FAST_WAIT,
    THREAD_EXISTS,
    TROUBLE,
    OpenedTooFast,
    code_of,
    outcome_of,
)
from adapters.discord.render import render
from domain.commands import Command
from domain.deliveries import Delivery, Kind, Later, LimitScope, Outcome, Sent
from domain.doubts import Doubt, Evidence, SafeToRepeat
from domain.limit_reports import ReportLimit, ignore_limit
from domain.messages import Message
from domain.people import Channel
from domain.ports.front import Tokens
from domain.render_cache import RenderCache, Sign

CHECK_MARK = "✅"
MOST_IN_NAME = 100
"""Of a thread: https://docs.discord.com/developers/resources/channel#start-thread-from-message."""
AT_ONCE = 50
"""Calls on their way together: enough to keep a process busy, however many are claimed at a time."""


class DiscordSender:
    """Posts messages and puts check marks; one call at a time in each channel.

    Args:
        api: how Discord is called.
        tokens: signs what buttons carry.
    """

    channel = Channel.DISCORD
    batch = 250

    def __init__(self, api: DiscordApi, tokens: Tokens) -> None:
        self._api = api
        self._tokens = tokens
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._opens_again_at = 0.0
        self._closed_until = 0.0
        self._why_closed = Later("")
        self._cache = RenderCache(_written)
        self.credential = tokens.digest_of(api.token)

    async def send(
        self, deliveries: Sequence[Delivery], report_limit: ReportLimit = ignore_limit
    ) -> list[Outcome]:
        """Send each at its turn; the outcomes are in the order of the deliveries, whatever happens."""
        began = asyncio.get_running_loop().time()
        try:
            await self._api.open()
        except TROUBLE as trouble:
            outcome = outcome_of(trouble, repeatable=True)
            if isinstance(outcome, Later) and deliveries:
                report_limit(deliveries[0], outcome)
            return [outcome] * len(deliveries)
        # All are written down before the first call: between calls it would cost three times as much.
        bodies = [self._body(each) for each in deliveries]

        async def send(index: int) -> Outcome:
            return await self._send_unless_closed(deliveries[index], bodies[index])

        return await send_in_turn(deliveries, _conversation, send, report_limit, began)

    async def _send_unless_closed(self, delivery: Delivery, body: bytes) -> Outcome:
        async with self._slots:
            outcome = self._closed() or await self._send(delivery, body)
        if isinstance(outcome, Later):
            self._close(outcome)
        return outcome

    def _closed(self) -> Later | None:
        """Why nothing is called now: of many that are on their way, those behind the first refusal."""
        left = self._closed_until - asyncio.get_running_loop().time()
        return replace(self._why_closed, after=timedelta(seconds=left)) if left > 0 else None

    def _close(self, told: Later) -> None:
        if told.closes is LimitScope.EVERYTHING and told.after is not None:
            self._closed_until = asyncio.get_running_loop().time() + told.after.total_seconds()
            self._why_closed = told

    async def look(self, doubts: Sequence[Doubt]) -> list[Evidence]:
        """Young ones may be sent again, by their nonce; of others the channel's history tells."""
        return list(await asyncio.gather(*(self._look(each) for each in doubts)))

    async def _look(self, doubt: Doubt) -> Evidence:
        if doubt.delivery.message is None:
            return SafeToRepeat()
        if doubt.since_first < NONCE_IS_SAFE:
            return SafeToRepeat(left=NONCE_IS_SAFE - doubt.since_first)
        async with self._slots:
            content = render(doubt.delivery.message, self._sign(doubt.delivery))
            return await look(self._api, doubt, content, nonce_of(doubt.delivery))

    async def _send(self, delivery: Delivery, body: bytes) -> Outcome:
        if delivery.message is None:
            return await self._mark(delivery)
        opened: str | None = None
        try:
            channel = await self._known_channel(delivery, delivery.message)
            if channel is None:
                channel = opened = await self._open(delivery)
        except TROUBLE as trouble:
            return outcome_of(trouble, repeatable=True)
        return await self._post(channel, body, opened)

    async def _open(self, delivery: Delivery) -> str:
        """The direct message with a person; none is opened for a while once Discord has had enough of it."""
        left = self._opens_again_at - asyncio.get_running_loop().time()
        if left > 0:
            raise OpenedTooFast(left)
        try:
            return await self._api.open_direct(delivery.recipient.address.external_id)
        except TROUBLE as trouble:
            if code_of(trouble) == OPENED_TOO_FAST:
                self._opens_again_at = (
                    asyncio.get_running_loop().time() + OPENED_TOO_FAST_WAIT.total_seconds()
                )
            raise

    async def _mark(self, delivery: Delivery) -> Outcome:
        """The same mark twice is one mark."""
        channel, _, message = delivery.answers.partition(":")
        try:
            await self._api.react(channel, message, CHECK_MARK)
        except TROUBLE as trouble:
            return outcome_of(trouble, repeatable=True)
        return Sent(delivery.answers)

    async def _post(self, channel: str, body: bytes, opened: str | None) -> Outcome:
        try:
            answer = await self._api.post(channel, body)
            return Sent(f"{answer['channel_id']}:{answer['id']}", direct=opened)
        except TROUBLE as trouble:
            return outcome_of(trouble, repeatable=False)

    async def _known_channel(self, delivery: Delivery, message: Message) -> str | None:
        """Where it goes; None when the direct message with her has never been opened."""
        if delivery.recipient.direct is not None:
            return delivery.recipient.direct
        if delivery.recipient.identity_id is not None:
            return None
        head = delivery.answers if delivery.kind is Kind.DIGEST else ""
        channel, _, head_message = head.partition(":")
        if not head_message:
            return delivery.recipient.address.external_id
        return await self._thread(channel, head_message, unstyled(message.subject)[:MOST_IN_NAME] or "…")

    async def _thread(self, channel: str, head: str, name: str) -> str:
        """The thread below a digest's head; where none can be made, the channel itself."""
        try:
            await self._api.start_thread(channel, head, name)
        except TROUBLE as trouble:
            if code_of(trouble) in NO_THREADS:
                return channel
            if code_of(trouble) != THREAD_EXISTS:
                raise
        return head

    def _body(self, delivery: Delivery) -> bytes:
        """What is posted, empty for a check mark.

        With the same nonce Discord gives back the message that it has, for some minutes.
        """
        if delivery.message is None:
            return b""
        content = self._cache.rendered(delivery.message, self._sign(delivery))
        own = json.dumps({"nonce": nonce_of(delivery), "enforce_nonce": True})
        return f"{content[:-1]}, {own[1:]}".encode()

    def _sign(self, delivery: Delivery) -> Sign:
        def sign(command: Command) -> str:
            return self._tokens.sign_command(delivery.organization_id, delivery.person_id, command)

        return sign


def _conversation(delivery: Delivery) -> str:
    return delivery.recipient.address.external_id


def _written(message: Message, sign: Sign) -> str:
    return json.dumps(render(message, sign))
