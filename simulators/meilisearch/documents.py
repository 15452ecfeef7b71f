"""The routes of documents.

https://www.meilisearch.com/docs/reference/api/documents
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from simulators.meilisearch.errors import MeilisearchError
from simulators.meilisearch.indexes import Index
from simulators.meilisearch.routing import Answer, Asked, Route, accepted, paged
from simulators.meilisearch.search import check_sort, filter_of, sort_key
from simulators.meilisearch.shown import chosen
from simulators.meilisearch.store import Store


def documents(store: Store) -> list[Route]:
    """Reading, adding and deleting documents."""
    handlers = _Documents(store)
    all_of_them = "/indexes/{uid}/documents"
    return [
        Route("POST", all_of_them, "documents.add", lambda asked: handlers.put(asked, partial=False)),
        Route("PUT", all_of_them, "documents.add", lambda asked: handlers.put(asked, partial=True)),
        Route("GET", all_of_them, "documents.get", handlers.some),
        Route("DELETE", all_of_them, "documents.delete", handlers.clear),
        Route("POST", f"{all_of_them}/fetch", "documents.get", handlers.fetch),
        Route("POST", f"{all_of_them}/delete-batch", "documents.delete", handlers.delete_some),
        Route("POST", f"{all_of_them}/delete", "documents.delete", handlers.delete_chosen),
        Route("GET", f"{all_of_them}/{{id}}", "documents.get", handlers.one),
        Route("DELETE", f"{all_of_them}/{{id}}", "documents.delete", handlers.delete_one),
    ]


class _Documents:
    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, asked: Asked, *, partial: bool) -> Answer:
        found = asked.body if isinstance(asked.body, list) else [asked.body]
        if not all(isinstance(document, dict) for document in found):
            raise MeilisearchError("malformed_payload", "The `json` payload provided is malformed.")
        uid, key = asked.names["uid"], asked.query.get("primaryKey")
        return accepted(self._store.put_documents(uid, found, key, partial=partial, metadata=asked.metadata))

    def one(self, asked: Asked) -> Answer:
        index = self._store.index(asked.names["uid"])
        found = index.documents.get(asked.names["id"])
        if found is None:
            raise MeilisearchError("document_not_found", f"Document `{asked.names['id']}` not found.")
        fields = asked.query.get("fields", "*").split(",")
        return HTTPStatus.OK, chosen(found, fields)

    def some(self, asked: Asked) -> Answer:
        query: dict[str, Any] = dict(asked.query)
        for name in ("fields", "ids", "sort"):
            if name in query:
                query[name] = query[name].split(",")
        return _browsed(self._store.index(asked.names["uid"]), query)

    def delete_one(self, asked: Asked) -> Answer:
        return accepted(self._store.delete_documents(asked.names["uid"], [asked.names["id"]], asked.metadata))

    def delete_some(self, asked: Asked) -> Answer:
        if not isinstance(asked.body, list):
            raise MeilisearchError("bad_request", "Invalid value type: expected an array")
        identities = [str(identity) for identity in asked.body]
        return accepted(self._store.delete_documents(asked.names["uid"], identities, asked.metadata))

    def delete_chosen(self, asked: Asked) -> Answer:
        if not isinstance(asked.body, dict) or "filter" not in asked.body:
            raise MeilisearchError("missing_document_filter", "Missing field `filter`")
        uid = asked.names["uid"]
        return accepted(self._store.delete_by_filter(uid, asked.body["filter"], asked.metadata))

    def clear(self, asked: Asked) -> Answer:
        return accepted(self._store.clear(asked.names["uid"], asked.metadata))

    def fetch(self, asked: Asked) -> Answer:
        return _browsed(self._store.index(asked.names["uid"]), asked.fields)


def _browsed(index: Index, asked: Mapping[str, Any]) -> Answer:
    """Documents in their own order, or sorted, without a query."""
    found = index.documents
    if asked.get("ids") is not None:
        found = {key: found[key] for key in map(str, asked["ids"]) if key in found}
    documents = list(found.values())
    if asked.get("filter"):
        test = filter_of(index, asked["filter"], "invalid_document_filter").test
        documents = [document for document in documents if test(document)]
    if order := asked.get("sort"):
        check_sort(index, order, "invalid_document_sort")
        documents.sort(key=lambda document: sort_key(document, order))
    fields = asked.get("fields") or ["*"]
    return HTTPStatus.OK, paged([chosen(document, fields) for document in documents], asked)
