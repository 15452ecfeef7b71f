"""Turns at a provider: never faster than the pace, whoever takes them, and a pace that is learned."""

from collections import deque
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.deliveries import Claimed, Key, Kind, LimitScope, Recipient, Ref
from domain.limits import Limit, Limits, bucket_name, bucket_names
from domain.people import Address, Channel
from domain.rates import AHEAD, PROBE_EVERY, Bucket, fresh, refuse, reopen, spread, take

NOW = datetime(2026, 11, 24, 17, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_what_is_planned_for_many_are_the_first_three_kinds() -> None:
    """The storage tells by the number what somebody waits for."""
    assert [kind for kind in Kind if kind <= Kind(3)] == [Kind.PROMPT, Kind.DIGEST, Kind.DIGEST_MAIL]
    assert (Kind.MARK, LimitScope.POST, LimitScope.MARK, LimitScope.OPEN) == (5, 1, 2, 3)


def claimed(kind: Kind, channel: Channel, direct: str | None, identity_id: int | None = 3) -> Claimed:
    recipient = Recipient(Address(channel, "U1", "T1"), direct, identity_id)
    return Claimed(Ref(NOW.date(), 1), Key(NOW.date(), kind, 1), 1, recipient, None, 1, 1, NOW)


@pytest.mark.parametrize(
    ("delivery", "names"),
    [
        (claimed(Kind.PROMPT, Channel.SLACK, "D1"), {"slack T1 posts"}),
        (claimed(Kind.PROMPT, Channel.SLACK, None), {"slack T1 posts", "slack T1 opens"}),
        (claimed(Kind.DIGEST, Channel.SLACK, None, None), {"slack T1 posts"}),
        (claimed(Kind.MARK, Channel.SLACK, None), {"slack T1 marks"}),
        (claimed(Kind.PROMPT, Channel.DISCORD, "D1"), {"discord"}),
        (claimed(Kind.PROMPT, Channel.DISCORD, None), {"discord", "discord opens"}),
        (claimed(Kind.MARK, Channel.DISCORD, "D1"), {"discord"}),
        (claimed(Kind.PROMPT, Channel.EMAIL, None), {"email"}),
    ],
)
def test_each_delivery_needs_turns_of_the_limits_that_it_meets(delivery: Claimed, names: set[str]) -> None:
    wanted = bucket_names(delivery)
    assert {each for each in wanted if Limits().of(each).a_second < inf} == names - {"email"}


def test_the_provider_as_a_whole_has_the_name_of_its_channel() -> None:
    assert [bucket_name(each, "T1", LimitScope.EVERYTHING) for each in Channel] == [
        "slack",
        "discord",
        "email",
    ]


moments = st.lists(st.tuples(st.floats(0, 3), st.integers(1, 60)), min_size=1, max_size=40)


@given(moments, st.floats(0.5, 60), st.integers(1, 20))
def test_no_stretch_of_time_holds_more_turns_than_the_pace_and_one_burst(
    steps: list[tuple[float, int]], a_second: float, burst: int
) -> None:
    """Whoever takes them, however many and whenever; and none lies further ahead than is allowed."""
    bucket, now, turns = fresh(Limit(a_second, burst), NOW), NOW, list[datetime]()
    for pause, wanted in steps:
        now += timedelta(seconds=pause)
        bucket, taken = take(bucket, min(wanted, bucket.room(now)), now)
        assert all(now <= each <= now + AHEAD + timedelta(microseconds=100) for each in taken)
        turns += taken
    assert turns == sorted(turns)
    for first in range(0, len(turns), 7):
        for last in range(first, len(turns), 5):
            span = (turns[last] - turns[first]).total_seconds()
            assert last - first + 1 <= span * a_second + burst + 0.01


def test_while_there_is_a_backlog_no_turn_is_lost() -> None:
    """The next turns are taken while those before still pass."""
    bucket, turns = fresh(Limit(48.75), NOW), list[datetime]()
    for step in range(200):
        now = NOW + step * SECOND / 2
        bucket, taken = take(bucket, bucket.room(now), now)
        turns += taken
    longest = max(after - before for before, after in pairwise(turns))
    assert longest < SECOND / 48
    assert len(turns) >= 48.75 * 100


def test_after_a_pause_a_burst_may_be_sent_at_once_and_no_more() -> None:
    bucket = fresh(Limit(5, burst=20), NOW)
    bucket, taken = take(bucket, bucket.room(NOW), NOW)
    assert sum(each == NOW for each in taken) == 20
    bucket, taken = take(bucket, bucket.room(NOW + SECOND), NOW + SECOND)
    assert len(taken) == 5


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0, 40), max_size=5), st.integers(1, 30))
def test_a_burst_is_made_up_for_so_that_no_minute_holds_more_than_is_allowed(
    pauses: list[float], burst: int
) -> None:
    """A provider that counts by the minute takes the whole backlog, however often it comes in between."""
    limit = Limit(5, burst, within=60 * SECOND)
    bucket, now, turns = fresh(limit, NOW), NOW, list[datetime]()
    for pause in [*pauses, 0]:
        now += timedelta(seconds=pause)
        for _ in range(150):
            bucket, taken = take(bucket, bucket.room(now), now)
            turns += taken
            now += SECOND / 2
    for first in range(0, len(turns), 11):
        in_a_minute = sum(0 <= (each - turns[first]).total_seconds() < 60 for each in turns[first:])
        assert in_a_minute <= 302 + min(burst, 5 * max(pauses, default=0))


def test_no_turn_is_given_twice_when_a_short_closing_is_over() -> None:
    """Workers have theirs up to a second ahead: what was given out for later than the closing is used."""
    bucket, given_out = take(fresh(Limit(49), NOW), 49, NOW)
    bucket = refuse(bucket, SECOND / 50, NOW + SECOND / 10)
    now = NOW + SECOND / 2
    _, taken = take(bucket, bucket.room(now), now)
    assert min(taken) > max(given_out)


def test_where_bursts_are_taken_what_waited_for_a_closed_bucket_goes_at_once() -> None:
    """The provider has counted nothing meanwhile; so a refusal costs no more than its wait."""
    bucket = fresh(Limit(5, burst=20, within=60 * SECOND), NOW)
    for step in range(40):
        bucket, _ = take(bucket, bucket.room(NOW + step * SECOND / 2), NOW + step * SECOND / 2)
    now = NOW + 20 * SECOND
    bucket = refuse(bucket, 3 * SECOND, now)
    _, taken = take(bucket, bucket.room(now + 3 * SECOND), now + 3 * SECOND)
    assert 15 <= sum(each == now + 3 * SECOND for each in taken) <= 16


def test_who_opens_too_many_conversations_goes_half_as_fast_for_a_long_time() -> None:
    """Fault 28: Discord says no number; a bot that goes on is stopped for good."""
    opens = Limits().of("discord opens")
    bucket, _ = take(fresh(opens, NOW), 5, NOW)
    bucket = refuse(bucket, 600 * SECOND, NOW + SECOND)
    opened: list[datetime] = []
    for second in range(600, 1_200):
        bucket, taken = take(bucket, bucket.room(NOW + second * SECOND), NOW + second * SECOND)
        opened += taken
    assert len([each for each in opened if each > NOW + 601 * SECOND]) == 15
    for _ in range(20):
        bucket = refuse(bucket, 600 * SECOND, bucket.closed_until)
    assert bucket.rate == pytest.approx(opens.a_second / 10)


def test_a_closed_bucket_has_no_turns_until_it_opens_and_then_no_burst() -> None:
    bucket = refuse(fresh(Limit(5, burst=20), NOW), 30 * SECOND, NOW)
    assert bucket.room(NOW + 29 * SECOND) == 0
    assert bucket.room(NOW + 30 * SECOND) == 6
    again = refuse(bucket, 10 * SECOND, NOW + SECOND)
    assert again.closed_until == bucket.closed_until, "a shorter wait opens nothing earlier"


def test_a_ban_is_probed_once_a_minute_until_a_call_goes_through() -> None:
    """Fault 20: no more than one call a minute, whoever asks for turns and however often."""
    bucket = refuse(fresh(Limit(48.75), NOW), PROBE_EVERY, NOW, everything=True)
    tried = 0
    for second in range(600):
        now = NOW + second * SECOND
        if bucket.room(now):
            bucket, taken = take(bucket, bucket.room(now), now)
            tried += len(taken)
            bucket = refuse(bucket, PROBE_EVERY, now, everything=True)
    assert tried == 9
    now = NOW + 600 * SECOND
    bucket, _ = take(bucket, bucket.room(now), now)
    assert bucket.room(now + SECOND) == 0
    assert reopen(bucket, now + 2 * SECOND).room(now + 2 * SECOND) == 49


class Window:
    """A provider that takes so many calls within so many seconds."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most, self.span = most, timedelta(seconds=seconds)
        self.calls: deque[datetime] = deque()

    def wait(self, at: datetime) -> timedelta | None:
        """What it asks to wait, in whole seconds; None: it has taken the call."""
        while self.calls and self.calls[0] <= at - self.span:
            self.calls.popleft()
        if len(self.calls) < self.most:
            self.calls.append(at)
            return None
        left = (self.calls[0] + self.span - at).total_seconds()
        return timedelta(seconds=-(-left // 1))


def played(window: Window, limit: Limit, seconds: int) -> tuple[int, int, Bucket]:
    """With an endless backlog for so long: how many went through, how many were refused."""
    bucket, sent, refused = fresh(limit, NOW), 0, 0
    for step in range(seconds * 2):
        now = NOW + step * SECOND / 2
        bucket, turns = take(bucket, bucket.room(now), now)
        closed = NOW
        for turn in turns:
            if turn < closed:  # its sender knows that it is closed
                continue
            wait = window.wait(turn)
            if wait is None:
                sent += 1
            else:
                refused += 1
                closed = turn + wait
                bucket = refuse(bucket, wait, turn)
    return sent, refused, bucket


SLACK = Limits().of("slack T1 posts")


@pytest.mark.parametrize("a_minute", [100, 150, 300, 525, 1_200])
def test_the_pace_becomes_what_the_provider_takes(a_minute: int) -> None:
    """Nobody publishes what Slack's "several hundred a minute" are: it is found out, and then kept."""
    window = Window(a_minute, 60)
    played_for = 1_800
    sent, refused, bucket = played(window, SLACK, played_for)
    assert 0.93 * a_minute <= bucket.rate * 60 <= 1.05 * a_minute
    assert refused <= 0.005 * sent
    learning = 0.15 if a_minute > 1_000 else 0.06
    assert sent >= (1 - learning) * a_minute * played_for / 60


def test_close_to_what_was_published_hardly_anything_is_refused_and_little_is_left_over() -> None:
    sent, refused, _ = played(Window(300, 60), SLACK, 3_600)
    assert refused <= 0.005 * sent
    assert sent >= 0.97 * 300 * 60


def test_a_refusal_that_has_little_behind_it_costs_little() -> None:
    """A platform that stumbles for once does not slow the next hour down."""
    bucket, _ = take(fresh(SLACK, NOW), 3, NOW)
    assert refuse(bucket, 30 * SECOND, NOW).rate == pytest.approx(4.0)


def test_refusals_of_calls_that_were_on_their_way_teach_nothing_more() -> None:
    bucket, _ = take(fresh(SLACK, NOW), 25, NOW)
    once = refuse(bucket, 30 * SECOND, NOW + SECOND)
    assert refuse(once, 30 * SECOND, NOW + SECOND).rate == once.rate


def test_without_a_backlog_nothing_is_learned() -> None:
    bucket = fresh(SLACK, NOW)
    for minute in range(500):
        bucket, _ = take(bucket, 10, NOW + minute * 60 * SECOND)
    assert bucket.rate == SLACK.a_second


def test_calls_that_are_left_are_spread_until_the_provider_says_otherwise() -> None:
    """Nobody knows how many deliveries go into a call: whoever takes turns makes one, and the next waits."""
    mail = spread(fresh(Limit(inf), NOW), 3 * SECOND, NOW)
    assert [mail.room(NOW + second * SECOND) > 500 for second in (0, 1, 2)] == [False, False, True]
    mail, taken = take(mail, 500, NOW + 2 * SECOND)
    assert taken == [NOW + 3 * SECOND] * 500, "a second ahead, as all turns"
    assert [mail.room(NOW + second * SECOND) > 500 for second in (4, 5)] == [False, True]
    mail, taken = take(mail, 1, NOW + 9 * SECOND)
    assert taken == [NOW + 9 * SECOND]
    assert not spread(mail, timedelta(0), NOW + 9 * SECOND).by_batch
