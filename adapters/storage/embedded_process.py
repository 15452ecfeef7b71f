"""The server process of one data folder: making the folder, starting, finding, stopping.

Whether a server of ours lives is told by a lock, not by a process number. The server is started with an open,
locked file that all its processes inherit, so the lock is free exactly when the last of them is gone, however
it went. The process number in `postmaster.pid` serves for one thing, to ask the server to stop, and only
after that process has been seen to be the server: after a restart of a container or of the machine the number
may be anybody's.
"""

import contextlib
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from adapters.storage.embedded_binaries import (
    Account,
    Binaries,
    EmbeddedPostgresError,
    named_account,
    reachable_binaries,
)
from adapters.storage.embedded_socket import clear_socket_folder, make_socket_folder, takes_connections

SUPERUSER = "donelog"
_LOG_LIMIT = 1_000_000  # bytes, beyond which a start begins a new log
_ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",  # solid state disks
    "jit": "off",  # costs more than it saves on short statements
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}


_SOCKET_FOLDER = re.compile(r'"unix_socket_directories=([^"]+)"')


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What `postmaster.pid` says (postgresql.org, "Database File Layout"; miscadmin.h lists its lines)."""

    pid: int
    socket_folder: Path
    ready: bool


@dataclass(frozen=True, slots=True)
class Cluster:
    """One data folder, `folder/data`, with the log and locks beside it. `account` as in `server_account`."""

    folder: Path
    binaries: Binaries
    account: Account | None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    @contextlib.contextmanager
    def when_down(self) -> Iterator[IO[bytes] | None]:
        """The lock that a living server holds, or None when one does."""
        with open_lock(self.folder / "server.lock") as lock:
            yield lock if try_lock(lock) else None

    def postmaster(self) -> Postmaster | None:
        """The server that the data folder names. It may be long dead: see `when_down`."""
        try:
            lines = self.pid_file.read_text().splitlines()
            return Postmaster(abs(int(lines[0])), Path(lines[4]), lines[7].strip() == "ready")
        except (FileNotFoundError, IndexError, ValueError):  # none, or one that is being written
            return None

    def initialise(self) -> None:
        """Make the data folder: whole or not at all, so a start that was killed leaves no half of one.

        Raises:
            EmbeddedPostgresError: `initdb` failed; the text has its last words.
        """
        unfinished = self.folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        initial = None if self.account is None else named_account()
        _give(unfinished, initial)
        binaries = reachable_binaries(self.binaries, initial)
        command = [
            *[binaries.program("initdb"), "-D", _as_seen_from_within(unfinished, initial), "-U", SUPERUSER],
            # Whoever reaches the socket may connect: it lies in a folder that only its owner and root enter.
            *["--auth-local=trust", "--auth-host=reject", "--data-checksums", "--encoding=UTF8"],
            *["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
            "--text-search-config=simple",
        ]
        done = _run(command, unfinished, initial, subprocess.PIPE)
        if done.returncode != 0:
            said = done.stdout.decode(errors="replace").strip()
            raise EmbeddedPostgresError(f"The database could not be made:\n{said}")
        _give_all(unfinished, self.account)
        unfinished.rename(self.data)

    def begin_log(self) -> int:
        """The log's size in bytes before the next start; a log that has grown long is put aside first."""
        if not self.log.exists():
            return 0
        size = self.log.stat().st_size
        if size <= _LOG_LIMIT:
            return size
        self.log.replace(self.log.with_suffix(".log.1"))
        return 0

    def launch(self, lock: IO[bytes], last_socket_folder: Path | None = None) -> Path:
        """Start the server, which keeps `lock` for as long as it lives.

        Returns the folder of its socket, before it is ready.
        """
        _give_all(self.data, self.account)
        binaries = reachable_binaries(self.binaries, self.account)
        socket_folder = make_socket_folder(self.folder, self.account, last_socket_folder)
        settings = {**_SETTINGS, "unix_socket_directories": str(socket_folder)}
        command = [binaries.program("postgres"), "-D", _as_seen_from_within(self.data, self.account)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            # Through a shell that ends at once, so that the server is the system's child and not ours: it
            # outlives us, and no dead child of ours looks like a living server.
            _run(["/bin/sh", "-c", '"$@" &', "sh", *command], self.data, self.account, log, lock)
        return socket_folder

    def answers(self, postmaster: Postmaster) -> bool:
        """Whether the server has said that it is ready, and takes connections."""
        return postmaster.ready and takes_connections(postmaster.socket_folder)

    def ask_to_stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is on disk."""
        postmaster = self.postmaster()
        if postmaster is not None and self._is_served_by(postmaster):
            os.kill(postmaster.pid, signal.SIGINT)

    def sweep(self) -> Path | None:
        """Clear what a dead server left; returns its socket folder. Only to be called while `when_down`.

        PostgreSQL itself copes with a stale `postmaster.pid`, except when its number belongs to another
        living process of the same user: then it would not start.

        Raises:
            EmbeddedPostgresError: somebody else started a server for our data folder, and it runs.
        """
        postmaster = self.postmaster()
        if postmaster is None:
            self.pid_file.unlink(missing_ok=True)
            return self._started_with()
        if self._is_served_by(postmaster):
            raise EmbeddedPostgresError(
                f"Process {postmaster.pid}, a PostgreSQL not started by donelog, uses {self.data}; stop it"
            )
        clear_socket_folder(postmaster.socket_folder)
        if _lives(postmaster.pid):
            self.pid_file.unlink()
        return postmaster.socket_folder

    def _started_with(self) -> Path | None:
        """The socket folder of the last start, which a server that somebody stopped has left as it was.

        `postmaster.opts` holds the command line of the last start (postgresql.org, "Database File Layout").
        """
        try:
            found = _SOCKET_FOLDER.search((self.data / "postmaster.opts").read_text())
        except FileNotFoundError:
            return None
        return Path(found[1]) if found else None

    def _is_served_by(self, postmaster: Postmaster) -> bool:
        """Whether that process is a PostgreSQL that serves this data folder."""
        program, command = _program_and_command(postmaster.pid)
        if Path(program).name != "postgres":
            return False
        if str(postmaster.socket_folder) in command or str(self.data) in command:
            return True
        try:
            return self.data.samefile(f"/proc/{postmaster.pid}/cwd")
        except OSError:
            return False


def open_lock(path: Path) -> IO[bytes]:
    """A file to be locked with flock: the system frees it when its holders are gone, however they went."""
    lock = open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0)  # noqa: SIM115, PTH123 -- the caller closes it; Path.open sets no mode
    if os.geteuid() == 0:  # so that the home's owner can use it without us
        owner = path.parent.stat()
        os.fchown(lock.fileno(), owner.st_uid, owner.st_gid)
    return lock


def try_lock(lock: IO[bytes]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _as_seen_from_within(folder: Path, account: Account | None) -> str:
    """How a process started in `folder` names it.

    Another user may not be able to walk to it (the home of root is closed), but it may stay where it is put.
    """
    return str(folder) if account is None else "/proc/self/cwd"


def _run(
    command: list[str],
    folder: Path,
    account: Account | None,
    output: IO[bytes] | int,
    lock: IO[bytes] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run one of PostgreSQL's programs in `folder` as `account`, with `lock` left open in it.

    It has a session of its own, so Ctrl-C in our terminal does not reach it.
    """
    return subprocess.run(  # noqa: S603 -- our own programs
        command,
        cwd=folder,
        env=_ENVIRONMENT,
        umask=0o077,
        user=None if account is None else account.user,
        group=None if account is None else account.group,
        extra_groups=None if account is None else [],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        pass_fds=[] if lock is None else [lock.fileno()],
        check=False,
    )


def _give(path: Path, account: Account | None) -> None:
    if account is not None:
        os.chown(path, account.user, account.group)


def _give_all(folder: Path, account: Account | None) -> None:
    """Give the whole folder to `account`; itself last, so that an interrupted change is seen and repeated."""
    if account is not None and folder.stat().st_uid != account.user:
        for path in folder.rglob("*"):
            os.chown(path, account.user, account.group, follow_symlinks=False)
        _give(folder, account)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _program_and_command(pid: int) -> tuple[str, str]:
    """A process's program and its whole command line; both empty if there is none that can be read."""
    if sys.platform == "linux":
        try:
            arguments = Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")
        except OSError:
            return "", ""
        return arguments[0], " ".join(arguments)
    return _ask_ps(pid, "comm="), _ask_ps(pid, "command=")


def _ask_ps(pid: int, column: str) -> str:
    asked = ["/bin/ps", "-ww", "-o", column, "-p", str(pid)]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603 -- a number and fixed words
