"""The routes: what each needs leave for, and what it answers.

https://www.meilisearch.com/docs/reference/api
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from simulators.meilisearch.documents import documents
from simulators.meilisearch.errors import MeilisearchError
from simulators.meilisearch.indexes import DEFAULTS, Index
from simulators.meilisearch.routing import SEVERAL, Answer, Asked, Route, accepted, paged
from simulators.meilisearch.store import Store
from simulators.meilisearch.tasks import Task


def routes(store: Store) -> list[Route]:
    """Every route that is simulated."""
    return [*_server(store), *_indexes(store), *_settings(store), *documents(store), *_searches(store)]


def _server(store: Store) -> list[Route]:
    def stats(_: Asked) -> Answer:
        shown = {uid: _index_stats(store, index) for uid, index in store.indexes.items()}
        return HTTPStatus.OK, {"databaseSize": 0, "usedDatabaseSize": 0, "lastUpdate": None, "indexes": shown}

    def version(_: Asked) -> Answer:
        said = {"commitSha": "unknown", "commitDate": "unknown", "pkgVersion": "1.53.0"}
        return HTTPStatus.OK, said

    def task(asked: Asked) -> Answer:
        uid = asked.names["task"]
        if not uid.isdigit() or int(uid) >= len(store.tasks.listed):
            raise MeilisearchError("task_not_found", f"Task `{uid}` not found.")
        return HTTPStatus.OK, store.tasks.listed[int(uid)].view()

    def keys(asked: Asked) -> Answer:
        return HTTPStatus.OK, paged([key.view() for key in store.keys], asked.query)

    def add_key(asked: Asked) -> Answer:
        actions = asked.required("actions", "missing_api_key_actions")
        made = store.add_key(
            asked.fields.get("name"), actions, asked.required("indexes", "missing_api_key_indexes")
        )
        return HTTPStatus.CREATED, made.view()

    return [
        Route("GET", "/health", None, lambda _: (HTTPStatus.OK, {"status": "available"})),
        Route("GET", "/version", "version", version),
        Route("GET", "/stats", "stats.get", stats),
        Route("GET", "/tasks", "tasks.get", lambda asked: _task_list(store, asked)),
        Route("GET", "/tasks/{task}", "tasks.get", task),
        Route("GET", "/keys", "keys.get", keys),
        Route("POST", "/keys", "keys.create", add_key),
    ]


def _indexes(store: Store) -> list[Route]:
    def listed(asked: Asked) -> Answer:
        return HTTPStatus.OK, paged([index.view() for index in store.indexes.values()], asked.query)

    def create(asked: Asked) -> Answer:
        return accepted(
            store.create_index(asked.required("uid", "missing_index_uid"), asked.fields.get("primaryKey"))
        )

    def update(asked: Asked) -> Answer:
        return accepted(store.update_index(asked.names["uid"], asked.fields.get("primaryKey")))

    def stats(asked: Asked) -> Answer:
        return HTTPStatus.OK, _index_stats(store, store.index(asked.names["uid"]))

    one = "/indexes/{uid}"
    return [
        Route("GET", "/indexes", "indexes.get", listed),
        Route("POST", "/indexes", "indexes.create", create),
        Route(
            "GET", one, "indexes.get", lambda asked: (HTTPStatus.OK, store.index(asked.names["uid"]).view())
        ),
        Route("PATCH", one, "indexes.update", update),
        Route(
            "DELETE", one, "indexes.delete", lambda asked: accepted(store.delete_index(asked.names["uid"]))
        ),
        Route("GET", f"{one}/stats", "stats.get", stats),
    ]


def _settings(store: Store) -> list[Route]:
    def all_of_them(asked: Asked) -> Answer:
        return HTTPStatus.OK, store.index(asked.names["uid"]).settings

    def change(asked: Asked) -> Answer:
        return accepted(store.change_settings(asked.names["uid"], asked.fields, asked.metadata))

    def reset(asked: Asked) -> Answer:
        return accepted(store.reset_settings(asked.names["uid"], list(DEFAULTS)))

    whole = "/indexes/{uid}/settings"
    made = [
        Route("GET", whole, "settings.get", all_of_them),
        Route("PATCH", whole, "settings.update", change),
        Route("DELETE", whole, "settings.update", reset),
    ]
    for name, default in DEFAULTS.items():
        by_keys = isinstance(default, dict) and name != "synonyms"
        made += _setting(store, name, "PATCH" if by_keys else "PUT")
    return made


def _setting(store: Store, name: str, method: str) -> list[Route]:
    path = "/indexes/{uid}/settings/" + re.sub(r"[A-Z]", lambda letter: f"-{letter.group().lower()}", name)

    def show(asked: Asked) -> Answer:
        return HTTPStatus.OK, store.index(asked.names["uid"]).settings[name]

    def change(asked: Asked) -> Answer:
        return accepted(store.change_settings(asked.names["uid"], {name: asked.body}))

    def reset(asked: Asked) -> Answer:
        return accepted(store.reset_settings(asked.names["uid"], [name]))

    return [
        Route("GET", path, "settings.get", show),
        Route(method, path, "settings.update", change),
        Route("DELETE", path, "settings.update", reset),
    ]


def _searches(store: Store) -> list[Route]:
    def one(asked: Asked) -> Answer:
        return HTTPStatus.OK, store.search(asked.names["uid"], asked.fields)

    def several(asked: Asked) -> Answer:
        results = []
        for query in asked.required("queries", "bad_request"):
            parameters = {name: value for name, value in query.items() if name != "indexUid"}
            found = store.search(query["indexUid"], parameters)
            results.append({"indexUid": query["indexUid"], **found})
        return HTTPStatus.OK, {"results": results}

    return [
        Route("POST", "/indexes/{uid}/search", "search", one),
        Route("POST", "/multi-search", "search", several),
    ]


def _task_list(store: Store, asked: Asked) -> Answer:
    """Tasks, the newest first, of those that every given filter lets through."""
    query = asked.query
    found = [task for task in reversed(store.tasks.listed) if _lets_through(query, task)]
    total = len(found)
    if "from" in query:
        found = [task for task in found if task.uid <= int(query["from"])]
    limit = int(query.get("limit", SEVERAL))
    page, rest = found[:limit], found[limit:]
    return HTTPStatus.OK, {
        "results": [task.view() for task in page],
        "total": total,
        "limit": limit,
        "from": page[0].uid if page else None,
        "next": rest[0].uid if rest else None,
    }


def _lets_through(query: Mapping[str, str], task: Task) -> bool:
    shown = {
        "uids": str(task.uid),
        "batchUids": str(task.batch),
        "statuses": task.status,
        "types": task.kind,
        "indexUids": str(task.index_uid),
    }
    return all(
        value in query[name].split(",") for name, value in shown.items() if query.get(name, "*") != "*"
    )


def _index_stats(store: Store, index: Index) -> dict[str, Any]:
    counted: dict[str, int] = {}
    for document in index.documents.values():
        for name in document:
            counted[name] = counted.get(name, 0) + 1
    return {
        "numberOfDocuments": len(index.documents),
        "isIndexing": any(task.index_uid == index.uid for task in store.tasks.waiting),
        "fieldDistribution": counted,
        **dict.fromkeys(["indexSize", "usedIndexSize", "rawDocumentDbSize", "avgDocumentSize"], 0),
    }
