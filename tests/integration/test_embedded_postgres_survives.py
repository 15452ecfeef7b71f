"""The embedded PostgreSQL: what it survives, and whom it leaves alone."""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.storage.embedded import EmbeddedPostgresError, EmbeddedServer, start
from adapters.storage.embedded_binaries import find_binaries, server_account
from adapters.storage.embedded_process import Cluster, Postmaster, open_lock
from adapters.storage.embedded_socket import remove_socket_folder
from tests.databases import is_down, run, value
from tests.integration.embedded_users import OtherProcess

Use = Callable[[], EmbeddedServer]


@pytest.fixture(scope="module")
def used_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose data folder has been made; no server runs."""
    home = tmp_path_factory.mktemp("home")
    start(home).release()
    return home


@pytest.fixture
def use(used_home: Path) -> Iterator[Use]:
    """Starts the server of that home or attaches to it; whatever a test forgets is released at its end."""
    with contextlib.ExitStack() as shares:

        def started() -> EmbeddedServer:
            server = start(used_home)
            shares.callback(server.release)
            return server

        yield started


@pytest.fixture
def cluster(used_home: Path) -> Cluster:
    binaries = find_binaries(None)
    folder = used_home / f"pg{binaries.major}"
    return Cluster(folder, binaries, server_account(used_home, folder / "data"))


@pytest.fixture
def innocent(cluster: Cluster) -> Iterator[subprocess.Popen[bytes]]:
    """A living process that has nothing to do with us, of the same user as the server."""
    account = cluster.account
    process = subprocess.Popen(
        ["/bin/sleep", "600"],
        user=None if account is None else account.user,
        group=None if account is None else account.group,
        extra_groups=None if account is None else [],
    )
    yield process
    process.kill()
    process.wait()


def server_pid(cluster: Cluster) -> int:
    postmaster = cluster.postmaster()
    assert postmaster is not None
    return postmaster.pid


def wait_until_ready(cluster: Cluster) -> Postmaster:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        postmaster = cluster.postmaster()
        if postmaster is not None and cluster.answers(postmaster):
            return postmaster
    raise AssertionError("The server did not start")


def with_process_number(cluster: Cluster, pid: int) -> None:
    """A `postmaster.pid` as a machine that lost its power leaves it, its number since given to `pid`."""
    lines = [str(pid), "/proc/self/cwd", "1795494503", "5432", "/tmp/donelog-gone", "", "1 1", "ready"]  # noqa: S108 -- names a folder that is not there
    cluster.pid_file.write_text("\n".join(lines) + "\n")


def test_it_outlives_a_user_killed_with_9_and_the_next_one_stops_it(
    used_home: Path, use: Use, cluster: Cluster
) -> None:
    other = OtherProcess.using(used_home)
    url = other.url()
    pid = server_pid(cluster)
    other.kill()
    assert value(url, "SELECT 1") == 1

    server = use()
    assert (server.url, server_pid(cluster)) == (url, pid)

    server.release()
    assert is_down(url)


def test_a_killed_user_does_not_keep_the_others_from_stopping_it(used_home: Path, use: Use) -> None:
    server = use()
    other = OtherProcess.using(used_home)
    other.url()

    other.kill()
    server.release()

    assert is_down(server.url)


def test_committed_rows_survive_a_server_killed_with_9(use: Use, cluster: Cluster) -> None:
    first = use()
    url = first.database("rows")
    run(url, "CREATE TABLE done (line text)", "INSERT INTO done VALUES ('kept')")
    os.kill(server_pid(cluster), signal.SIGKILL)

    second = use()

    assert value(url, "SELECT line FROM done") == "kept", "the first user finds it at the old address"
    first.release()
    assert not is_down(second.url)
    second.release()
    assert is_down(second.url)


def test_a_user_can_start_a_dead_server_again(use: Use, cluster: Cluster) -> None:
    server = use()
    os.kill(server_pid(cluster), signal.SIGKILL)

    server.revive()

    assert value(server.url, "SELECT 1") == 1
    server.release()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_a_server_that_somebody_stopped_comes_again_at_its_old_address(
    use: Use, cluster: Cluster, number: signal.Signals
) -> None:
    server = use()
    pid = server_pid(cluster)
    os.kill(pid, number)
    with contextlib.suppress(ProcessLookupError):
        while True:
            os.kill(pid, 0)

    server.revive()

    assert value(server.url, "SELECT 1") == 1
    server.release()


def test_releasing_after_the_server_was_killed_is_no_error(use: Use, cluster: Cluster) -> None:
    server = use()
    os.kill(server_pid(cluster), signal.SIGKILL)

    server.release()

    assert is_down(server.url)


def test_a_living_stranger_in_the_pid_file_is_left_alone(
    use: Use, cluster: Cluster, innocent: subprocess.Popen[bytes]
) -> None:
    with_process_number(cluster, innocent.pid)

    server = use()
    assert value(server.url, "SELECT 1") == 1
    assert server_pid(cluster) != innocent.pid
    server.release()

    assert innocent.poll() is None


def test_a_stranger_is_not_taken_for_the_server_when_it_is_to_stop(
    use: Use, cluster: Cluster, innocent: subprocess.Popen[bytes]
) -> None:
    server = use()
    real = cluster.pid_file.read_text()
    with_process_number(cluster, innocent.pid)

    cluster.ask_to_stop()

    assert innocent.poll() is None
    cluster.pid_file.write_text(real)
    server.release()


@pytest.mark.parametrize("content", ["", "12", "not a number\n" * 8])
def test_a_pid_file_cut_short_by_a_crash_does_not_hinder(use: Use, cluster: Cluster, content: str) -> None:
    cluster.pid_file.write_text(content)

    server = use()

    assert value(server.url, "SELECT 1") == 1
    server.release()


def test_a_server_that_somebody_else_started_on_our_data_is_neither_used_nor_stopped(
    used_home: Path, cluster: Cluster
) -> None:
    with open_lock(used_home / "not-our-lock") as lock:
        cluster.launch(lock)
    postmaster = wait_until_ready(cluster)

    with pytest.raises(EmbeddedPostgresError, match="not started by donelog"):
        start(used_home)

    assert cluster.answers(postmaster)
    cluster.ask_to_stop()
    with open_lock(used_home / "not-our-lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # free when the server is gone
    remove_socket_folder(postmaster.socket_folder)


def test_a_first_start_that_was_killed_is_begun_again(tmp_path: Path) -> None:
    folder = tmp_path / f"pg{find_binaries(None).major}"
    (folder / "data.unfinished" / "base").mkdir(parents=True)
    (folder / "data.unfinished" / "PG_VERSION").write_text("18\n")

    server = start(tmp_path)

    assert value(server.url, "SELECT 1") == 1
    assert not (folder / "data.unfinished").exists()
    server.release()


def test_a_server_that_does_not_start_says_why(used_home: Path, cluster: Cluster, tmp_path: Path) -> None:
    shutil.copytree(used_home, tmp_path / "broken")
    (tmp_path / "broken" / cluster.folder.name / "data" / "postgresql.conf").write_text("nonsense = 1\n")

    with pytest.raises(EmbeddedPostgresError, match='unrecognized configuration parameter "nonsense"'):
        start(tmp_path / "broken")
