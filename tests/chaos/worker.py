"""A process of the product with one crash point in it: `python -m tests.chaos.worker ROLE POINT NTH SIGNAL`.

The composition is the product's own (`bot.core`, `bot.processes`); the units of work alone are handed out by
a storage that sends this process the signal before or after the NTH commit that `POINT` names: `before claim
Slack`, `after process`.  An empty POINT is reached by none.
"""

import inspect
import os
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.chaos.haste import hasten

hasten()

# After the waits have been shortened, since modules read them when they are imported.
from adapters.storage.engine import make_engine  # noqa: E402
from adapters.storage.ledger import PostgresLedger  # noqa: E402
from adapters.storage.unit_of_work import PostgresStorage, PostgresUnitOfWork  # noqa: E402
from bot import logs, processes  # noqa: E402
from bot.compose import EVERYTHING, Work  # noqa: E402
from bot.core import build_core, channels_of  # noqa: E402
from bot.settings import load  # noqa: E402
from domain.application import DoneLog  # noqa: E402
from domain.conversation import Conversation  # noqa: E402
from domain.deliveries import Claimed  # noqa: E402
from domain.doubts import Doubted  # noqa: E402
from domain.people import Channel  # noqa: E402
from tests.chaos.schedule import REACHED  # noqa: E402

if TYPE_CHECKING:
    from sqlalchemy import Engine

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


class PerilousLedger(PostgresLedger):
    """Knows whether a claim found anything: a commit of nothing is no place to die."""

    found = True

    def claim(self, *given: Any, **named: Any) -> list[Claimed]:
        claimed = super().claim(*given, **named)
        self.found = bool(claimed)
        return claimed

    def claim_doubts(self, *given: Any, **named: Any) -> list[Doubted]:
        doubted = super().claim_doubts(*given, **named)
        self.found = bool(doubted)
        return doubted


class PerilousUnitOfWork(PostgresUnitOfWork):
    def __init__(self, engine: "Engine", peril: Peril, name: str) -> None:
        super().__init__(engine, feed=False)
        self._peril = peril
        self._name = name

    @cached_property
    def ledger(self) -> PerilousLedger:
        return PerilousLedger(self._connection)

    def commit(self) -> None:
        name = self._name if self.ledger.found else ""
        self._peril.pass_by(f"before {name}")
        super().commit()
        self._peril.pass_by(f"after {name}")


class PerilousStorage(PostgresStorage):
    """Names each unit of work after the method of the core that began it, and the channel it is about."""

    def __init__(self, engine: "Engine", peril: Peril) -> None:
        super().__init__(engine, feed=False)
        self._peril = peril
        self.about = threading.local()

    def begin(self) -> PostgresUnitOfWork:
        frame = inspect.currentframe()
        caller = frame.f_back.f_code.co_name if frame and frame.f_back else ""
        about: str = getattr(self.about, "channel", "")
        return PerilousUnitOfWork(self._engine, self._peril, f"{caller} {about}".strip())


class PerilousDoneLog(DoneLog):
    """Says which channel a claim and a record are about."""

    def __init__(self, storage: PerilousStorage, conversation: Conversation) -> None:
        super().__init__(storage, conversation)
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
    storage = PerilousStorage(
        make_engine(settings.database_url or ""), Peril(point, int(nth), signal.Signals[number])
    )
    conversation = Conversation(core.tokens, (core.database.search,), channels_of(settings))
    logs.set_up()
    processes.run(replace(core, done_log=PerilousDoneLog(storage, conversation)), ROLES[role], _tell)
    core.close()


def _tell(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
