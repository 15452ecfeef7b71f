"""The JSON form of facts, as the ledger keeps them."""

import dataclasses
import enum
import types
import typing
from datetime import date, datetime
from typing import Any

from domain.facts import Facts, LastForNow

_BY_NAME: dict[str, type] = {each.__name__: each for each in typing.get_args(Facts)}


def dump(facts: Facts) -> dict[str, Any]:
    """The JSON form: the class's name under `is`, its fields beside it.

    What is empty by default is left out: it would be logged with every state that a delivery comes to.
    """
    fields = {"answer": dump(facts.answer)} if isinstance(facts, LastForNow) else _dump(facts)
    return {"is": type(facts).__name__, **fields}


def load(stored: dict[str, Any]) -> Facts:
    """The facts that `dump` stored; a field added since then takes its default."""
    if stored["is"] == LastForNow.__name__:
        return LastForNow(load(stored["answer"]))
    return typing.cast("Facts", _load(stored, _BY_NAME[stored["is"]]))


def _dump(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        fields = [(each, getattr(value, each.name)) for each in dataclasses.fields(value)]
        return {each.name: _dump(said) for each, said in fields if said != () or each.default != ()}
    if isinstance(value, tuple):
        return [_dump(each) for each in value]
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value


def _load(stored: Any, wanted: Any) -> Any:
    if isinstance(wanted, types.UnionType):
        return None if stored is None else _load(stored, typing.get_args(wanted)[0])
    if typing.get_origin(wanted) is tuple:
        return _load_tuple(stored, typing.get_args(wanted))
    if dataclasses.is_dataclass(wanted):
        hints = typing.get_type_hints(wanted)
        return typing.cast("type", wanted)(**{k: _load(v, hints[k]) for k, v in stored.items() if k in hints})
    if wanted is date:
        return date.fromisoformat(stored)
    if isinstance(wanted, type) and issubclass(wanted, enum.Enum):
        return wanted(stored)
    return stored


def _load_tuple(stored: list[Any], wanted: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(wanted) == 2 and wanted[1] is Ellipsis:  # noqa: PLR2004 -- tuple[T, ...]
        return tuple(_load(each, wanted[0]) for each in stored)
    return tuple(_load(each, kind) for each, kind in zip(stored, wanted, strict=True))
