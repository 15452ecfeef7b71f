"""A text written once for all who are told the same, with blanks where each person's own signatures go.

Most of a batch are told the same, and rendering it is most of what a message costs here.
"""

import re
import secrets
from collections.abc import Callable
from functools import lru_cache

from domain.commands import Command
from domain.messages import Message

Sign = Callable[[Command], str]
"""Letters, digits and `_.-`, which mean the same in every text."""
Write = Callable[[Message, Sign], str]
_KEPT = 64
"""Forms at a time; a batch seldom has more than a few."""


class Forms:
    """Fills in forms, which it makes as they are needed and keeps for a while.

    Args:
        write: writes a message down; what it makes of a command it puts in as it is, or leaves out.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self._form = lru_cache(_KEPT)(lambda message: _Form(write, message))
        self._last: tuple[Message, _Form] | None = None

    def filled(self, message: Message, sign: Sign) -> str:
        """What `write` gives.

        Raises:
            Exception: what `write` raises.
        """
        last = self._last
        if last is None or last[0] is not message:  # most often it is, and need not be compared word by word
            last = self._last = message, self._form(message)
        try:
            return last[1].filled(sign)
        except ValueError:  # `sign` refuses a command: what is written then is for `write` to say
            return self._write(message, sign)


class _Form:
    def __init__(self, write: Write, message: Message) -> None:
        mark = secrets.token_hex(16)  # nobody has typed it
        blanks: dict[Command, str] = {}

        def leave_blank(command: Command) -> str:
            return blanks.setdefault(command, f"{mark}.{len(blanks)}.")

        pieces = re.split(rf"{mark}\.(\d+)\.", write(message, leave_blank))
        commands = list(blanks)
        self._start = pieces[0]
        self._rest = [(commands[int(n)], piece) for n, piece in zip(pieces[1::2], pieces[2::2], strict=True)]

    def filled(self, sign: Sign) -> str:
        return self._start + "".join([sign(command) + piece for command, piece in self._rest])
