"""A process of the product with one crash point in it.

The composition is the product's own (`bot.core`, `bot.processes`); the units of work alone are handed out by
a storage that sends this process the signal before or after the NTH commit that `POINT` names: `before claim
Slack`, `after process`.  An empty point is reached by none.
"""

import inspect
import os
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.chaos.haste import hasten

hasten()

# After the waits have been shortened, since modules read them when they are imported.
from bot import logs, processes
from bot.compose import EVERYTHING, Work
from bot.core import build_core, channels_of
from bot.settings import load
from domain.application import DoneLog
from domain.conversation import Conversation
from domain.deliveries import Claimed
from domain.outgoing import Outgoing
from domain.people import Channel
from domain.ports.ledger import Ledger
from domain.ports.storage import Storage, UnitOfWork
from tests.chaos.schedule import REACHED

ROLES = {"run": EVERYTHING, "worker": Work.WORKER}


@dataclass(slots=True)
class Peril:
    """Sends this process a signal when its point is reached for the `left`th time."""

    point: str
    left: int
    signal: signal.Signals

    def pass_by(self, point: str) -> None:
        if point != self.point:
            return
        self.left -= 1
        if self.left == 0:
            os.write(1, f"{REACHED} {point}\n".encode())
            os.kill(os.getpid(), self.signal)


class PerilousLedger:
    """Knows whether anything was found: a commit of nothing is no place to die."""

    def __init__(self, ledger: Ledger, uow: "PerilousUnitOfWork") -> None:
        self._ledger = ledger
        self._uow = uow

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def claim(self, *given: Any, **named: Any) -> Any:
        claimed = self._ledger.claim(*given, **named)
        self._uow.found = bool(claimed)
        return claimed

    def claim_doubts(self, *given: Any, **named: Any) -> Any:
        doubted = self._ledger.claim_doubts(*given, **named)
        self._uow.found = bool(doubted)
        return doubted

    def refusing_places(self, *given: Any, **named: Any) -> Any:
        places = self._ledger.refusing_places(*given, **named)
        self._uow.found = bool(places)
        return places

    def leave_closed(self, *given: Any, **named: Any) -> Any:
        left = self._ledger.leave_closed(*given, **named)
        self._uow.found = bool(left)
        return left


class PerilousUnitOfWork:
    """Passes by the point before its commit and the one after it."""

    def __init__(self, uow: UnitOfWork, peril: Peril, name: str) -> None:
        self._uow = uow
        self._peril = peril
        self._name = name
        self.found = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._uow, name)

    def __enter__(self) -> Self:
        self._uow.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._uow.__exit__(kind, error, trace)

    @property
    def ledger(self) -> Any:
        return PerilousLedger(self._uow.ledger, self)

    def commit(self) -> None:
        name = self._name if self.found else "nothing"
        self._peril.pass_by(f"before {name}")
        self._uow.commit()
        self._peril.pass_by(f"after {name}")


class PerilousStorage:
    """Names each unit of work after the method of the core that began it, and the channel it is about."""

    def __init__(self, storage: Storage, peril: Peril) -> None:
        self._storage = storage
        self._peril = peril
        self.about = threading.local()

    def begin(self) -> Any:
        frame = inspect.currentframe()
        caller = frame.f_back.f_code.co_name if frame and frame.f_back else ""
        about: str = getattr(self.about, "channel", "")
        return PerilousUnitOfWork(self._storage.begin(), self._peril, f"{caller} {about}".strip())


class PerilousOutgoing(Outgoing):
    """Says which channel a claim and a record are about."""

    def __init__(self, storage: PerilousStorage) -> None:
        super().__init__(storage)
        self._about = storage.about

    def claim(self, channel: Channel, *rest: Any, **named: Any) -> Any:
        self._about.channel = channel.word
        try:
            return super().claim(channel, *rest, **named)
        finally:
            self._about.channel = ""

    def record(self, claimed: Sequence[Claimed], *rest: Any, **named: Any) -> Any:
        self._about.channel = claimed[0].recipient.address.channel.word
        try:
            return super().record(claimed, *rest, **named)
        finally:
            self._about.channel = ""


def main(role: str, point: str, nth: str, number: str) -> None:
    settings = load(Path(os.devnull))
    core = build_core(settings)
    peril = Peril(point, int(nth), signal.Signals[number])
    storage = PerilousStorage(core.database.storage, peril)
    conversation = Conversation(core.tokens, (core.database.search,), channels_of(settings))
    logs.set_up()
    done_log = DoneLog(storage, conversation)
    done_log.outgoing = PerilousOutgoing(storage)
    processes.run(replace(core, done_log=done_log), ROLES[role], _tell)
    core.close()


def _tell(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()
