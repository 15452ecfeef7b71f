"""Channels that are closed because a credential was refused, and when managers are told about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

STILL_THE_SAME = timedelta(hours=1)
"""A refusal of the same credential so soon after the last one is no news: in between a late success of a call
that was on its way may have opened the channel for a moment."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A credential that a channel refused, and when."""

    credential: str
    """A digest of what was refused."""
    at: datetime


def is_news(last: Refusal | None, refusal: Refusal, *, is_closed: bool) -> bool:
    """Whether a refusal closes a channel that worked.

    Args:
        last: the one before, if any.
        refusal: what was heard now.
        is_closed: the channel has been closed since then, whatever it was tried with meanwhile.
    """
    if is_closed:
        return False
    same = last is not None and last.credential == refusal.credential
    return last is None or not same or refusal.at - last.at >= STILL_THE_SAME
