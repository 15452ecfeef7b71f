"""What is kept of listening, in PostgreSQL."""

from datetime import timedelta

from sqlalchemy import Engine

from adapters.storage.database import Database
from adapters.storage.listening import ListeningProgress
from domain.limits import Limits
from domain.people import Channel
from domain.ports.listening import Unread
from tests.storage_fixtures import NOW


def test_all_that_is_known_of_a_gateway_is_kept_side_by_side(engine: Engine) -> None:
    mine, others = ListeningProgress(engine, "a gateway"), ListeningProgress(engine, "another one")
    assert (mine.load(), mine.unread(), mine.starts()) == (None, None, [])
    left = Unread(NOW - timedelta(hours=2), asked=False, after=17)
    mine.leave(left)
    mine.started(NOW)
    mine.save(NOW)
    assert (mine.load(), mine.unread(), mine.starts()) == (NOW, left, [NOW])
    mine.leave(None)
    assert (mine.load(), mine.unread(), mine.starts()) == (NOW, None, [NOW])
    assert others.load() is None


def test_turns_to_read_are_taken_for_all_processes(database: str) -> None:
    """Fault 29: those of one process come after those of another."""
    one, two = (Database(database, feed=False, limits=Limits()) for _ in range(2))
    last = one.turns(Channel.DISCORD).take("", 10, NOW)[-1]
    assert two.turns(Channel.DISCORD).take("", 1, NOW)[0] > last
    one.close()
    two.close()
