"""What somebody typed, from the text that Slack makes of it.

In `text`, `& < >` are escaped and mentions, links and special words stand between angle brackets:
https://docs.slack.dev/messaging/formatting-message-text#retrieving-messages
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_ENTITY = re.compile(r"<([@#!]|https?://|mailto:|tel:)([^<>|]*)(?:\|([^<>]*))?>")
_MENTION = re.compile(r"<@([A-Z0-9]{2,32})>")
NOBODY = "someone"
"""Stands for a mentioned person whose name cannot be found."""


def mentioned(text: str) -> frozenset[str]:
    """The user ids of those mentioned in `text` without their name."""
    return frozenset(_MENTION.findall(text))


def plain_text(text: str, names: Mapping[str, str] | None = None, blocks: object = None) -> str:
    """The text as the person saw it.

    Args:
        text: the `text` of a message or a slash command.
        names: by user id, of those whom `mentioned` found.
        blocks: the message's rich text, which alone knows the characters of its emoji.
    """
    known = names or {}
    parts: list[str] = []
    at = 0
    for found in _ENTITY.finditer(text):
        parts.append(_unescaped(text[at : found.start()]))
        parts.append(_shown(found[1], _unescaped(found[2]), _unescaped(found[3] or ""), known))
        at = found.end()
    parts.append(_unescaped(text[at:]))
    return _with_emoji("".join(parts), blocks)


def _unescaped(text: str) -> str:
    """Those three and no other entity: whoever typed `&copy;` meant just that."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _shown(mark: str, what: str, label: str, names: Mapping[str, str]) -> str:
    if mark == "@":
        return f"@{label or names.get(what, NOBODY)}"
    if mark == "#":
        return f"#{label or 'channel'}"
    if mark == "!":
        return _special(what, label)
    return _link(mark + what, label)


def _special(what: str, label: str) -> str:
    """`<!here>`, `<!subteam^S1|@designers>`, `<!date^1392734382^{date}|Feb 18>`."""
    return label or f"@{what.partition('^')[0]}"


def _link(url: str, label: str) -> str:
    """The address alone where it is what was typed, else the words and the address."""
    if not label:
        return url.removeprefix("mailto:").removeprefix("tel:")
    bare = url.partition(":")[2].removeprefix("//")
    return label if label in {url, bare, bare.rstrip("/")} else f"{label} ({url})"


def _with_emoji(text: str, blocks: object) -> str:
    """`:tada:` as the character it stands for; emoji of the workspace's own keep their name.

    https://docs.slack.dev/reference/block-kit/blocks/rich-text-block#emoji-element-type
    """
    characters = dict(_emoji(blocks))
    for name in sorted(characters, key=len, reverse=True):
        text = text.replace(name, characters[name])
    return text


def _emoji(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for each in value:
            yield from _emoji(each)
    elif isinstance(value, dict):
        if value.get("type") == "emoji":
            yield from _one_emoji(value)
        yield from _emoji(value.get("elements"))


def _one_emoji(element: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    name, code, tone = element.get("name"), element.get("unicode"), element.get("skin_tone")
    if (
        isinstance(name, str)
        and isinstance(code, str)
        and re.fullmatch(r"[0-9a-f]{2,5}(-[0-9a-f]{2,5})*", code)
    ):
        suffix = f":skin-tone-{tone}:" if isinstance(tone, int) else ""
        yield f":{name}:{suffix}", "".join(chr(int(part, 16)) for part in code.split("-"))
