"""What becomes of the characters that a person types into a message.

https://docs.slack.dev/messaging/formatting-message-text: control characters are escaped, links and mentions
are put in angle brackets.
"""

import html
import re
from collections.abc import Iterable

from simulators.slack.state import Json, User

_SPECIAL = {"channel", "here", "everyone"}
_MENTION = re.compile(r"(?<!\S)@([A-Za-z0-9._-]+)")
_LINK = re.compile(r"https?://[^\s<>|]+")


def sent(text: str, people: Iterable[User]) -> str:
    """The `text` of the message that the service makes of what was typed."""
    ids = {user.name: user.user_id for user in people} if "@" in text else {}

    def mention(found: re.Match[str]) -> str:
        name = found[1]
        if name in _SPECIAL:
            return f"<!{name}>"
        return f"<@{ids[name]}>" if name in ids else found[0]

    escaped = html.escape(text, quote=False)
    return _MENTION.sub(mention, _LINK.sub(lambda found: f"<{found[0]}>", escaped))


def rich_text(text: str, block_id: str) -> list[Json]:
    """The block that typed messages carry beside their `text`; here one run of what was typed, unescaped."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return [{"type": "rich_text", "block_id": block_id, "elements": [section]}]
