"""What stored payloads of Slack's mean, and who people are."""

import json
from collections import OrderedDict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from slack_sdk.errors import SlackApiError

from adapters.slack.answers import answers_to
from adapters.slack.api import SlackApi
from adapters.slack.outcomes import TROUBLE, error_code
from adapters.slack.payloads import answer_url, event_mentions, read_button, read_event, read_slash
from adapters.slack.typed import NOBODY
from adapters.slack.workspaces import NotToldYet, SlackWorkspaces, with_speech
from domain.commands import Request
from domain.errors import DoneLogError
from domain.local_time import zone_names
from domain.messages import Reply
from domain.people import Address, Channel, Profile
from domain.ports.front import Clock, Reading, Tokens
from domain.ports.inbox import InboxItem, Source

ANSWERABLE = timedelta(minutes=30)
"""How long a `response_url` is valid.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""
MOST_NAMES = 10_000
_UNKNOWN_PEOPLE = frozenset({"user_not_found", "user_not_visible"})
"""https://docs.slack.dev/reference/methods/users.info#errors"""


class NobodyThere(DoneLogError):  # noqa: N818 -- a state of the workspace, not a fault of the program
    """Slack does not tell who is at an address."""


class SlackReader:
    """Reads inbox items, asks Slack for names.

    Args:
        api: how Slack is called.
        workspaces: knows the tokens.
        tokens: reads what buttons carry.
        clock: tells whether an answer is still possible.
    """

    def __init__(self, api: SlackApi, workspaces: SlackWorkspaces, tokens: Tokens, clock: Clock) -> None:
        self._api = api
        self._workspaces = workspaces
        self._tokens = tokens
        self._clock = clock
        self._names: OrderedDict[tuple[str, str], str] = OrderedDict()

    async def read(self, item: InboxItem) -> Reading:
        """What that item means.

        Raises:
            ValueError: it is not as Slack documents it.
        """
        body = _decoded(item.raw)
        match item.source:
            case Source.SLACK_EVENT:
                meant = read_event(body, await self._mentioned(body))
                return Reading(None, meant) if isinstance(meant, str) else self._reading(meant)
            case Source.SLACK_COMMAND:
                return self._reading(read_slash(body, item.at))
            case Source.SLACK_BUTTON:
                return self._reading(read_button(body, self._tokens.read_command))
            case _:
                raise ValueError(f"{item.source.name} does not come from Slack")

    def _reading(self, request: Request) -> Reading:
        return Reading(with_speech(request, self._workspaces))

    async def profile(self, address: Address) -> Profile:
        """https://docs.slack.dev/reference/methods/users.info.

        Raises:
            NobodyThere: Slack knows nobody there, or does not tell us.
            NotToldYet: whose the tokens are is not known yet.
            Exception: one of `outcomes.TROUBLE`.
        """
        token = self._workspaces.token_of(address.workspace)
        if token is None:
            raise NobodyThere("the app is not installed in this workspace")
        try:
            answer = await self._api.call("users.info", token, user=address.external_id)
        except SlackApiError as refused:
            if error_code(refused.response) in _UNKNOWN_PEOPLE:
                raise NobodyThere("nobody is there") from refused
            raise
        return _profile(answer.data["user"])

    async def answer_late(self, item: InboxItem, reply: Reply) -> None:
        """Answer a command or a button through the address that came with it, while that is valid."""
        if item.source is Source.SLACK_EVENT or self._clock.now() - item.at > ANSWERABLE:
            return
        for body in answers_to(reply, self._tokens, replaceable=item.source is Source.SLACK_BUTTON):
            await self._api.answer(answer_url(_decoded(item.raw)), body)

    async def _mentioned(self, body: Mapping[str, Any]) -> dict[str, str]:
        """The names of those mentioned; a message is read without them rather than not at all."""
        team = str(body.get("team_id", ""))
        return {user: await self._name(Address(Channel.SLACK, user, team)) for user in event_mentions(body)}

    async def _name(self, address: Address) -> str:
        key = (address.workspace, address.external_id)
        known = self._names.get(key)
        if known is not None:
            return known
        try:
            name = (await self.profile(address)).name
        except (NobodyThere, NotToldYet, *TROUBLE):
            return NOBODY
        self._names[key] = name
        if len(self._names) > MOST_NAMES:
            self._names.popitem(last=False)
        return name


def _profile(user: Mapping[str, Any]) -> Profile:
    """A deactivated user has no zone, and only some have a display name."""
    told = user.get("profile") or {}
    names = (told.get("display_name"), told.get("real_name"), user.get("real_name"), user.get("name"))
    name = next((each.strip() for each in names if isinstance(each, str) and each.strip()), NOBODY)
    zone = user.get("tz")
    return Profile(name, zone if isinstance(zone, str) and zone in zone_names() else None)


def _decoded(raw: bytes) -> Mapping[str, Any]:
    body = json.loads(raw)
    if not isinstance(body, dict):
        raise ValueError("the payload is no object")  # noqa: TRY004 -- the payload's fault, not a caller's
    return body
