"""Carries deliveries to Slack."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from slack_sdk.errors import SlackApiError

from adapters.common.in_turn import send_in_turn
from adapters.slack.api import SlackApi
from adapters.slack.gates import ASK_AGAIN, Gates
from adapters.slack.history import EVENT_TYPE, Place, look, place_of
from adapters.slack.outcomes import TROUBLE, error_code, outcome_of
from adapters.slack.render import render
from adapters.slack.workspaces import NotToldYet
from domain.commands import Command
from domain.deliveries import Delivery, Kind, Later, LimitScope, Never, Outcome, RefusalScope, Sent, Unknown
from domain.doubts import Doubt, Evidence, Unclear
from domain.limit_reports import ReportLimit, ignore_limit
from domain.messages import Message
from domain.people import Address, Channel
from domain.ports.front import Tokens
from domain.render_cache import RenderCache, Sign

CHECK_MARK = "white_check_mark"
NO_TOKEN = "there is no token for this workspace"  # noqa: S105 -- a sentence
SOON = timedelta(seconds=2)
"""How long a delivery is put off while Slack has not said yet whose the tokens are."""
AT_ONCE = 50
"""Calls on their way together: enough to keep a process busy, however many are claimed at a time."""


class SlackSender:
    """Posts messages and puts check marks; one call at a time in each conversation.

    Args:
        api: how Slack is called.
        token_of: the bot token of a workspace; None where there is none, `NotToldYet` while nobody knows.
        tokens: signs what buttons carry.
    """

    channel = Channel.SLACK
    credential = ""
    """Each workspace has its own: it is let in again when Slack says whose a token is."""
    batch = 250

    def __init__(self, api: SlackApi, token_of: Callable[[str], str | None], tokens: Tokens) -> None:
        self._api = api
        self._token_of = token_of
        self._tokens = tokens
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._gates = Gates()
        self._cache = RenderCache(_written)

    async def send(
        self, deliveries: Sequence[Delivery], report_limit: ReportLimit = ignore_limit
    ) -> list[Outcome]:
        """Send each at its turn; the outcomes are in the order of the deliveries, whatever happens."""
        began = asyncio.get_running_loop().time()
        # All are written down before the first call: between calls it would cost three times as much.
        contents = [self._content(each) for each in deliveries]

        async def send(index: int) -> Outcome:
            return await self._send_unless_closed(deliveries[index], contents[index])

        return await send_in_turn(deliveries, _conversation, send, report_limit, began)

    async def _send_unless_closed(self, delivery: Delivery, content: str) -> Outcome:
        """What was claimed before a limit was reached is not tried against it."""
        workspace = delivery.recipient.address.workspace
        async with self._slots:
            closed = self._gates.closed(workspace, _scope(delivery))
            if closed is not None:
                return closed
            with self._gates.passing(workspace):
                outcome = await self._send(delivery, content)
        if isinstance(outcome, Later):
            self._gates.close(workspace, outcome)
        elif isinstance(outcome, Never) and outcome.scope is RefusalScope.WORKSPACE:
            self._gates.close(workspace, Later(outcome.reason, ASK_AGAIN, LimitScope.WORKSPACE))
        return outcome

    async def look(self, doubts: Sequence[Doubt]) -> list[Evidence]:
        """Find the messages again by what their metadata says, in the conversations where they would be."""
        places: dict[tuple[str, Place], list[int]] = {}
        evidence: list[Evidence] = [Unclear(NO_TOKEN)] * len(doubts)
        for number, doubt in enumerate(doubts):
            try:
                token = self._token_of(doubt.delivery.recipient.address.workspace)
            except NotToldYet as not_yet:
                evidence[number] = Unclear(str(not_yet))
                continue
            if token is not None:
                places.setdefault((token, place_of(doubt.delivery)), []).append(number)
        found = await asyncio.gather(
            *(
                self._look_there(token, place, [doubts[number] for number in numbers])
                for (token, place), numbers in places.items()
            )
        )
        for numbers, there in zip(places.values(), found, strict=True):
            for number, each in zip(numbers, there, strict=True):
                evidence[number] = each
        return evidence

    async def _look_there(self, token: str, place: Place, doubts: Sequence[Doubt]) -> list[Evidence]:
        async with self._slots:
            return await look(self._api, token, place, doubts)

    async def _send(self, delivery: Delivery, content: str) -> Outcome:
        try:
            token = self._token_of(delivery.recipient.address.workspace)
        except NotToldYet as not_yet:
            return Later(str(not_yet), SOON)
        if token is None:
            return Never(NO_TOKEN, RefusalScope.WORKSPACE)
        if delivery.message is None:
            return await self._mark(delivery, token)
        return await self._post(delivery, content, token)

    async def _mark(self, delivery: Delivery, token: str) -> Outcome:
        """https://docs.slack.dev/reference/methods/reactions.add: the same mark twice is one mark."""
        channel, _, ts = delivery.answers.partition(":")
        try:
            await self._api.call("reactions.add", token, channel=channel, timestamp=ts, name=CHECK_MARK)
        except TROUBLE as trouble:
            if not (isinstance(trouble, SlackApiError) and error_code(trouble.response) == "already_reacted"):
                return _by(LimitScope.MARK, outcome_of(trouble, repeatable=True))
        return Sent(delivery.answers)

    async def _post(self, delivery: Delivery, content: str, token: str) -> Outcome:
        opened: str | None = None
        channel = delivery.recipient.direct
        if channel is None and delivery.kind is Kind.DIGEST:
            channel = delivery.recipient.address.external_id
        if channel is None:
            try:
                channel = opened = await self._open(delivery.recipient.address, token)
            except TROUBLE as trouble:
                return _by(LimitScope.OPEN, outcome_of(trouble, repeatable=True))
        try:
            answer = await self._api.post(token, f'{content}, "channel": {json.dumps(channel)}}}'.encode())
            return Sent(f"{answer.text('channel')}:{answer.text('ts')}", direct=opened)
        except TROUBLE as trouble:
            return outcome_of(trouble, repeatable=False)

    async def _open(self, person: Address, token: str) -> str:
        """The direct message with a person: https://docs.slack.dev/reference/methods/conversations.open."""
        answer = await self._api.call("conversations.open", token, users=person.external_id)
        opened = answer.data["channel"]["id"]
        if not isinstance(opened, str) or not opened:  # it is kept, and everything goes there
            raise ValueError("the conversation has no name")
        return opened

    def _content(self, delivery: Delivery) -> str:
        """What is posted, as JSON without its last brace and without the channel; empty for a check mark."""
        if delivery.message is None:
            return ""
        told_alike = self._cache.rendered(delivery.message, self._sign(delivery))
        return f"{told_alike[:-1]}, {json.dumps(_own(delivery))[1:-1]}"

    def _sign(self, delivery: Delivery) -> Sign:
        def sign(command: Command) -> str:
            return self._tokens.sign_command(delivery.organization_id, delivery.person_id, command)

        return sign


def _conversation(delivery: Delivery) -> tuple[str, str]:
    address = delivery.recipient.address
    return address.workspace, address.external_id


def _scope(delivery: Delivery) -> LimitScope:
    return LimitScope.MARK if delivery.message is None else LimitScope.POST


def _by(scope: LimitScope, outcome: Later | Never | Unknown) -> Later | Never | Unknown:
    """A limit of the method that was called, where it is not posting."""
    limited = isinstance(outcome, Later) and outcome.closes is LimitScope.POST
    return replace(outcome, closes=scope) if isinstance(outcome, Later) and limited else outcome


def _written(message: Message, sign: Sign) -> str:
    """The arguments that all who are told the same share.

    https://docs.slack.dev/reference/methods/chat.postMessage
    """
    as_it_stands = {
        "mrkdwn": False,
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }
    return json.dumps({**render(message, sign), **as_it_stands})


def _own(delivery: Delivery) -> Mapping[str, Any]:
    """The arguments of one delivery alone: its metadata, and the thread it goes to."""
    thread = delivery.answers.partition(":")[2]  # of a digest's head, or where she wrote in a thread
    handle = {"delivery": str(delivery.ref), "attempt": delivery.attempt}
    return {
        "metadata": {"event_type": EVENT_TYPE, "event_payload": handle},
        **({"thread_ts": thread} if thread else {}),
    }
