"""The buckets of `domain.rates` as rows that all workers share; they name workspaces, never people."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import inf, isinf

from sqlalchemy import Connection, Row, text

from adapters.storage import closings
from domain import rates
from domain.closings import Refusal
from domain.deliveries import PROBED_SCOPES, Claimed, Later, LimitScope, Result, Sent
from domain.limit_reports import CallSpacing
from domain.limits import BY_WORKSPACE, Limits, bucket_name, bucket_names, reading_bucket
from domain.people import Address, Channel
from domain.rates import Bucket

_COLUMNS = "name, rate, next_at, closed_until, since, taken, ceiling, probing"
_IN_USE = text(
    f"SELECT {_COLUMNS} FROM buckets"  # noqa: S608 -- constants alone
    " WHERE (name = :provider OR starts_with(name, :provider || ' '))"
    " AND (next_at > :paused_since OR closed_until > :now OR probing)"
)
_MAKE = text("""
    INSERT INTO buckets (name, closed_until)
    SELECT name, :now FROM unnest(CAST(:names AS text[])) AS made (name) ORDER BY name
    ON CONFLICT (name) DO NOTHING
""")
_LOCK = text(
    f"SELECT {_COLUMNS} FROM buckets WHERE name = ANY(CAST(:names AS text[]))"  # noqa: S608 -- constants alone
    " ORDER BY name FOR UPDATE"
)
_WRITE = text("""
    UPDATE buckets SET rate = new.rate, next_at = new.next_at, closed_until = new.closed_until,
        since = new.since, taken = new.taken, ceiling = new.ceiling, probing = new.probing
    FROM unnest(
        CAST(:names AS text[]), CAST(:rate AS float8[]), CAST(:next_at AS timestamptz[]),
        CAST(:closed_until AS timestamptz[]), CAST(:since AS timestamptz[]), CAST(:taken AS float8[]),
        CAST(:ceiling AS float8[]), CAST(:probing AS boolean[])
    ) AS new (name, rate, next_at, closed_until, since, taken, ceiling, probing)
    WHERE buckets.name = new.name
""")
_PROBED = text("SELECT name FROM buckets WHERE name = ANY(CAST(:names AS text[])) AND probing")
_PAUSE = timedelta(minutes=10)
"""A bucket from which no turn was taken for so long is full, so its row need not be read."""


@dataclass(frozen=True, slots=True)
class Room:
    """How many turns there are now; another worker may be faster in taking them."""

    everything: int
    """Turns of the provider as a whole."""
    by_batch: bool
    """Whether a claim takes one turn of the provider for its whole batch: see `Bucket.by_batch`."""
    names: Mapping[str, int]
    """By name, the turns of the buckets that are in use."""


class Buckets:
    """The buckets of one channel, within the caller's transaction.  All instants are real time."""

    def __init__(self, connection: Connection, limits: Limits, channel: Channel) -> None:
        self._connection = connection
        self._limits = limits
        self._channel = channel
        self._provider = bucket_name(channel, "", LimitScope.EVERYTHING)

    def room(self, now: datetime) -> Room:
        bound = {"provider": self._provider, "now": now, "paused_since": now - _PAUSE}
        rows = self._connection.execute(_IN_USE, bound)
        used = {row.name: self._bucket(row, now) for row in rows}
        provider = used.get(self._provider) or rates.fresh(self._limits.of(self._provider), now)
        names = {name: bucket.room(now) for name, bucket in used.items()}
        return Room(provider.room(now), provider.by_batch, names)

    def unused(self, scope: LimitScope, now: datetime) -> int:
        """The turns of a bucket that has no row, or a row that was not used lately."""
        name = bucket_name(self._channel, "any", scope)
        return rates.fresh(self._limits.of(name), now).room(now)

    def take_turns(self, claimed: Sequence[Claimed], room: Room, now: datetime) -> list[Claimed]:
        """Give each delivery its turn; those whose bucket was closed since `room` are left out."""
        if not room.by_batch and not self._is_paced():
            return list(claimed)
        always = {self._provider} if room.by_batch else set()
        wanted = {each.ref: always.union(filter(self._is_limited, bucket_names(each))) for each in claimed}
        names = {name for each in wanted.values() for name in each}
        if not names:
            return list(claimed)
        buckets = self._locked(names, now)
        closed = {name for name, bucket in buckets.items() if bucket.closed_until > now}
        begun = [each for each in claimed if not closed & wanted[each.ref]]
        at: dict[str, list[datetime]] = {}
        for name, turns in Counter(name for each in begun for name in wanted[each.ref]).items():
            buckets[name], at[name] = rates.take(buckets[name], turns, now)
            at[name].reverse()
        self._write({name: buckets[name] for name in at})
        return [_in_turn(each, [at[name].pop() for name in wanted[each.ref]], now) for each in begun]

    def take_to_read(self, workspace: str, count: int, now: datetime) -> list[timedelta]:
        """Turns for calls that read; none while the provider is closed or being tried.

        From a bucket that deliveries share, as many as are wanted; from any other those of the next second
        alone, since the turns that a dying worker holds are lost.
        """
        name = reading_bucket(self._channel, workspace)
        bucket = self._locked([name], now)[name]
        if bucket.closed_until > now or bucket.by_batch:
            return []
        turns = count if name == self._provider else min(count, bucket.room(now))
        bucket, at = rates.take(bucket, turns, now)
        self._write({name: bucket})
        return [turn - now for turn in at]

    def _is_paced(self) -> bool:
        return any(self._is_limited(bucket_name(self._channel, "any", scope)) for scope in LimitScope)

    def _is_limited(self, name: str) -> bool:
        return not isinf(self._limits.of(name).a_second)

    def report_limit(self, where: Address, told: Later | CallSpacing, credential: str, now: datetime) -> bool:
        """Close what the provider has closed, or spread calls as it has told.

        Returns:
            Whether a credential was refused that worked until now.
        """
        if isinstance(told, CallSpacing):
            bucket = self._locked([self._provider], now)[self._provider]
            self._write({self._provider: rates.spread(bucket, told.apart, now)})
            return False
        return told.closes is not None and self._close(where, told, told.closes, Refusal(credential, now))

    def _close(self, where: Address, told: Later, scope: LimitScope, refusal: Refusal) -> bool:
        name, now = bucket_name(self._channel, where.workspace, scope), refusal.at
        bucket = self._locked([name], now)[name]
        after = told.after or rates.PROBE_EVERY
        self._write({name: rates.refuse(bucket, after, now, everything=scope in PROBED_SCOPES)})
        closings.keep_reason(self._connection, name, told.reason)
        if not told.of_credential:
            return False
        return closings.keep_refusal(self._connection, name, refusal, is_closed=bucket.probing)

    def reopen(self, results: Sequence[Result], now: datetime, reached: Iterable[str] = ()) -> None:
        """Open again where the call that tried went through, unless a later one did not."""
        outcomes = [each.outcome for each in results]
        if any(isinstance(each, Later) and each.closes is not None for each in outcomes):
            return
        if any(isinstance(each, Sent) for each in outcomes):
            self._reopen({self._provider, *map(self._workspace, reached)}, now)

    def held_back(self, claimed: Sequence[Claimed], now: datetime) -> list[Claimed]:
        """`domain.ports.ledger.Ledger.held_back`."""
        there: dict[str, list[Claimed]] = {}
        for each in claimed if self._channel in BY_WORKSPACE else ():
            there.setdefault(self._workspace(each.recipient.address.workspace), []).append(each)
        buckets = self._probed(there, now)
        found: list[Claimed] = []
        for name, bucket in buckets.items():
            tried = min(1, bucket.room(now))
            buckets[name], _ = rates.take(bucket, tried, now) if tried else (bucket, ())
            found += there[name][tried:]
        self._write(buckets)
        return found

    def _workspace(self, workspace: str) -> str:
        return bucket_name(self._channel, workspace, LimitScope.WORKSPACE)

    def _probed(self, names: Iterable[str], now: datetime) -> dict[str, Bucket]:
        """Those of the buckets that are being probed, locked; mostly there are none."""
        probed = self._connection.scalars(_PROBED, {"names": list(names)}).all() if names else []
        locked = self._locked(probed, now) if probed else {}
        return {name: bucket for name, bucket in locked.items() if bucket.probing}

    def _reopen(self, names: Iterable[str], now: datetime) -> None:
        probed = self._probed(names, now)
        self._write({name: rates.reopen(bucket, now) for name, bucket in probed.items()})

    def _locked(self, names: Iterable[str], now: datetime) -> dict[str, Bucket]:
        """The buckets, made where missing, locked in the order of their names: so workers cannot deadlock."""
        wanted = list(names)
        rows = self._connection.execute(_LOCK, {"names": wanted}).all()
        if len(rows) < len(wanted):
            self._connection.execute(_MAKE, {"names": wanted, "now": now})
            rows = self._connection.execute(_LOCK, {"names": wanted}).all()
        return {row.name: self._bucket(row, now) for row in rows}

    def _bucket(self, row: Row[tuple[object, ...]], now: datetime) -> Bucket:
        limit = self._limits.of(row.name)
        new = rates.fresh(limit, now)
        if row.rate is None:
            return replace(new, closed_until=row.closed_until, probing=row.probing)
        ceiling = inf if row.ceiling is None else row.ceiling
        return Bucket(
            limit, row.rate, row.next_at, row.closed_until, row.since, row.taken, ceiling, row.probing
        )

    def _write(self, buckets: Mapping[str, Bucket]) -> None:
        if not buckets:
            return
        written = list(buckets.values())
        bound = {
            "names": list(buckets),
            "rate": [each.rate for each in written],
            "next_at": [each.next_at for each in written],
            "closed_until": [each.closed_until for each in written],
            "since": [each.since for each in written],
            "taken": [each.taken for each in written],
            "ceiling": [None if isinf(each.ceiling) else each.ceiling for each in written],
            "probing": [each.probing for each in written],
        }
        self._connection.execute(_WRITE, bound)


def _in_turn(claimed: Claimed, turns: Sequence[datetime], now: datetime) -> Claimed:
    return claimed._replace(wait=max(turns, default=now) - now)
