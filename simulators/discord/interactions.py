"""Interactions under way: a person did something, and the bot has three seconds to react.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from simulators.discord.errors import DiscordError
from simulators.discord.flags import CallbackType, InteractionType, MessageFlag
from simulators.discord.world import Application, Channel, Message, User

Json = dict[str, Any]

ANSWER_SECONDS = 3.0
TOKEN_LIFE = timedelta(minutes=15)
_SETTLE_SECONDS = 5.0


@dataclass(slots=True, eq=False)
class InteractionAnswer:
    """What the person sees after she did something; it grows when the bot edits or follows up."""

    kind: CallbackType | None = None
    """None: nothing came in time, and the app says "The application did not respond"."""
    message: Message | None = None
    """The answer itself, or the message that was updated."""
    followups: list[Message] = field(default_factory=list)
    choices: list[Json] = field(default_factory=list)
    """Of an autocomplete."""
    modal: Json | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def failed(self) -> bool:
        return self.kind is None

    @property
    def is_thinking(self) -> bool:
        """The bot has asked for time and not yet answered."""
        return self.message is not None and bool(self.message.flags & MessageFlag.LOADING)

    @property
    def content(self) -> str:
        return self.message.content if self.message else ""

    @property
    def embeds(self) -> list[Json]:
        return self.message.embeds if self.message else []

    @property
    def components(self) -> list[Json]:
        return self.message.components if self.message else []

    @property
    def flags(self) -> int:
        return self.message.flags if self.message else 0

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & MessageFlag.EPHEMERAL)

    def tell(self) -> None:
        """Wake whoever waits for the next change."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def settled(self, followups: int = 0) -> None:
        """Wait until the bot has said what it had asked time for, and that many follow-ups.

        Raises:
            TimeoutError: It did not within five real seconds.
        """
        async with asyncio.timeout(_SETTLE_SECONDS):
            while self.is_thinking or len(self.followups) < followups:
                await self._changed.wait()


@dataclass(slots=True, eq=False)
class Interaction:
    id: int
    token: str
    type: InteractionType
    application: Application
    user: User
    channel: Channel
    at: datetime
    source: Message | None = None
    """The message whose button was pressed."""
    expired: bool = False
    original: Message | None = None
    """What `@original` means."""
    answer: InteractionAnswer = field(default_factory=InteractionAnswer)
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    def owners(self) -> dict[str, str]:
        """Who installed the app: the guild, or nobody in the bot's own direct messages."""
        return {"0": str(self.channel.guild.id) if self.channel.guild else "0"}


class Interactions:
    """All interactions, by id and by token."""

    def __init__(self) -> None:
        self.answer_seconds = ANSWER_SECONDS
        """Real seconds, since a bot works in real time."""
        self._by_id: dict[int, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}

    def add(self, interaction: Interaction) -> None:
        self._by_id[interaction.id] = interaction
        self._by_token[interaction.token] = interaction

    async def wait(self, interaction: Interaction) -> InteractionAnswer:
        """Wait for the callback; after the time allowed the interaction is dead."""
        try:
            async with asyncio.timeout(self.answer_seconds):
                await interaction.answered.wait()
        except TimeoutError:
            interaction.expired = True
        return interaction.answer

    def of(self, answer: InteractionAnswer) -> Interaction:
        return next(one for one in self._by_id.values() if one.answer is answer)

    def to_answer(self, interaction_id: int, token: str) -> Interaction:
        """The interaction that a callback may answer.

        Raises:
            DiscordError: 10062 when there is none or it is too late, 40060 when that was done.
        """
        interaction = self._by_id.get(interaction_id)
        if interaction is None or interaction.token != token or interaction.expired:
            raise DiscordError(10062)
        if interaction.answered.is_set():
            raise DiscordError(40060)
        return interaction

    def to_follow(self, application_id: int, token: str, now: datetime) -> Interaction:
        """The answered interaction whose token is used as a webhook.

        Raises:
            DiscordError: 10015, 50027.
        """
        interaction = self._by_token.get(token)
        if interaction is None or interaction.application.application_id != application_id:
            raise DiscordError(50027)
        if now - interaction.at > TOKEN_LIFE:
            raise DiscordError(50027)
        if not interaction.answered.is_set():
            raise DiscordError(10015)
        return interaction


def new_token() -> str:
    return secrets.token_urlsafe(96)
