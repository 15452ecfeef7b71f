"""The benchmarks' own PostgreSQL: the embedded one with the settings it ships with: commits are durable."""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.pool import NullPool

from adapters.storage.embedded import EmbeddedServer, start
from adapters.storage.engine import make_engine
from bench import crowd
from bench.figures import Figure, Sample
from migrations.run import head, migrate

HOME = Path(__file__).resolve().parent.parent / ".donelog" / "bench"


@contextlib.contextmanager
def server() -> Iterator[EmbeddedServer]:
    """Runs until the `with` ends. Its data stay in the project's `.donelog`, so that a crowd is made once.

    One benchmark at a time: another one's would take its processor, and may drop its databases.
    """
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "turn.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        running = start(HOME)
        try:
            yield running
        finally:
            running.release()


def populated(running: EmbeddedServer, people: int, due: int, few: int) -> str:
    """The address of a database with a crowd in it, made the first time; its ledger is empty."""
    edition = f"crowd_{head()}_{crowd.edition()}"
    name = f"{edition}_{people}_{due}_{few}"
    with administrator(running) as connection:
        made = connection.scalars(text("SELECT datname FROM pg_database WHERE datname LIKE 'crowd_%'")).all()
        for outdated in (each for each in made if not each.startswith(edition)):
            connection.execute(text(f'DROP DATABASE "{outdated}" WITH (FORCE)'))
        if name not in made:
            half = f"{name}_half"
            connection.execute(text(f'DROP DATABASE IF EXISTS "{half}" WITH (FORCE)'))
            crowd.populate(running.database(half), people, due, few)
            connection.execute(text(f'ALTER DATABASE "{half}" RENAME TO "{name}"'))
    url = running.database(name)
    with engine(url) as opened:
        empty_ledger(opened)
    return url


def fresh(running: EmbeddedServer, name: str) -> str:
    """The address of a database at the newest schema with nothing in it."""
    with administrator(running) as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    url = running.database(name)
    migrate(url)
    return url


@contextlib.contextmanager
def administrator(running: EmbeddedServer) -> Iterator[Connection]:
    """A connection that is in no transaction, to the maintenance database."""
    made = create_engine(running.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with made.connect() as connection:
        yield connection
    made.dispose()


@contextlib.contextmanager
def engine(url: str) -> Iterator[Engine]:
    """The product's own engine."""
    made = make_engine(url)
    try:
        yield made
    finally:
        made.dispose()


def empty_ledger(made: Engine) -> None:
    """Take out what is planned for the day; what was sent the day before stays."""
    with made.begin() as connection:
        for table in ("deliveries", "attempts"):
            connection.execute(text(f"TRUNCATE {table}_{crowd.DAY:%Y%m%d}"))


def analyze(made: Engine) -> None:
    """Let PostgreSQL know the day's rows: a bound is to have the best plan, by whatever means."""
    with made.begin() as connection:
        connection.execute(text(f"ANALYZE deliveries_{crowd.DAY:%Y%m%d}"))


@dataclass(slots=True)
class DatabaseUse:
    """What was asked of PostgreSQL between two looks."""

    wal: int = 0
    """Bytes."""
    statements: int = 0
    commits: int = 0

    def figures(
        self, count: int, goals: tuple[str, str, str] = ("", "", ""), what: str = "delivery"
    ) -> list[Figure]:
        return [
            Figure(f"  WAL for each {what}", self.wal / count, "bytes", goal=goals[0]),
            Figure(f"  statements for each {what}", self.statements / count, "", goal=goals[1]),
            Figure(f"  commits for each {what}", self.commits / count, "", goal=goals[2]),
        ]


def sample(made: Engine, count: int, work: Callable[[], object], helpers: Sequence[int] = ()) -> Sample:
    """Do `work`, which does `count` of something; tell its pace and the processor that was used.

    Of PostgreSQL for this database, of this process and of the processes `helpers`.
    """

    def used() -> float:
        return cpu_seconds(made) + time.process_time() + sum(_cpu_seconds(each) for each in helpers)

    cpu_before = used()
    began = time.perf_counter()
    work()
    took = time.perf_counter() - began
    return Sample(count / took, (used() - cpu_before) * 1_000 / count)


def cpu_seconds(made: Engine) -> float:
    """What the server's processes for this database have used so far; 0 where the system does not tell."""
    of_database = text(
        "SELECT pid FROM pg_stat_activity "
        "WHERE datname = current_database() AND backend_type = 'client backend'"
    )
    with made.connect() as connection:
        backends = connection.execute(of_database).scalars().all()
    return sum(_cpu_seconds(backend) for backend in backends)


def _cpu_seconds(backend: int) -> float:
    """https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html, fields 14 and 15."""
    try:
        fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def counting(made: Engine, spent: DatabaseUse) -> Iterator[None]:
    """Add to `spent` what `made` asks within the `with`.

    WAL is the whole server's, which nobody else uses; statements and commits are those of this engine.
    """

    def statement(*_: object) -> None:
        spent.statements += 1

    def commit(_: object) -> None:
        spent.commits += 1

    event.listen(made, "before_cursor_execute", statement)
    event.listen(made, "commit", commit)
    before = _written(made)
    spent.statements -= 1  # the look itself
    try:
        yield
    finally:
        event.remove(made, "before_cursor_execute", statement)
        event.remove(made, "commit", commit)
        spent.wal += _written(made) - before


def _written(made: Engine) -> int:
    """Bytes of WAL that were written since the server was made."""
    with made.connect() as connection:
        return int(
            connection.execute(text("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")).scalar_one()
        )
