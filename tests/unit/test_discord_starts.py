"""However a process fares, Discord's gateway is not begun so often that Discord shuts the bot out."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.starts import AT_ONCE, DAY, MOST_A_DAY, pause

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
CRASHES = st.lists(st.integers(1, 3_600).map(lambda seconds: timedelta(seconds=seconds)), max_size=300)


def begun(crashes: Sequence[timedelta]) -> list[datetime]:
    """When sessions begin that end after so long each."""
    starts: list[datetime] = []
    now = NOW
    for lived in crashes:
        now += pause(starts, now)
        starts.append(now)
        now += lived
    return starts


@given(CRASHES)
def test_never_more_than_a_hundred_within_a_day(crashes: list[timedelta]) -> None:
    """Fault 29: a crash loop begins a session with every life."""
    starts = begun(crashes)
    for first, last in zip(starts, starts[MOST_A_DAY:], strict=False):
        assert last - first >= DAY


def test_after_a_hundred_within_a_day_none_is_begun_until_the_first_is_a_day_old() -> None:
    """Fault 29: even if they were begun faster than they may be, as two processes at once can."""
    starts = [NOW + timedelta(seconds=second) for second in range(MOST_A_DAY)]
    assert pause(starts, NOW + timedelta(hours=1)) == timedelta(hours=23)


def test_the_first_forty_wait_for_nothing_and_the_next_for_minutes() -> None:
    starts = begun([timedelta(seconds=1)] * (AT_ONCE + 2))
    assert starts[AT_ONCE - 1] - NOW == timedelta(seconds=AT_ONCE - 1)
    assert starts[AT_ONCE] - starts[AT_ONCE - 1] == timedelta(minutes=24)
    assert starts[AT_ONCE + 1] - starts[AT_ONCE] == timedelta(minutes=24)
