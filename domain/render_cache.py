"""Rendered messages as templates, with blanks where each recipient's own signed commands go.

Most deliveries of a batch say the same, and rendering is most of what a message costs, so it is done once.
"""

import re
import secrets
from collections.abc import Callable
from functools import lru_cache

from domain.commands import Command
from domain.messages import Message

Sign = Callable[[Command], str]
"""Signs a command: gives letters, digits and `_.-` alone, which no renderer has to escape."""
Render = Callable[[Message, Sign], str]
_KEPT = 64
"""Templates that are kept at a time; a batch seldom needs more than a few."""


class RenderCache:
    """Renders messages, each different one only once.

    Args:
        render: renders a message; what `Sign` gives it for a command it must put in unchanged, or leave out.
    """

    def __init__(self, render: Render) -> None:
        self._render = render
        self._template = lru_cache(_KEPT)(lambda message: _Template(render, message))
        self._last: tuple[Message, _Template] | None = None

    def rendered(self, message: Message, sign: Sign) -> str:
        """The message as `render` writes it with that `sign`.

        Raises:
            Exception: what `render` raises.
        """
        last = self._last
        if last is None or last[0] is not message:  # most often it is, and need not be compared word by word
            last = self._last = message, self._template(message)
        try:
            return last[1].filled(sign)
        except ValueError:  # `sign` refuses a command: what is written then is for `render` to say
            return self._render(message, sign)


class _Template:
    def __init__(self, render: Render, message: Message) -> None:
        mark = secrets.token_hex(16)  # nobody has typed it
        blanks: dict[Command, str] = {}

        def leave_blank(command: Command) -> str:
            return blanks.setdefault(command, f"{mark}.{len(blanks)}.")

        pieces = re.split(rf"{mark}\.(\d+)\.", render(message, leave_blank))
        commands = list(blanks)
        self._start = pieces[0]
        self._rest = [(commands[int(n)], piece) for n, piece in zip(pieces[1::2], pieces[2::2], strict=True)]

    def filled(self, sign: Sign) -> str:
        return self._start + "".join([sign(command) + piece for command, piece in self._rest])
