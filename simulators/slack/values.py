"""Reads the arguments of a Web API call by the types its method declares."""

import json
from collections.abc import Mapping

from simulators.slack.contract import Method, Type
from simulators.slack.state import Json

_TRUE = (True, "1", "true", 1)
_FALSE = (False, "0", "false", 0)


class WrongTypeError(Exception):
    """An argument is not of the type that the method takes."""


def arguments(method: Method, given: Mapping[str, object]) -> tuple[Json, list[str], list[str]]:
    """The decoded arguments, the complaints that refuse the call, and the names the method does not know.

    Arguments come as text in forms (booleans as `0`/`1` or `true`/`false`, lists and objects as JSON) and as
    themselves in JSON bodies: https://docs.slack.dev/apis/web-api/#slack-web-api__basics
    """
    known = {**method.needs, **method.may}
    read: Json = {}
    complaints = [
        f"[ERROR] missing required field: {name}" for name in method.needs if given.get(name) is None
    ]
    unknown = [name for name in given if name not in known]
    for name, value in given.items():
        if name not in known or value is None:
            continue
        try:
            read[name] = _read(known[name], value)
        except WrongTypeError:
            complaints.append(f"[ERROR] must be a {known[name].value} [json-pointer:/{name}]")
    return read, complaints, unknown


def _read(kind: Type, value: object) -> object:
    if kind is Type.STRING:
        return _string(value)
    if kind is Type.BOOLEAN:
        return _boolean(value)
    if kind is Type.INTEGER:
        return _integer(value)
    return _document(kind, value)


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise WrongTypeError
    return value


def _boolean(value: object) -> bool:
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise WrongTypeError


def _integer(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    raise WrongTypeError


def _document(kind: Type, value: object) -> object:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except json.JSONDecodeError as malformed:
            raise WrongTypeError from malformed
    if not isinstance(value, list if kind is Type.ARRAY else dict):
        raise WrongTypeError
    return value
