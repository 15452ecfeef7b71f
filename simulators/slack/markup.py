"""What in the texts of a message comes alive: mentions, links, and angle brackets that are neither.

https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from collections.abc import Iterator

from simulators.slack.state import Json

_BRACKETS = re.compile(r"<([^<>]*)>")
_MENTION = re.compile(r"[@!]|#[CG]")
_KNOWN = re.compile(
    r"@[UW][A-Z0-9]+(\|.*)?|#[CG][A-Z0-9]+(\|.*)?|!(here|channel|everyone)(\|.*)?|!subteam\^S[A-Z0-9]+(\|.*)?"
    r"|!date\^\d+\^[^|]+\|.+|(https?|mailto|tel|slack):[^|]+(\|.*)?",
    re.DOTALL,
)


def live_texts(text: str, blocks: list[Json]) -> Iterator[str]:
    """The texts in which markup works: `text` and every mrkdwn text of the blocks.

    With blocks, `text` is only the fallback in notifications, but a mention in it notifies all the same.
    """
    yield text
    yield from _of_blocks(blocks)


def _of_blocks(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for held in value:
            yield from _of_blocks(held)
    elif isinstance(value, dict):
        if value.get("type") in ("mrkdwn", "markdown") and isinstance(value.get("text"), str):
            yield value["text"]
        for held in value.values():
            yield from _of_blocks(held)


def mentions(text: str, blocks: list[Json]) -> list[str]:
    """Whom and what the message calls: `!channel`, `@U012`, `#C012`, ..."""
    found = [inside for live in live_texts(text, blocks) for inside in _BRACKETS.findall(live)]
    return [inside for inside in found if _MENTION.match(inside)]


def unescaped(text: str, blocks: list[Json]) -> list[str]:
    """Angle brackets with something that the service does not know, as when `<b>` was not escaped."""
    found = [inside for live in live_texts(text, blocks) for inside in _BRACKETS.findall(live)]
    return [f"<{inside}>" for inside in found if not _KNOWN.fullmatch(inside)]
