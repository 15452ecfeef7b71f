"""What somebody typed, from the text that Discord makes of it.

https://docs.discord.com/developers/reference#message-formatting-formats
"""

import re
from collections.abc import Mapping

_ENTITY = re.compile(r"<(?:@!?(\d+)|@&\d+|#\d+|a?(:\w+:)\d+|/([\w' -]+):\d+)>")
NOBODY = "someone"
"""Stands for a mentioned person whose name was not told."""


def plain_text(text: str, names: Mapping[str, str]) -> str:
    """The text as the person saw it; `names` are those of the people mentioned, by id."""

    def shown(found: re.Match[str]) -> str:
        user, emoji, command = found.groups()
        if user:
            return f"@{names.get(user, NOBODY)}"
        if emoji or command:
            return emoji or f"/{command}"
        return "#channel" if found[0][1] == "#" else "@role"

    return _ENTITY.sub(shown, text)
