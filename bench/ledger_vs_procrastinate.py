"""`ledger-vs-procrastinate`: the ledger beside a job queue for PostgreSQL that Python programs often use.

procrastinate runs jobs that do nothing, twenty at once, as its worker does by default; it claims and finishes
each by itself.  It is installed by this benchmark alone, into a folder of its own, from `procrastinate.lock`.
"""

import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy.engine import make_url

from adapters.storage.embedded import EmbeddedServer
from bench import postgres
from bench.figures import Figure, Sample, Sizes, compared, interleaved
from bench.ledger import cycled

_LOCK = Path(__file__).resolve().parent / "procrastinate.lock"
_FOLDER = postgres.HOME.parent / "bench-procrastinate"


def run(sizes: Sizes) -> list[Figure]:
    _install()
    jobs = 1_000 if sizes.rounds > 1 else 20
    unused = postgres.DatabaseUse()
    with postgres.server() as running:
        url = postgres.populated(running, sizes.people, sizes.due, sizes.few)
        with postgres.engine(url) as engine:
            pairs = interleaved(
                sizes.rounds,
                lambda: cycled(engine, sizes.due, unused),
                lambda: _procrastinate(running, jobs),
            )
    return compared("ledger-vs-procrastinate", "deliveries", pairs, "ratio >= 40 (floor 25)")


def _install() -> None:
    if (_FOLDER / "procrastinate").exists():
        return
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "--target", str(_FOLDER), "-r", str(_LOCK)], check=True)  # noqa: S603 -- our own


def _procrastinate(running: EmbeddedServer, jobs: int) -> Sample:
    """In a database of its own, made anew."""
    name = "procrastinate"
    with postgres.administrator(running) as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    url = make_url(running.database(name))
    libpq = url.set(drivername="postgresql").render_as_string(hide_password=False)
    command = [sys.executable, "-m", "bench.procrastinate_worker", libpq, str(jobs)]
    path = os.pathsep.join((str(_FOLDER), os.environ.get("PYTHONPATH", str(Path.cwd()))))
    told = subprocess.run(  # noqa: S603 -- our own program
        command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": path}
    ).stdout
    rate, cpu = told.split()
    return Sample(float(rate), float(cpu))
