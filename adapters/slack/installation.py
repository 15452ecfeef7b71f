"""The workspace that the installation's own token belongs to, and who we are there."""

import asyncio
import logging
from dataclasses import dataclass

from adapters.slack.api import SlackApi
from adapters.slack.outcomes import TROUBLE, in_words
from domain.people import Channel
from domain.ports.front import Front, StorageDown

_log = logging.getLogger(__name__)

FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Own:
    """The app in its workspace, as `auth.test` tells: https://docs.slack.dev/reference/methods/auth.test."""

    team_id: str
    team_name: str
    bot_user_id: str
    bot_id: str


class Installation:
    """Holds the bot token and learns whose it is."""

    def __init__(self, api: SlackApi, bot_token: str) -> None:
        self._api = api
        self.bot_token = bot_token
        self.own: Own | None = None
        """None until Slack has told."""

    def token_of(self, workspace: str) -> str | None:
        """The token for that workspace; until Slack has told whose it is, there can be but one."""
        return self.bot_token if self.own is None or self.own.team_id == workspace else None

    @property
    def bot_user_id(self) -> str:
        return self.own.bot_user_id if self.own else ""

    async def learn(self) -> Own:
        """Ask Slack whose the token is.

        Raises:
            Exception: one of `outcomes.TROUBLE`.
        """
        answer = await self._api.call("auth.test", self.bot_token)
        self.own = Own(
            answer.text("team_id"), answer.text("team"), answer.text("user_id"), answer.text("bot_id")
        )
        return self.own

    async def introduce(self, front: Front) -> None:
        """Learn it and tell the core, trying again for as long as Slack or the database are down."""
        wait = FIRST_WAIT_SECONDS
        while True:
            try:
                own = await self.learn()
                await front.workspace_found(Channel.SLACK, own.team_id, own.team_name)
            except StorageDown:
                _log.warning("Slack: the database does not answer; trying again in %.1f s", wait)
            except TROUBLE as trouble:
                _log.warning("Slack: %s; trying again in %.1f s", in_words(trouble), wait)
            else:
                return
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)
