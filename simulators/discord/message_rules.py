"""What Discord takes as a message, and what it makes of it.

https://docs.discord.com/developers/resources/message#create-message and
https://docs.discord.com/developers/components/reference
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from simulators.discord.errors import DiscordError, invalid, missing, too_long
from simulators.discord.flags import ComponentType, MessageFlag

Json = dict[str, Any]

CONTENT_LIMIT = 2000
EMBED_COUNT_LIMIT = 10
EMBED_TEXT_LIMIT = 6000
"""Characters of all embeds of one message together."""
ROW_LIMIT = 5
ROW_WIDTH_LIMIT = 5
LABEL_LIMIT = 80
CUSTOM_ID_LIMIT = 100
NONCE_LIMIT = 25
LINK_STYLE = 5
BUTTON_STYLES = range(1, 7)
_EMBED_FIELD_LIMIT = 25
_EMBED_LIMITS = {"title": 256, "description": 4096, "footer.text": 2048, "author.name": 256}
_FIELD_LIMITS = {"name": 256, "value": 1024}
_NOT_SIMULATED = ("attachments", "sticker_ids", "poll", "shared_client_theme")
_SENDABLE_FLAGS = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.SUPPRESS_NOTIFICATIONS | MessageFlag.EPHEMERAL
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Draft:
    """A body that passed; a part that was not given is None."""

    content: str | None
    embeds: list[Json] | None
    components: list[Json] | None
    flags: int
    mentions: Json | None
    nonce: str | int | None = None
    unsupported: list[str] = field(default_factory=list)
    """Parts that Discord would have taken and this simulator does not know."""

    @property
    def is_empty(self) -> bool:
        return not (self.content or self.embeds or self.components)


def read_draft(body: Json, *, path: str = "") -> Draft:
    """Check a message body.

    Args:
        body: What was sent.
        path: Where it stands in the request, with a final dot: `data.` in an interaction's answer.

    Raises:
        DiscordError: 50035 that names the field, 50109.
    """
    content = _content(body, path)
    embeds = _embeds(body, path)
    components = _components(body, path)
    flags = body.get("flags") or 0
    if not isinstance(flags, int):
        raise invalid(f"{path}flags", "NUMBER_TYPE_COERCE", "Value is not int.")
    unsupported = [name for name in _NOT_SIMULATED if body.get(name)]
    if flags & ~_SENDABLE_FLAGS:
        unsupported.append(f"flags {flags}")
    return Draft(
        content=content,
        embeds=embeds,
        components=components,
        flags=flags & _SENDABLE_FLAGS,
        mentions=body.get("allowed_mentions"),
        nonce=_nonce(body),
        unsupported=unsupported,
    )


def _content(body: Json, path: str) -> str | None:
    if "content" not in body:
        return None
    content = body["content"]
    if content is None:
        return ""
    if not isinstance(content, str):
        raise invalid(f"{path}content", "BASE_TYPE_BAD_TYPE", "Could not interpret value as string.")
    if _LONE_SURROGATE.search(content):
        raise DiscordError(50109)
    if len(content) > CONTENT_LIMIT:
        raise too_long(f"{path}content", CONTENT_LIMIT)
    return content.strip()


def _nonce(body: Json) -> str | int | None:
    nonce: str | int | None = body.get("nonce")
    if isinstance(nonce, str) and len(nonce) > NONCE_LIMIT:
        raise too_long("nonce", NONCE_LIMIT)
    return nonce


def _embeds(body: Json, path: str) -> list[Json] | None:
    if "embeds" not in body:
        return None
    embeds: list[Json] = body["embeds"] or []
    if len(embeds) > EMBED_COUNT_LIMIT:
        raise too_long(f"{path}embeds", EMBED_COUNT_LIMIT)
    total = sum(_embed_length(embed, f"{path}embeds.{n}") for n, embed in enumerate(embeds))
    if total > EMBED_TEXT_LIMIT:
        message = f"Embed size exceeds maximum size of {EMBED_TEXT_LIMIT}"
        raise invalid(f"{path}embeds", "MAX_EMBED_SIZE_EXCEEDED", message)
    return [_stored_embed(embed) for embed in embeds]


def _embed_length(embed: Json, path: str) -> int:
    """The characters of one embed, each part within its own limit."""
    total = 0
    for name, most in _EMBED_LIMITS.items():
        head, _, tail = name.partition(".")
        part = embed.get(head) or ""
        total += _length((part.get(tail) or "") if isinstance(part, dict) else part, f"{path}.{name}", most)
    fields = embed.get("fields") or []
    if len(fields) > _EMBED_FIELD_LIMIT:
        raise too_long(f"{path}.fields", _EMBED_FIELD_LIMIT)
    for n, row in enumerate(fields):
        for name, most in _FIELD_LIMITS.items():
            if not row.get(name):
                raise missing(f"{path}.fields.{n}.{name}")
            total += _length(row[name], f"{path}.fields.{n}.{name}", most)
    return total


def _length(text: str, path: str, most: int) -> int:
    if _LONE_SURROGATE.search(text):
        raise DiscordError(50109)
    if len(text) > most:
        raise too_long(path, most)
    return len(text)


def _stored_embed(embed: Json) -> Json:
    stored = {name: part for name, part in embed.items() if part is not None} | {"type": "rich"}
    if "fields" in stored:
        stored["fields"] = [{"inline": False} | row for row in stored["fields"]]
    return stored


def _components(body: Json, path: str) -> list[Json] | None:
    if "components" not in body:
        return None
    rows: list[Json] = body["components"] or []
    if len(rows) > ROW_LIMIT:
        raise too_long(f"{path}components", ROW_LIMIT)
    seen: set[str] = set()
    for n, row in enumerate(rows):
        _check_row(row, f"{path}components.{n}", seen)
    return _numbered(rows)


def _check_row(row: Json, path: str, seen: set[str]) -> None:
    if row.get("type") != ComponentType.ACTION_ROW:
        raise invalid(f"{path}.type", "BASE_TYPE_CHOICES", 'Value of field "type" must be one of (1,).')
    parts = row.get("components") or []
    if not 1 <= len(parts) <= ROW_WIDTH_LIMIT:
        message = f"Must be between 1 and {ROW_WIDTH_LIMIT} in length."
        raise invalid(f"{path}.components", "BASE_TYPE_BAD_LENGTH", message)
    for n, part in enumerate(parts):
        _check_button(part, f"{path}.components.{n}", seen)


def _check_button(button: Json, path: str, seen: set[str]) -> None:
    if button.get("type") != ComponentType.BUTTON:
        raise invalid(f"{path}.type", "BASE_TYPE_CHOICES", 'Value of field "type" must be one of (2,).')
    if button.get("style") not in BUTTON_STYLES:
        raise invalid(f"{path}.style", "BASE_TYPE_CHOICES", 'Value of field "style" is not a button style.')
    label = button.get("label")
    if not label and not button.get("emoji"):
        raise invalid(path, "BUTTON_COMPONENT_INVALID", "A label or an emoji is required")
    _length(label or "", f"{path}.label", LABEL_LIMIT)
    if button["style"] == LINK_STYLE:
        if not button.get("url") or button.get("custom_id"):
            raise invalid(path, "BUTTON_COMPONENT_INVALID", "A url is required, a custom id not allowed")
    else:
        _check_custom_id(button.get("custom_id"), f"{path}.custom_id", seen)


def _check_custom_id(custom_id: str | None, path: str, seen: set[str]) -> None:
    if not custom_id:
        raise missing(path)
    _length(custom_id, path, CUSTOM_ID_LIMIT)
    if custom_id in seen:
        raise invalid(path, "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
    seen.add(custom_id)


def _numbered(rows: list[Json]) -> list[Json]:
    """The rows as they are kept: each component with an id, without what was null."""
    numbers = iter(range(1, 1000))

    def keep(component: Json) -> Json:
        kept = {name: value for name, value in component.items() if value is not None}
        kept["id"] = next(numbers)
        if "components" in kept:
            kept["components"] = [keep(child) for child in kept["components"]]
        if "emoji" in kept:
            kept["emoji"] = {k: v for k, v in kept["emoji"].items() if v is not None}
        return kept

    return [keep(row) for row in rows]


def buttons(components: list[Json]) -> Iterator[Json]:
    """All buttons of a message, in reading order."""
    for row in components:
        yield from (part for part in row["components"] if part["type"] == ComponentType.BUTTON)
