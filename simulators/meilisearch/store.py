"""What the server keeps: indexes, keys and tasks, and what each write does to them."""

import copy
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulators.base import Now
from simulators.meilisearch.errors import MeilisearchError, index_not_found
from simulators.meilisearch.filters import FilterError, parse
from simulators.meilisearch.indexes import DEFAULTS, OBEYED, Index, check_uid, stamp
from simulators.meilisearch.search import filter_of, not_simulated, search
from simulators.meilisearch.tasks import Task, Tasks, Work


@dataclass(frozen=True, slots=True)
class Key:
    """An API key (https://www.meilisearch.com/docs/reference/api/keys)."""

    uid: str
    key: str
    name: str | None
    actions: tuple[str, ...]
    indexes: tuple[str, ...]
    made_at: datetime

    def allows(self, action: str, index: str | None) -> bool:
        family = f"{action.partition('.')[0]}.*"
        named = index is None or any(
            index == one or (one.endswith("*") and index.startswith(one[:-1])) for one in self.indexes
        )
        return named and any(one in ("*", action, family) for one in self.actions)

    def view(self) -> dict[str, Any]:
        return {
            "uid": self.uid,
            "key": self.key,
            "name": self.name,
            "description": None,
            "actions": list(self.actions),
            "indexes": list(self.indexes),
            "expiresAt": None,
            "createdAt": stamp(self.made_at),
            "updatedAt": stamp(self.made_at),
        }


class Store:
    def __init__(self, now: Now, problems: list[str]) -> None:
        self.now = now
        self.problems = problems
        """Takes what is asked for and not simulated."""
        self.master_key = secrets.token_urlsafe(24)
        self.tasks = Tasks(now)
        self.indexes: dict[str, Index] = {}
        self.keys: list[Key] = []
        self.add_key("Default Search API Key", ["search"], ["*"])
        self.add_key("Default Admin API Key", ["*"], ["*"])

    def add_key(self, name: str | None, actions: Sequence[str], indexes: Sequence[str]) -> Key:
        """Make a key; like the real one it follows from the master key and its own uid."""
        uid = str(uuid.uuid4())
        key = hmac.new(self.master_key.encode(), uid.encode(), hashlib.sha256).hexdigest()
        made = Key(uid, key, name, tuple(actions), tuple(indexes), self.now())
        self.keys.append(made)
        return made

    def index(self, uid: str) -> Index:
        """The index.

        Raises:
            MeilisearchError: `index_not_found`, or the uid can name none.
        """
        check_uid(uid)
        if uid not in self.indexes:
            raise index_not_found(uid)
        return self.indexes[uid]

    def search(self, uid: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a search.

        Raises:
            MeilisearchError: There is no such index, or a parameter is wrong.
        """
        self.problems += [f"the search parameter {name} is not simulated" for name in not_simulated(asked)]
        return search(self.index(uid), asked)

    def put_documents(
        self,
        uid: str,
        documents: Sequence[Mapping[str, Any]],
        primary_key: str | None,
        *,
        partial: bool,
        metadata: str | None,
    ) -> Task:
        def work(details: dict[str, Any]) -> None:
            details["indexedDocuments"] = 0
            self._made(uid).put(documents, primary_key, partial=partial)
            details["indexedDocuments"] = len(documents)

        details = {"receivedDocuments": len(documents), "indexedDocuments": None}
        joins = "update" if partial else "replace"
        return self._write("documentAdditionOrUpdate", uid, work, details, metadata, joins)

    def delete_documents(self, uid: str, identities: Sequence[str], metadata: str | None) -> Task:
        def work(details: dict[str, Any]) -> None:
            details["deletedDocuments"] = 0
            details["deletedDocuments"] = self.index(uid).remove(identities)

        details = {"providedIds": len(identities), "originalFilter": None, "deletedDocuments": None}
        return self._write("documentDeletion", uid, work, details, metadata)

    def delete_by_filter(self, uid: str, expression: object, metadata: str | None) -> Task:
        """Queue a deletion; whether the attributes are filterable is found out when it is done.

        Raises:
            MeilisearchError: `invalid_document_filter`: the expression is none, or empty.
        """
        try:
            parse(expression)
        except FilterError as wrong:
            raise MeilisearchError("invalid_document_filter", str(wrong)) from wrong
        if not expression:
            raise MeilisearchError("invalid_document_filter", "Sending an empty filter is forbidden.")

        def work(details: dict[str, Any]) -> None:
            details["deletedDocuments"] = 0
            index = self.index(uid)
            chosen = filter_of(index, expression, "invalid_document_filter")
            matching = [identity for identity, one in index.documents.items() if chosen.test(one)]
            details["deletedDocuments"] = index.remove(matching)

        details = {"providedIds": 0, "originalFilter": str(expression), "deletedDocuments": None}
        return self._write("documentDeletion", uid, work, details, metadata)

    def clear(self, uid: str, metadata: str | None) -> Task:
        def work(details: dict[str, Any]) -> None:
            details["deletedDocuments"] = 0
            index = self.index(uid)
            details["deletedDocuments"] = index.remove(list(index.documents))

        details = {"providedIds": 0, "originalFilter": None, "deletedDocuments": None}
        return self._write("documentDeletion", uid, work, details, metadata)

    def change_settings(self, uid: str, changes: Mapping[str, Any], metadata: str | None = None) -> Task:
        unknown = sorted(set(changes) - set(DEFAULTS))
        if unknown:
            raise MeilisearchError("bad_request", f"Unknown field `{unknown[0]}`")
        kept = [
            name for name in changes if name not in OBEYED and changes[name] not in (None, DEFAULTS[name])
        ]
        self.problems += [f"the setting {name} is kept, not simulated" for name in kept]

        def work(_: dict[str, Any]) -> None:
            self._made(uid).change_settings(copy.deepcopy(dict(changes)))

        return self._write("settingsUpdate", uid, work, dict(changes), metadata)

    def reset_settings(self, uid: str, names: Sequence[str]) -> Task:
        def work(_: dict[str, Any]) -> None:
            self.index(uid).change_settings(dict.fromkeys(names))

        return self._write("settingsUpdate", uid, work, {})

    def create_index(self, uid: str, primary_key: str | None) -> Task:
        def work(_: dict[str, Any]) -> None:
            if uid in self.indexes:
                raise MeilisearchError("index_already_exists", f"Index `{uid}` already exists.")
            self._made(uid).primary_key = primary_key

        return self._write("indexCreation", uid, work, {"primaryKey": primary_key})

    def update_index(self, uid: str, primary_key: str | None) -> Task:
        def work(_: dict[str, Any]) -> None:
            index = self.index(uid)
            if index.documents:
                sentence = f"Index already has a primary key: `{index.primary_key}`."
                raise MeilisearchError("index_primary_key_already_exists", sentence)
            index.primary_key = primary_key

        return self._write("indexUpdate", uid, work, {"primaryKey": primary_key})

    def delete_index(self, uid: str) -> Task:
        def work(details: dict[str, Any]) -> None:
            details["deletedDocuments"] = 0
            details["deletedDocuments"] = len(self.index(uid).documents)
            del self.indexes[uid]

        return self._write("indexDeletion", uid, work, {"deletedDocuments": None})

    def _made(self, uid: str) -> Index:
        """The index, made if it is not there: a first write to it does that."""
        return self.indexes.setdefault(uid, Index(uid, self.now()))

    def _write(
        self,
        kind: str,
        uid: str,
        work: Work,
        details: Mapping[str, Any],
        metadata: str | None = None,
        joins: str = "",
    ) -> Task:
        check_uid(uid)
        return self.tasks.add(kind, uid, self._stamped(uid, work), details, metadata, joins)

    def _stamped(self, uid: str, work: Work) -> Callable[[dict[str, Any]], None]:
        def whole(details: dict[str, Any]) -> None:
            work(details)
            if uid in self.indexes:
                self.indexes[uid].updated_at = self.now()

        return whole
