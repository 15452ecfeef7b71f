"""People who ask: commands and buttons, answered through their own handle and never sent a second time."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from adapters.discord.render import render as render_on_discord
from adapters.slack.render import render as render_on_slack
from domain.commands import Command
from domain.facts import NotNow
from domain.people import Channel
from domain.wording import word
from simulators.discord import DiscordSimulator
from simulators.discord.command_options import NotOfferedError
from simulators.discord.flags import CallbackType
from simulators.discord.interactions import InteractionAnswer
from simulators.discord.world import User as DiscordUser
from simulators.slack import SlackSimulator
from simulators.slack.service import Answer
from simulators.slack.state import User as SlackUser
from tests.chaos.oracle import Asked

BUTTON = "Nothing today"
"""Of every question."""
_SAYING = {CallbackType.MESSAGE, CallbackType.DEFERRED_MESSAGE}


@dataclass(slots=True)
class Asking:
    """What was asked, and how it was answered until now."""

    slack: SlackSimulator
    discord: DiscordSimulator
    draw: random.Random
    ended_by: Callable[[str], str]
    """What a button leaves that the person of that external id has pressed."""
    _asked: list[tuple[Channel, str, Answer | InteractionAnswer]] = field(default_factory=list)
    _pressed: set[str] = field(default_factory=set)

    async def add_on_slack(self, user: SlackUser, line: str) -> None:
        answer = await self.slack.slash(user, self.slack.dm_of(user), "/done", f"add {line}")
        self._asked.append((Channel.SLACK, line, answer))

    async def add_on_discord(self, user: DiscordUser, line: str) -> None:
        """Nothing, until a process has told Discord which commands there are."""
        channel = self.discord.dm_of(user)
        try:
            answer = await self.discord.command(user, channel, "done", "add", {"text": line})
        except NotOfferedError:
            return
        self._asked.append((Channel.DISCORD, line, answer))

    async def press_on_slack(self, user: SlackUser) -> None:
        """Her question's button, once."""
        channel = self.slack.dm_of(user)
        seen = [each for each in self.slack.messages(channel) if BUTTON in str(each.blocks)]
        if seen and self._presses(user.user_id):
            answer = await self.slack.click(user, channel, seen[-1].ts, BUTTON)
            self._asked.append((Channel.SLACK, self.ended_by(user.user_id), answer))

    async def press_on_discord(self, user: DiscordUser) -> None:
        channel = self.discord.dm_of(user)
        seen = [each for each in self.discord.messages(channel.id) if BUTTON in str(each.components)]
        if seen and self._presses(str(user.id)):
            answer = await self.discord.click(user, seen[-1].id, BUTTON)
            self._asked.append((Channel.DISCORD, self.ended_by(str(user.id)), answer))

    def _presses(self, external_id: str) -> bool:
        """Whether she does now, and never before."""
        new = external_id not in self._pressed
        self._pressed.add(external_id)
        return new

    def asked(self) -> list[Asked]:
        """For the oracle."""
        return [
            _on_slack(effect, answer) if isinstance(answer, Answer) else _on_discord(effect, answer)
            for _, effect, answer in self._asked
        ]


def _on_slack(effect: str, answer: Answer) -> Asked:
    return _counted(Channel.SLACK, effect, answer.acknowledged, answer.texts, _NOT_NOW_ON_SLACK)


def _on_discord(effect: str, answer: InteractionAnswer) -> Asked:
    said = answer.kind in _SAYING and not answer.is_thinking
    texts = [answer.content] * said + [each.content for each in answer.followups]
    return _counted(Channel.DISCORD, effect, not answer.failed, texts, _NOT_NOW_ON_DISCORD)


def _counted(channel: Channel, effect: str, acknowledged: bool, texts: list[str], not_now: str) -> Asked:
    answers = [each for each in texts if each != not_now]
    return Asked(channel, effect, acknowledged, answers, refused=not_now in texts)


def _no_buttons(command: Command) -> str:
    raise AssertionError(command)


_NOT_NOW_ON_SLACK = str(render_on_slack(word(NotNow(), Channel.SLACK), _no_buttons)["text"])
_NOT_NOW_ON_DISCORD = str(render_on_discord(word(NotNow(), Channel.DISCORD), _no_buttons)["content"])
