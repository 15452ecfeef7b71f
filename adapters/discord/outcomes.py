"""What an answer of Discord's, or the lack of one, means for a delivery."""

import enum
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus

import aiohttp
import discord

from domain.deliveries import REFUSED_FOR, Later, LimitScope, Never, RefusalScope, Unknown


class ServerSaidNo(Exception):  # noqa: N818 -- named for what Discord did
    """A status from 500 on, raised in place of discord.py's own retries."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


class LimitedEverywhere(discord.RateLimited):
    """The bot's global rate limit was reached: Discord takes no call of it for that long."""


class OpenedTooFast(discord.RateLimited):
    """Too many direct messages were opened: no other one may be for that long."""


TROUBLE = (
    aiohttp.ClientError,
    discord.DiscordException,
    ServerSaidNo,
    OSError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
)
"""All that a call may raise; a time-out is an OSError, and the last four come of undocumented answers."""


class Fate(enum.Enum):
    NEVER = "never"
    LATER = "later"


FATES: Mapping[int, Fate] = {
    # https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes
    10003: Fate.NEVER,  # unknown channel
    10008: Fate.NEVER,  # unknown message
    10013: Fate.NEVER,  # unknown user
    20016: Fate.LATER,  # slow mode
    20026: Fate.NEVER,  # the bot has been flagged and may not open direct messages
    20028: Fate.LATER,  # too much was written to this channel
    20029: Fate.LATER,  # too much was written to this server
    30010: Fate.NEVER,  # most reactions that a message holds
    40003: Fate.LATER,  # direct messages opened too fast
    40062: Fate.LATER,  # a service of Discord's is rate limited
    50001: Fate.NEVER,  # missing access
    50007: Fate.NEVER,  # she takes no messages from the bot
    50008: Fate.NEVER,  # not a channel for text
    50013: Fate.NEVER,  # missing permissions
    50033: Fate.NEVER,  # invalid recipient
    50035: Fate.NEVER,  # invalid body
    50083: Fate.NEVER,  # the thread is archived
    50278: Fate.NEVER,  # no server in common with her
    90001: Fate.NEVER,  # she has blocked the bot, so it may not react
    130000: Fate.LATER,  # Discord is overloaded
}
ADDRESS_IS_DEAD = frozenset({10003, 10013, 50001, 50007, 50033, 50278, 90001})
"""After one of these nothing reaches that person there any more."""
THREAD_EXISTS = 160004
"""A thread was made from this message before: the same page."""
NO_THREADS = frozenset({50001, 50003, 50013, 50024})
"""No thread can be made there: missing rights, or a channel of another kind."""
OPENED_TOO_FAST = 40003
"""Too many direct messages were opened: the same page."""
OPENED_TOO_FAST_WAIT = timedelta(minutes=10)
TOKEN_REFUSED = "the bot token is not valid; check DISCORD_BOT_TOKEN"  # noqa: S105 -- says so of one
BAN_PROBED_EVERY = timedelta(minutes=1)
"""A 429 without a `Via` header is the proxy's in front of Discord; it names no time.

https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans
"""


def outcome_of(trouble: Exception, *, repeatable: bool) -> Later | Never | Unknown:
    """What became of a call that ended in one of `TROUBLE`.

    Args:
        trouble: what was raised.
        repeatable: the call may be made again without a second effect, so that doubt means later.
    """
    if isinstance(trouble, aiohttp.ClientConnectorError):  # refused, no such host, no TLS: nothing was sent
        return Later("Discord cannot be reached")
    found: Later | Never | Unknown
    if isinstance(trouble, discord.RateLimited):
        found = Later("rate limited", timedelta(seconds=trouble.retry_after), _closed_by(trouble))
    elif isinstance(trouble, discord.LoginFailure):
        found = Later(TOKEN_REFUSED, REFUSED_FOR, LimitScope.EVERYTHING, of_credential=True)
    elif isinstance(trouble, discord.HTTPException):
        found = _of_answer(trouble)
    elif isinstance(trouble, ServerSaidNo):
        found = Unknown(str(trouble))
    elif isinstance(trouble, TimeoutError):
        found = Unknown("no answer in time")
    else:
        found = Unknown(f"no readable answer: {type(trouble).__name__}")
    return Later(found.evidence) if repeatable and isinstance(found, Unknown) else found


def _closed_by(limited: discord.RateLimited) -> LimitScope | None:
    """What is closed to all workers: the limit of a single route or channel concerns nobody else."""
    if isinstance(limited, OpenedTooFast):
        return LimitScope.OPEN
    return LimitScope.POST if isinstance(limited, LimitedEverywhere) else None


def in_words(trouble: Exception) -> str:
    """What went wrong, for whoever looks after the installation."""
    outcome = outcome_of(trouble, repeatable=False)
    return outcome.evidence if isinstance(outcome, Unknown) else outcome.reason


def code_of(trouble: Exception) -> int:
    """Discord's own number for what is wrong; 0 where the answer has none."""
    return trouble.code if isinstance(trouble, discord.HTTPException) else 0


def _of_answer(refused: discord.HTTPException) -> Later | Never | Unknown:
    """The code is more exact than the status; a 401 or 429 says nothing about this message."""
    match FATES.get(refused.code):
        case Fate.NEVER:
            dead = refused.code in ADDRESS_IS_DEAD
            return Never(f"{refused.code}", RefusalScope.ADDRESS if dead else RefusalScope.MESSAGE)
        case Fate.LATER:
            too_fast = refused.code == OPENED_TOO_FAST
            after, closes = (OPENED_TOO_FAST_WAIT, LimitScope.OPEN) if too_fast else (None, None)
            return Later(f"{refused.code}", after, closes)
        case _:
            pass
    reason = f"{refused.code}" if refused.code else f"status {refused.status}"
    if refused.status == HTTPStatus.TOO_MANY_REQUESTS:  # those of Discord itself have another type
        return Later("refused before it came to Discord", BAN_PROBED_EVERY, LimitScope.EVERYTHING)
    if refused.status == HTTPStatus.UNAUTHORIZED:
        return Later(TOKEN_REFUSED, REFUSED_FOR, LimitScope.EVERYTHING, of_credential=True)
    if HTTPStatus.BAD_REQUEST <= refused.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return Later(reason) if refused.status == HTTPStatus.REQUEST_TIMEOUT else Never(reason)
    return Unknown(reason)
