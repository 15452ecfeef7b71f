"""The workspaces that the installation has a token for, and who we are in each."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from adapters.slack.api import SlackApi
from adapters.slack.outcomes import TROUBLE, in_words, outcome_of
from domain.commands import Request
from domain.deliveries import Never
from domain.errors import DoneLogError
from domain.people import Channel
from domain.ports.front import Front, StorageDown

_log = logging.getLogger(__name__)

FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 60.0
LONGEST_WAIT_WHEN_REFUSED_SECONDS = 3600.0
"""A token that was revoked does not come back by itself; a workspace that was locked may."""


@dataclass(frozen=True, slots=True)
class Own:
    """The app in a workspace, as `auth.test` tells: https://docs.slack.dev/reference/methods/auth.test."""

    team_id: str
    team_name: str
    bot_user_id: str
    bot_id: str


class NotToldYet(DoneLogError):  # noqa: N818 -- a state of the first seconds, not a fault of the program
    """Slack has not said yet whose the tokens are."""


class SlackWorkspaces:
    """Holds the bot tokens and learns whose they are; what happens to one does not concern the others.

    Args:
        api: how Slack is called.
        bot_tokens: one for each workspace that the app is installed in; the workspace of the first belongs
            to the installation from the start.
    """

    def __init__(self, api: SlackApi, bot_tokens: Sequence[str]) -> None:
        self._api = api
        self._tokens = tuple(bot_tokens)
        self._owns: dict[str, Own] = {}
        self._refused: set[str] = set()

    def token_of(self, workspace: str) -> str | None:
        """The token for that workspace, None where there is none.

        Raises:
            NotToldYet: one of several could be it.
        """
        for token in self._tokens:
            own = self._owns.get(token)
            if own is not None and own.team_id == workspace:
                return token
        open_still = [each for each in self._tokens if each not in self._owns and each not in self._refused]
        if open_still and len(self._tokens) > 1:
            raise NotToldYet("Slack has not said yet whose the tokens are")
        return open_still[0] if open_still else None

    def is_speechless_in(self, workspace: str) -> bool:
        """Whether there is no token for that workspace, for certain."""
        try:
            return self.token_of(workspace) is None
        except NotToldYet:
            return False

    def own_in(self, workspace: str | None) -> Own | None:
        """Who we are there, as far as Slack has told."""
        return next((each for each in self._owns.values() if each.team_id == workspace), None)

    def bot_user_in(self, workspace: str) -> str:
        """Our user id there; empty while Slack has not told."""
        own = self.own_in(workspace)
        return own.bot_user_id if own else ""

    async def introduce(self, front: Front) -> None:
        """Learn whose the tokens are and tell the core, for as long as Slack or the database are down."""
        await asyncio.gather(*(self._introduce(front, token) for token in self._tokens))

    async def _introduce(self, front: Front, token: str) -> None:
        wait = FIRST_WAIT_SECONDS
        while True:
            try:
                own = await self._learn(token)
                belongs = token == self._tokens[0]
                await front.workspace_found(Channel.SLACK, own.team_id, own.team_name, belongs=belongs)
            except StorageDown:
                _log.warning("Slack: the database does not answer; trying again in %.1f s", wait)
            except TROUBLE as trouble:
                self._note(token, trouble)
                _log.warning(
                    "Slack: %s: %s; trying again in %.1f s", self._name(token), in_words(trouble), wait
                )
            else:
                return
            await asyncio.sleep(wait)
            longest = LONGEST_WAIT_WHEN_REFUSED_SECONDS if token in self._refused else LONGEST_WAIT_SECONDS
            wait = min(wait * 2, longest)

    async def _learn(self, token: str) -> Own:
        """Ask Slack whose the token is.

        Raises:
            Exception: one of `outcomes.TROUBLE`.
        """
        answer = await self._api.call("auth.test", token)
        own = Own(answer.text("team_id"), answer.text("team"), answer.text("user_id"), answer.text("bot_id"))
        self._owns[token] = own
        self._refused.discard(token)
        return own

    def _note(self, token: str, trouble: Exception) -> None:
        if isinstance(outcome_of(trouble, repeatable=True), Never):
            self._refused.add(token)

    def _name(self, token: str) -> str:
        """For the log, which holds no token."""
        place = self._tokens.index(token) + 1
        return "the token" if len(self._tokens) == 1 else f"token {place} of {len(self._tokens)}"


def with_speech(request: Request, workspaces: SlackWorkspaces) -> Request:
    """The request, marked where we have no token and so can say nothing but the answer to it."""
    if not workspaces.is_speechless_in(request.origin.guild):
        return request
    return replace(request, origin=replace(request.origin, speechless=True))
