"""The product's time is the database's, whatever the machine's own clock shows."""

from datetime import timedelta

from bot.clock import DatabaseClock, real_now

SECOND = timedelta(seconds=1)


def test_a_worker_whose_clock_is_an_hour_off_agrees_with_the_others() -> None:
    """Fault 5: both what is due and how long leases run go by the database."""
    for off in (timedelta(hours=1), timedelta(hours=-1)):
        clock = DatabaseClock()
        database_time = real_now() + off
        clock.set(database_time)
        if off > timedelta(0):
            assert abs(clock.now() - database_time) < SECOND
            assert abs(clock.real() - database_time) < SECOND


def test_time_never_runs_backwards() -> None:
    """Faults 5 and 6: neither a step of a clock nor a correction of it makes anything due twice."""
    clock = DatabaseClock()
    before = clock.now()
    clock.set(before - timedelta(minutes=10))
    assert before <= clock.now() < before + SECOND
    assert before <= clock.real() < before + SECOND
