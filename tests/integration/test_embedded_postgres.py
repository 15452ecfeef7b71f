"""The embedded PostgreSQL: what it promises to whoever uses it well."""

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy.engine import make_url

from adapters.storage.embedded import EmbeddedPostgresError, EmbeddedServer, start
from adapters.storage.embedded_binaries import (
    Account,
    find_binaries,
    named_account,
    reachable_binaries,
)
from tests.databases import is_down, run, value
from tests.integration.embedded_users import OtherProcess, as_user

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="shows what root's server does")


@pytest.fixture(scope="module")
def used_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose data folder has been made; each test starts and releases its server anew."""
    home = tmp_path_factory.mktemp("home")
    start(home).release()
    return home


@pytest.fixture
def server(used_home: Path) -> Iterator[EmbeddedServer]:
    started = start(used_home)
    yield started
    started.release()


def socket_folder(url: str) -> Path:
    return Path(str(make_url(url).query["host"]))


def test_the_first_start_takes_less_than_ten_seconds(tmp_path: Path) -> None:
    begun = time.monotonic()
    server = start(tmp_path / "home")
    taken = time.monotonic() - begun
    server.release()

    assert taken < 10


def test_text_is_sorted_and_folded_alike_on_every_machine(server: EmbeddedServer) -> None:
    database = (
        "SELECT concat(datlocprovider, ' ', datlocale) FROM pg_database WHERE datname = current_database()"
    )

    assert value(server.url, database) == "b C.UTF-8"
    assert value(server.url, "SELECT upper('żółw')") == "ŻÓŁW"


@pytest.mark.parametrize(
    ("setting", "expected"),
    [("fsync", "on"), ("listen_addresses", ""), ("data_checksums", "on"), ("max_connections", "100")],
)
def test_it_is_durable_small_and_not_on_the_network(
    server: EmbeddedServer, setting: str, expected: str
) -> None:
    assert value(server.url, f"SHOW {setting}") == expected


def test_its_socket_lies_where_only_its_owner_enters(server: EmbeddedServer, used_home: Path) -> None:
    folder = socket_folder(server.url).stat()
    owner = (used_home / f"pg{find_binaries(None).major}" / "data").stat().st_uid

    assert stat.S_IMODE(folder.st_mode) == 0o700
    assert folder.st_uid == owner


@only_root
def test_somebody_else_cannot_connect(server: EmbeddedServer) -> None:
    def connect() -> str:
        try:
            psycopg2.connect(host=str(socket_folder(server.url)), user="donelog", dbname="postgres")
        except psycopg2.OperationalError as refused:
            return str(refused)
        return "connected"

    assert "Permission denied" in as_user(60_001, connect)


def test_rows_stay_after_a_clean_stop(used_home: Path) -> None:
    first = start(used_home)
    run(first.database("kept"), "CREATE TABLE done (line text)", "INSERT INTO done VALUES ('a')")
    first.release()

    second = start(used_home)

    assert value(second.database("kept"), "SELECT line FROM done") == "a"
    second.release()


def test_a_stopped_server_leaves_no_socket_and_no_process_number(used_home: Path) -> None:
    server = start(used_home)
    server.release()

    assert is_down(server.url)
    assert not socket_folder(server.url).exists()
    assert not list(used_home.glob("pg*/data/postmaster.pid"))


def test_the_last_share_stops_it_and_no_other(used_home: Path) -> None:
    first, second = start(used_home), start(used_home)
    assert first.url == second.url

    first.release()
    first.release()
    assert value(second.url, "SELECT 1") == 1

    second.release()
    assert is_down(second.url)


def test_two_processes_share_it(server: EmbeddedServer, used_home: Path) -> None:
    other = OtherProcess.using(used_home)

    assert other.url() == server.url
    other.leave()
    assert value(server.url, "SELECT 1") == 1


def test_the_process_that_leaves_last_stops_what_another_started(used_home: Path) -> None:
    server = start(used_home)
    other = OtherProcess.using(used_home)
    url = other.url()

    server.release()
    assert value(url, "SELECT 1") == 1

    other.leave()
    assert is_down(url)


def test_two_first_starts_at_once_make_one_server(tmp_path: Path) -> None:
    others = [OtherProcess.using(tmp_path / "home") for _ in range(2)]

    urls = {other.url() for other in others}
    for other in others:
        other.leave()

    assert len(urls) == 1
    assert urls.pop().startswith("postgresql+psycopg2://")


def test_a_database_is_made_once_and_may_have_any_name(server: EmbeddedServer) -> None:
    name = 'it\'s a "name" / 100 %'

    assert server.database(name) == server.database(name)
    assert value(server.database(name), "SELECT current_database()") == name


def test_a_long_path_that_only_its_owner_enters_will_do(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    home = closed / ("x" * 100) / ("a space and ü" * 5)

    server = start(home)

    assert value(server.database("deep"), "SELECT 1") == 1
    server.release()


@only_root
def test_root_can_use_binaries_that_only_root_reaches(tmp_path: Path) -> None:
    """As in a clone that only root may enter: nothing on the way to it is opened to others."""
    package = find_binaries(None).folder.parents[1]
    site = tmp_path / "site"
    site.mkdir(mode=0o700)
    for folder in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, site / folder.name)

    server = start(tmp_path / "home", bin_folder=site / package.name / "pginstall" / "bin")

    assert value(server.url, "SELECT count(*) FROM pg_timezone_names") != 0
    run(server.url, "CREATE EXTENSION pg_trgm")
    server.release()
    assert stat.S_IMODE(site.stat().st_mode) == 0o700


@only_root
def test_it_works_for_somebody_who_is_not_root() -> None:
    user = named_account()
    binaries = reachable_binaries(find_binaries(None), user)
    with tempfile.TemporaryDirectory() as place:
        home = Path(place) / "home"
        home.mkdir()
        os.chown(home, user.user, user.group)
        Path(place).chmod(0o755)

        def use() -> str:
            server = start(home, bin_folder=binaries.folder)
            answer = f"{value(server.database('mine'), 'SELECT 1')} {os.geteuid()}"
            server.release()
            return f"{answer} {is_down(server.url)}"

        assert as_user(user.user, use) == f"1 {user.user} True"
        assert {found.stat().st_uid for found in home.rglob("*")} == {user.user}


@only_root
def test_root_runs_it_as_the_owner_of_the_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    owner = Account(60_001, 60_001)
    os.chown(home, owner.user, owner.group)

    start(home).release()

    # The log is opened by whoever starts the server and only written by it.
    owned = {found.stat().st_uid for found in home.rglob("*") if found.name != "server.log"}
    assert owned == {owner.user}


def test_it_says_what_is_wrong_with_a_bin_folder(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="no bin folder of PostgreSQL: it has no initdb"):
        start(tmp_path / "home", bin_folder=tmp_path)


def test_a_postgresql_older_than_17_is_refused(tmp_path: Path) -> None:
    for name in ("initdb", "postgres"):
        (tmp_path / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 16.4'\n")
        (tmp_path / name).chmod(0o755)

    with pytest.raises(EmbeddedPostgresError, match=r"holds PostgreSQL 16\.4; donelog needs 17 or later"):
        start(tmp_path / "home", bin_folder=tmp_path)


def test_data_of_another_major_version_are_not_passed_over_in_silence(tmp_path: Path) -> None:
    (tmp_path / "pg12" / "data").mkdir(parents=True)

    with pytest.raises(EmbeddedPostgresError, match="written by another version of PostgreSQL"):
        start(tmp_path)


def test_a_home_that_cannot_be_made_is_a_sentence_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(EmbeddedPostgresError, match="Set DONELOG_HOME to another folder"):
        start(tmp_path / "file" / "home")
