"""The migrations lead to the tables, back, and there again; one process runs them at a time."""

import importlib.resources
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from adapters.storage.columns import is_partition
from adapters.storage.tables import metadata
from adapters.storage.unit_of_work import PostgresStorage
from domain.deliveries import Key, Kind, NewDelivery, Recipient
from domain.dones import Line, LineKind
from domain.people import Address, Channel, Profile
from domain.ports.inbox import Arrival, Lane, Source
from domain.teams import Place, Role
from migrations.run import configuration, current, head, migrate
from tests.storage_fixtures import NOW

PROJECT = Path(__file__).resolve().parents[2]
REVISIONS = ["0001", "0002", "0003", "0004", "0005", "0006", "0007", "0009", "0011", "0013", "0014"]


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    engine = create_engine(database, poolclass=NullPool)
    with engine.connect() as connected:
        yield connected
    engine.dispose()


def tables(connection: Connection) -> set[str]:
    listed = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
    connection.commit()
    return set(listed)


def fill(engine: Engine) -> None:
    """At least one row in each table that the product writes."""
    with PostgresStorage(engine, feed=True).begin() as uow:
        tenant = uow.tenant(uow.directory.ensure_organization("Acme", "UTC", NOW))
        uow.directory.link(tenant.organization_id, Channel.SLACK, "T1", "Acme")
        ada, identity = tenant.people.add(Profile("Ada"), Address(Channel.SLACK, "U1", "T1"), None, NOW)
        team = tenant.teams.add("Core", "UTC", NOW)
        tenant.teams.join(team.id, ada.id, Role.MEMBER, NOW)
        tenant.teams.add_target(team.id, Place(Channel.SLACK, "T1", "C1"))
        tenant.log.record(ada.id, NOW.date(), "1", NOW, [(Line(LineKind.DONE, "It"), (team.id,))])
        for day in (NOW.date(), NOW.date() + timedelta(days=400)):
            key, recipient = Key(day, Kind.PROMPT, ada.id), Recipient(identity.address, None, identity.id)
            tenant.outbox.add([NewDelivery(key, tenant.organization_id, recipient, NOW, ada.id)])
        uow.inbox.add([Arrival(Source.WEB, Lane.ASKED, "k", b"raw", NOW)], NOW)
        uow.ledger.make_partitions(NOW.date() + timedelta(days=1), 7)
        uow.commit()


def test_an_empty_database_is_brought_to_the_newest_revision(empty_database: str) -> None:
    assert current(empty_database) is None

    assert migrate(empty_database) == head() == REVISIONS[-1]
    assert current(empty_database) == head()


def test_the_newest_revision_is_what_the_tables_say(connection: Connection) -> None:
    def ours(_thing: object, name: str | None, kind: str, _reflected: object, _other: object) -> bool:
        return not (kind == "table" and is_partition(str(name)))

    context = MigrationContext.configure(
        connection, opts={"include_object": ours, "compare_server_default": True}
    )

    assert compare_metadata(context, metadata) == []


def test_a_filled_database_goes_all_the_way_down_and_up_again(connection: Connection, engine: Engine) -> None:
    fill(engine)
    engine.dispose()
    before = {name for name in tables(connection) if not re.search(r"_\d{8}$", name)}

    command.downgrade(configuration(connection), "base")
    assert tables(connection) == {"alembic_version"}
    for revision in REVISIONS:
        command.upgrade(configuration(connection), revision)

    assert tables(connection) == before
    fill(engine)


def test_each_step_down_can_be_taken_up_again(connection: Connection) -> None:
    before = tables(connection)

    for revision in reversed(["base", *REVISIONS[:-1]]):
        command.downgrade(configuration(connection), revision)
        command.upgrade(configuration(connection), "head")

    assert tables(connection) == before


def test_processes_that_start_at_once_migrate_once(empty_database: str) -> None:
    program = f"from migrations.run import migrate; print(migrate({empty_database!r}))"
    processes = [
        subprocess.Popen([sys.executable, "-c", program], cwd=PROJECT, stdout=subprocess.PIPE, text=True)  # noqa: S603 -- our own program
        for _ in range(3)
    ]

    assert [each.communicate(timeout=60)[0].strip() for each in processes] == [head()] * 3


def test_a_database_of_a_later_release_is_left_alone(database: str, connection: Connection) -> None:
    connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    connection.commit()

    assert migrate(database) == "9999"


def test_a_migration_does_not_wait_long_for_a_table_in_use(connection: Connection, database: str) -> None:
    """Every worker would queue up behind it."""
    command.downgrade(configuration(connection), "0002")
    with create_engine(database, poolclass=NullPool).connect() as other:
        other.execute(text("SELECT count(*) FROM dones"))
        with pytest.raises(Exception, match="lock timeout"):
            command.downgrade(configuration(connection), "0001")


def test_everything_grows_by_whole_days(connection: Connection) -> None:
    partitions = connection.scalars(
        text(
            "SELECT inhrelid::regclass::text FROM pg_inherits i"
            " JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relkind = 'r'"
        )
    ).all()

    assert sorted(partitions) == [
        "attempts_default",
        "deliveries_default",
        "delivery_events_default",
        "inbox_default",
    ]


def test_the_template_tells_the_rule_of_adding_only() -> None:
    template = importlib.resources.files("migrations").joinpath("script.py.mako").read_text("utf-8")

    assert "Zero downtime" in template
