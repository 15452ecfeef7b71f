"""One request as the handlers see it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simulators.discord.errors import HttpLayerError, invalid
from simulators.discord.service import Service
from simulators.discord.world import Application

Json = dict[str, Any]

_LARGEST_SNOWFLAKE = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Asked:
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    """Decoded JSON; None where there was no body."""
    application: Application | None
    """The bot whose token was sent, if one was."""

    @property
    def bot(self) -> Application:
        """The bot that asks.

        Raises:
            DiscordError: 401.
        """
        if self.application is None:
            raise HttpLayerError(401, "Unauthorized")
        return self.application

    @property
    def fields(self) -> Json:
        """The body as an object.

        Raises:
            DiscordError: 50035.
        """
        if not isinstance(self.body, dict):
            raise invalid("_", "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return self.body

    def id(self, name: str) -> int:
        """The snowflake in the path.

        Raises:
            DiscordError: 50035.
        """
        return snowflake(self.params[name], name)

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").lower() in {"1", "true"}


def snowflake(value: object, name: str) -> int:
    """An id as it may be sent: a string of digits, or the number itself.

    Raises:
        DiscordError: 50035.
    """
    if isinstance(value, bool) or not str(value).isascii() or not str(value).isdigit():
        raise invalid(name, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
    number = int(str(value))
    if number > _LARGEST_SNOWFLAKE:
        raise invalid(name, "NUMBER_TYPE_MAX", f"snowflake value should be at most {_LARGEST_SNOWFLAKE}.")
    return number


Answer = tuple[int, Any]
"""Status and JSON; None stands for no body."""
Handler = Callable[[Service, Asked], Awaitable[Answer]]
