"""The parts that the tables are made of."""

import re
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKeyConstraint,
    Identity,
    MetaData,
    SmallInteger,
    Text,
    false,
    text,
    true,
)

PARTITIONED = ("deliveries", "attempts", "delivery_events", "inbox")
"""Partitioned by range of `day`: `deliveries_20261124` is one day, `deliveries_default` takes the rest."""
_PARTITION = re.compile(rf"({'|'.join(PARTITIONED)})_(default|\d{{8}})")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def is_partition(name: str) -> bool:
    """Whether that table is a partition of one of ours, which no metadata lists."""
    return _PARTITION.fullmatch(name) is not None


def number() -> Column[int]:
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def big(name: str, default: int | None = None, **more: Any) -> Column[int]:
    return Column(name, BigInteger, server_default=_default(default), **{"nullable": False, **more})


def small(name: str, default: int | None = None, **more: Any) -> Column[int]:
    return Column(name, SmallInteger, server_default=_default(default), **{"nullable": False, **more})


def real(name: str, default: int | None = None, **more: Any) -> Column[float]:
    return Column(name, Double, server_default=_default(default), **{"nullable": False, **more})


def words(name: str, default: str | None = None, **more: Any) -> Column[str]:
    server_default = None if default is None else text(f"'{default}'")
    return Column(name, Text, server_default=server_default, **{"nullable": False, **more})


def flag(name: str, *, default: bool = False) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=true() if default else false())


def instant(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def day(name: str = "day", **more: Any) -> Column[Any]:
    return Column(name, Date, **{"nullable": False, **more})


def organization(**more: Any) -> Column[int]:
    return big("organization_id", **more)


def reference_to_organization() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["organization_id"], ["organizations.id"])


def reference(table: str, column: str) -> ForeignKeyConstraint:
    """The row of `table` that `column` names, which must belong to the same organization."""
    return ForeignKeyConstraint(["organization_id", column], [f"{table}.organization_id", f"{table}.id"])


def _default(value: int | None) -> Any:
    return None if value is None else text(str(value))
