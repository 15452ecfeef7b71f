"""What a route is, and the shapes that several answers share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from simulators.meilisearch.errors import MeilisearchError
from simulators.meilisearch.tasks import Task

SEVERAL = 20
"""How many of a list are shown when the request does not say."""


@dataclass(frozen=True, slots=True)
class Asked:
    names: Mapping[str, str]
    """What stands in the path: `uid`, `id`, `setting`."""
    query: Mapping[str, str]
    body: Any

    @property
    def metadata(self) -> str | None:
        return self.query.get("customMetadata")

    @property
    def fields(self) -> Mapping[str, Any]:
        """The body, which must be an object.

        Raises:
            MeilisearchError: `bad_request`.
        """
        if not isinstance(self.body, dict):
            raise MeilisearchError("bad_request", "Invalid value type: expected an object")
        return self.body

    def required(self, name: str, code: str) -> Any:
        """A field that the body must have.

        Raises:
            MeilisearchError: It has not; with this code.
        """
        if name not in self.fields:
            raise MeilisearchError(code, f"Missing field `{name}`")
        return self.fields[name]


Answer = tuple[int, Any]
Handler = Callable[[Asked], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str
    action: str | None
    """What the key must allow; None: everybody may."""
    handler: Handler


def accepted(task: Task) -> Answer:
    """The answer to a write that has been queued."""
    return HTTPStatus.ACCEPTED, task.summary()


def paged(listed: Sequence[Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a list that `offset` and `limit` ask for."""
    offset, limit = int(asked.get("offset", 0)), int(asked.get("limit", SEVERAL))
    found = list(listed[offset : offset + limit])
    return {"results": found, "offset": offset, "limit": limit, "total": len(listed)}
