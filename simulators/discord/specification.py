"""Discord's published description, with the differences between it and the real service that are known.

The description: https://github.com/discord/discord-api-spec (`specs/openapi.json`).
"""

from typing import Any

from simulators.openapi import Specification

_LONGEST_SENTENCE = 400
"""Characters; a validator's sentence repeats the whole value that it is about."""


class Description:
    """What Discord publishes; each check returns one sentence for each thing that it does not know."""

    def __init__(self, specification: Specification) -> None:
        self._specification = specification

    def request_problems(self, verb: str, path: str, body: Any, query: dict[str, str]) -> list[str]:
        accepted = _as_described(verb, path, body)
        return _short(self._specification.request_problems(verb, path, accepted, query))

    def answer_problems(self, verb: str, path: str, status: int, body: Any) -> list[str]:
        if isinstance(body, dict) and "errors" in body:
            # The tree's codes are words, as the documentation shows; the description says numbers.
            body = {name: value for name, value in body.items() if name != "errors"}
        return _short(self._specification.answer_problems(verb, path, status, body))


def _as_described(verb: str, path: str, body: Any) -> Any:
    """The body without what Discord is known to take although its description does not say so."""
    if (verb, path) == ("POST", "/users/@me/channels") and isinstance(body, dict):
        # discord.py sends the id as a number; Discord takes it.
        return {name: str(value) if name == "recipient_id" else value for name, value in body.items()}
    if path.endswith("/commands") and isinstance(body, list):
        # In the documentation of application commands, and sent by discord.py with each of them.
        return [{name: value for name, value in command.items() if name != "nsfw"} for command in body]
    if verb == "PATCH" and isinstance(body, dict) and "tts" in body:
        # Without meaning in an edit, but discord.py sends it.
        return _as_described(verb, path, {name: value for name, value in body.items() if name != "tts"})
    if isinstance(body, dict) and body.get("embeds"):
        # Read-only in the documentation; discord.py sends it along with each embed.
        return body | {"embeds": [_without_flags(embed) for embed in body["embeds"]]}
    if isinstance(body, dict) and isinstance(body.get("data"), dict):
        return body | {"data": _as_described(verb, "", body["data"])}
    return body


def _without_flags(embed: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in embed.items() if name != "flags"}


def _short(problems: list[str]) -> list[str]:
    half = _LONGEST_SENTENCE // 2
    return [p if len(p) <= _LONGEST_SENTENCE else f"{p[:half]} … {p[-half:]}" for p in problems]
