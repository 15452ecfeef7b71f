"""Forms that a bot opens and a person fills in.

https://docs.discord.com/developers/components/using-modal-components
"""

from collections.abc import Iterator, Mapping
from typing import Any

from simulators.discord.command_options import NotOfferedError
from simulators.discord.errors import missing, too_long
from simulators.discord.flags import ComponentType

Json = dict[str, Any]

TITLE_LIMIT = 45
CUSTOM_ID_LIMIT = 100
ROW_LIMIT = 5
_INPUT_LIMIT = 4000


def check_modal(data: Json) -> Json:
    """Check a form.

    Raises:
        DiscordError: 50035.
    """
    for name, most in (("title", TITLE_LIMIT), ("custom_id", CUSTOM_ID_LIMIT)):
        if not data.get(name):
            raise missing(f"data.{name}")
        if len(data[name]) > most:
            raise too_long(f"data.{name}", most)
    if not data.get("components"):
        raise missing("data.components")
    if len(data["components"]) > ROW_LIMIT:
        raise too_long("data.components", ROW_LIMIT)
    return data


def filled_in(modal: Json, values: Mapping[str, str]) -> list[Json]:
    """The `components` of the interaction that submits `modal`.

    Raises:
        NotOfferedError: A field that is not there, a required one left empty, a text too short or too long.
    """
    fields = {field["custom_id"]: field for field in _inputs(modal)}
    for custom_id in values:
        if custom_id not in fields:
            raise NotOfferedError(f"the form has no field {custom_id}")
    return [_filled_row(row, values) for row in modal["components"]]


def _inputs(modal: Json) -> Iterator[Json]:
    for row in modal["components"]:
        parts = [row["component"]] if row["type"] == ComponentType.LABEL else row.get("components", [])
        yield from (part for part in parts if part["type"] == ComponentType.TEXT_INPUT)


def _filled_row(row: Json, values: Mapping[str, str]) -> Json:
    if row["type"] == ComponentType.LABEL:
        return {"type": row["type"], "id": 1, "component": _filled_input(row["component"], values)}
    inputs = [_filled_input(part, values) for part in row.get("components", [])]
    return {"type": row["type"], "id": 1, "components": inputs}


def _filled_input(field: Json, values: Mapping[str, str]) -> Json:
    value = values.get(field["custom_id"], field.get("value") or "")
    if not value and field.get("required") is not False:
        raise NotOfferedError(f"the field {field['custom_id']} is required")
    least, most = field.get("min_length") or 0, field.get("max_length") or _INPUT_LIMIT
    if value and not least <= len(value) <= most:
        raise NotOfferedError(f"the field {field['custom_id']} takes {least} to {most} characters")
    return {"type": field["type"], "id": 2, "custom_id": field["custom_id"], "value": value}
