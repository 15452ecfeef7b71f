"""Whom a message calls.

https://docs.discord.com/developers/resources/message#allowed-mentions-object
"""

import re
from typing import Any

from simulators.discord.world import User

Json = dict[str, Any]

_USER = re.compile(r"<@!?(\d+)>")
_EVERYONE = re.compile(r"@(everyone|here)\b")


def mentioned_users(content: str, allowed: Json | None, users: dict[int, User]) -> list[User]:
    """The people that `content` names and its sender wanted to call; without a wish, all."""
    named = {int(found) for found in _USER.findall(content)}
    if allowed is not None and "users" not in (allowed.get("parse") or []):
        named &= {int(wanted) for wanted in allowed.get("users") or []}
    return [users[user_id] for user_id in sorted(named) if user_id in users]


def calls_everyone(content: str, allowed: Json | None) -> bool:
    wanted = allowed is None or "everyone" in (allowed.get("parse") or [])
    return wanted and _EVERYONE.search(content) is not None
