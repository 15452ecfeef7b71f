"""Short storms: `./donelog storm` makes the long one, of the processes that `donelog run` starts."""

import signal
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from tests.chaos.child import Child
from tests.chaos.server import HOME
from tests.evenings.evening import Wanted, evening, next_minute

NOW_DUE = timedelta(minutes=-1)
PEOPLE = 150


async def hasty(environment: Mapping[str, str], log: Path) -> Child:
    """A process of the product with shorter waits, forked from one that has imported everything."""
    return Child(("run", "", "0", signal.SIGKILL.name), environment, str(log))


@pytest.mark.parametrize(("how", "seconds"), [(signal.SIGTERM, 5), (signal.SIGKILL, 12)])
async def test_everybody_is_asked_once_though_all_workers_restart_meanwhile(
    how: signal.Signals, seconds: int
) -> None:
    """Fault 13: a restart when everybody is due, of processes that are asked to stop or are killed."""
    told: list[str] = []
    wanted = Wanted(PEOPLE, restarts=3, within=timedelta(seconds=seconds), hows=(how,))
    found = await evening(wanted, next_minute(NOW_DUE), told.append, HOME / "storm", hasty)
    assert found.good, "\n".join([*told, *found.lines()])
    assert len(found.lateness.everybody) == PEOPLE
    assert found.in_time, "\n".join(found.lines())
    if how is signal.SIGTERM:
        assert not found.mails_in_doubt, "who is asked to stop leaves nothing in doubt"
