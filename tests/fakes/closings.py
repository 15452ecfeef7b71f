"""Channels that are closed as a whole, in memory."""

from collections.abc import Sequence
from datetime import datetime

from domain.closings import Refusal, is_news
from domain.deliveries import Later, LimitScope, Outcome, Sent
from domain.limit_reports import CallSpacing
from domain.people import Channel
from domain.rates import PROBE_EVERY
from tests.fakes.rows import ClosingRow, Tables


def report_limit(tables: Tables, channel: Channel, told: Later | CallSpacing, refusal: Refusal) -> bool:
    """`domain.ports.ledger.Ledger.report_limit`."""
    if isinstance(told, CallSpacing) or told.closes is not LimitScope.EVERYTHING:
        return False
    known = tables.closings.get(channel)
    until = refusal.at + (told.after or PROBE_EVERY)
    last = known.last if known else None
    tables.closings[channel] = ClosingRow(until, refusal if told.of_credential else last)
    if not told.of_credential:
        return False
    return is_news(last, refusal, is_closed=known is not None and known.is_closed)


def try_new_credential(tables: Tables, channel: Channel, refusal: Refusal) -> bool:
    """`domain.ports.ledger.Ledger.try_new_credential`."""
    known = tables.closings.get(channel)
    if known is None or not known.is_closed or known.last is None or known.until <= refusal.at:
        return False
    if known.last.credential == refusal.credential:
        return False
    tables.closings[channel] = ClosingRow(refusal.at, known.last)
    return True


def reopen(tables: Tables, channel: Channel, outcomes: Sequence[Outcome]) -> None:
    """Open again where a call went through, unless a later one did not."""
    known = tables.closings.get(channel)
    closed_again = any(isinstance(each, Later) and each.closes is not None for each in outcomes)
    if known is not None and not closed_again and any(isinstance(each, Sent) for each in outcomes):
        tables.closings[channel] = ClosingRow(known.until, known.last, is_closed=False)


def room(tables: Tables, channel: Channel, limit: int, now: datetime) -> int:
    """How many may be claimed: one at a time tries what is closed."""
    known = tables.closings.get(channel)
    if known is None or not known.is_closed:
        return limit
    if known.until > now:
        return 0
    tables.closings[channel] = ClosingRow(now + PROBE_EVERY, known.last)
    return min(1, limit)
