"""Fields of decoded payloads, checked as they are read."""

from collections.abc import Mapping
from typing import Any

Payload = Mapping[str, Any]
"""An object of JSON, of which nothing is certain."""


def object_of(payload: Payload, key: str) -> Payload:
    """The object in a field.

    Raises:
        ValueError: there is none; it names the field, and repeats nothing of what is there.
    """
    value = payload.get(key)
    if not isinstance(value, dict):
        raise ValueError(f"{key} is missing or no object")  # noqa: TRY004 -- the payload's fault, not a caller's
    return value


def text_of(payload: Payload, key: str, default: str | None = None) -> str:
    """The text in a field; `default`, where there is one, stands for a field that is missing or null.

    Raises:
        ValueError: there is none; it names the field, and repeats nothing of what is there.
    """
    value = payload.get(key)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise ValueError(f"{key} is missing or no text")  # noqa: TRY004 -- the payload's fault, not a caller's
    return value
