"""Trigger ids: for three seconds after an interaction the app may open a modal, once."""

import secrets
import time
from dataclasses import dataclass

from simulators.slack.calls import RefusedError
from simulators.slack.state import User

_LIFETIME = 3.0


@dataclass(slots=True)
class _Trigger:
    user: User
    ends: float
    """Monotonic real time."""
    exchanged: bool = False


class Triggers:
    def __init__(self) -> None:
        self._issued: dict[str, _Trigger] = {}

    def issue(self, user: User) -> str:
        trigger_id = f"{len(self._issued) + 1}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        self._issued[trigger_id] = _Trigger(user, time.monotonic() + _LIFETIME)
        return trigger_id

    def exchange(self, trigger_id: str) -> User:
        """Use `trigger_id` up; see https://docs.slack.dev/reference/methods/views.open for the refusals."""
        trigger = self._issued.get(trigger_id)
        if trigger is None:
            raise RefusedError("invalid_trigger_id")
        if trigger.exchanged:
            raise RefusedError("exchanged_trigger_id")
        if time.monotonic() > trigger.ends:
            raise RefusedError("expired_trigger_id")
        trigger.exchanged = True
        return trigger.user
