"""Tasks: every write is one, and they are done one batch at a time.

https://www.meilisearch.com/docs/learn/async/asynchronous_operations
"""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulators.base import Now
from simulators.meilisearch.errors import MeilisearchError
from simulators.meilisearch.indexes import stamp

Work = Callable[[dict[str, Any]], None]
"""Has the task's effect, and fills in its details."""


class Misfortune(enum.Enum):
    LOST = "lost"
    """The task says that it succeeded, and had no effect."""
    FAILED = "failed"
    """The task fails with an internal error."""


@dataclass(slots=True)
class Task:
    uid: int
    kind: str
    index_uid: str | None
    work: Work
    enqueued_at: datetime
    details: dict[str, Any]
    metadata: str | None
    joins: str
    """Tasks in a row in which this is the same may become one batch."""
    status: str = "enqueued"
    batch: int | None = None
    error: dict[str, str] | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None

    def summary(self) -> dict[str, Any]:
        """As the answer to the write shows it."""
        said: dict[str, Any] = {
            "taskUid": self.uid,
            "indexUid": self.index_uid,
            "status": self.status,
            "type": self.kind,
            "enqueuedAt": stamp(self.enqueued_at),
        }
        return {**said, "customMetadata": self.metadata} if self.metadata is not None else said

    def view(self) -> dict[str, Any]:
        """As `GET /tasks/{uid}` shows it."""
        finished = self.finished_at is not None
        said: dict[str, Any] = {
            "uid": self.uid,
            "batchUid": self.batch,
            "indexUid": self.index_uid,
            "status": self.status,
            "type": self.kind,
            "canceledBy": None,
            "details": self.details,
            "error": self.error,
            "duration": "PT0.009330S" if finished else None,
            "enqueuedAt": stamp(self.enqueued_at),
            "startedAt": stamp(self.started_at) if self.started_at else None,
            "finishedAt": stamp(self.finished_at) if self.finished_at else None,
        }
        return {**said, "customMetadata": self.metadata} if self.metadata is not None else said


@dataclass(slots=True)
class Tasks:
    """All tasks, oldest first, and those still to be done."""

    now: Now
    told: Callable[[], None] = lambda: None
    """Called whenever a task is added."""
    listed: list[Task] = field(default_factory=list)
    misfortunes: list[Misfortune] = field(default_factory=list)
    """What happens to the next tasks, one each."""
    _batches: int = 0
    _finished: int = 0

    def add(
        self,
        kind: str,
        index_uid: str | None,
        work: Work,
        details: Mapping[str, Any],
        metadata: str | None = None,
        joins: str = "",
    ) -> Task:
        """Queue a write; `joins` tells apart writes of one kind that are never done in one batch."""
        key = f"{kind} {index_uid} {joins}"
        task = Task(len(self.listed), kind, index_uid, work, self.now(), dict(details), metadata, key)
        self.listed.append(task)
        self.told()
        return task

    @property
    def waiting(self) -> list[Task]:
        return self.listed[self._finished :]

    def start_batch(self) -> list[Task]:
        """Mark the next tasks that may be done together as being done."""
        waiting = self.waiting
        batch = [task for task in waiting if task.status == "processing"]
        if batch or not waiting:
            return batch
        for task in waiting:
            if task.joins != waiting[0].joins:
                break
            batch.append(task)
        for task in batch:
            task.status, task.batch, task.started_at = "processing", self._batches, self.now()
        self._batches += 1
        return batch

    def finish_batch(self) -> None:
        """Let the tasks that are being done, or the next, have their effect."""
        for task in self.start_batch():
            wrong = self._done(task)
            task.status, task.error = ("failed", wrong.shown()) if wrong else ("succeeded", None)
            task.finished_at = self.now()
            self._finished += 1

    def _done(self, task: Task) -> MeilisearchError | None:
        misfortune = self.misfortunes.pop(0) if self.misfortunes else None
        if misfortune is Misfortune.FAILED:
            return MeilisearchError("internal", "The task failed, as it was told to.")
        if misfortune is None:
            try:
                task.work(task.details)
            except MeilisearchError as wrong:
                return wrong
        return None

    def finish_all(self) -> None:
        while self.waiting:
            self.finish_batch()
