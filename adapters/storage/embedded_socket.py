"""The folder of the embedded PostgreSQL's unix socket: short, its owner's alone, the same after a crash."""

import contextlib
import os
import socket
import stat
import struct
import tempfile
from pathlib import Path

from adapters.storage.embedded_binaries import Account, EmbeddedPostgresError, reachable

PORT = 5432  # part of the socket's name; nothing listens on TCP
_PATH_LIMIT = 100  # bytes; the system's own is 103 (macOS) or 107 (Linux)
_PREFIX = "donelog-"
_ANSWER_SECONDS = 5.0
_SSL_REQUEST = struct.pack("!ii", 8, 80877103)
_FILES = (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock")


def make_socket_folder(preferred: Path, account: Account | None, last: Path | None) -> Path:
    """A folder that `account` (None: we) and root alone may enter.

    It is `last`, the one before a crash, if that is still good: then whoever was connected finds the server
    again under the same address. Else it lies in `preferred`, or with the temporary files where a path in
    `preferred` would be too long or out of the server's reach.
    """
    if last is not None and _is_private(last, account):
        return last
    # Not in XDG_RUNTIME_DIR: that one goes when its user logs out, and the server stays.
    for base in (preferred, Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108 -- mkdtemp makes a name that nobody could foresee
        longest = base / f"{_PREFIX}xxxxxxxx" / _FILES[0]
        if len(os.fsencode(longest)) <= _PATH_LIMIT and reachable(base, account):
            made = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))
            if account is not None:
                os.chown(made, account.user, account.group)
            return made
    raise EmbeddedPostgresError("There is no folder for temporary files that the database server can use")


def _is_private(folder: Path, account: Account | None) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    owner = os.geteuid() if account is None else account.user
    private = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == stat.S_IRWXU
    return folder.name.startswith(_PREFIX) and private and found.st_uid == owner


def clear_socket_folder(folder: Path) -> None:
    """Remove what a dead server left in it: else its old process number could keep the next from starting."""
    if folder.name.startswith(_PREFIX):
        for name in _FILES:
            with contextlib.suppress(OSError):
                (folder / name).unlink()


def remove_socket_folder(folder: Path) -> None:
    """Remove what we made for a socket, and nothing else whatever the path says."""
    clear_socket_folder(folder)
    if folder.name.startswith(_PREFIX):
        with contextlib.suppress(OSError):
            folder.rmdir()


def takes_connections(folder: Path) -> bool:
    """Whether a living server answers on the socket in `folder`.

    That the socket can be connected to does not say so: the system still takes connections for a server that
    is being killed. An SSLRequest is answered with one byte by a process that the server makes for it
    (postgresql.org, "Message Formats"), and leaves nothing in its log.
    """
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(_ANSWER_SECONDS)
        try:
            probe.connect(str(folder / _FILES[0]))
            probe.sendall(_SSL_REQUEST)
            return bool(probe.recv(1))
        except OSError:
            return False
