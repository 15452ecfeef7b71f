"""How long is waited before a delivery is tried again."""

from domain.retrying import FIRST_WAIT, LONGEST_WAIT, wait_before


def test_waits_double_up_to_a_quarter_of_an_hour() -> None:
    waits = [wait_before(attempt) for attempt in range(1, 30)]
    assert waits[:4] == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT, 8 * FIRST_WAIT]
    assert waits == sorted(waits)
    assert max(waits) == LONGEST_WAIT
    assert wait_before(0) == FIRST_WAIT
