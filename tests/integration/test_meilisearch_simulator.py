"""The stand-in for Meilisearch answers the real client as the real server does."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import aiohttp
import meilisearch
import pytest
from meilisearch.errors import MeilisearchApiError
from meilisearch.models.task import Task, TaskInfo

from simulators.base import Fault
from simulators.meilisearch import MeilisearchSimulator
from tests import published

NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
DONES: list[dict[str, Any]] = [
    {"id": 1, "text": "Rebuilt the search index", "teams": [3], "at": 10, "person": "Ana"},
    {"id": 2, "text": "Indexed the saturday backups", "teams": [3, 5], "at": 30, "person": "Bø"},
    {"id": 3, "text": "Search for a flat, then rebuilt it", "teams": [5], "at": 20, "person": "Ana"},
    {"id": 4, "text": "Called the plumber", "teams": [], "at": 40, "person": "Çelik"},
]


class Subject:
    """The real client and the simulator, the client's calls run in threads."""

    def __init__(self, simulator: MeilisearchSimulator, key: str) -> None:
        self.simulator = simulator
        self.client = meilisearch.Client(simulator.url, key)
        self.index = self.client.index("dones")

    async def done(self, info: TaskInfo) -> Task:
        return await asyncio.to_thread(self.client.wait_for_task, info.task_uid, 5000, 1)

    async def settings(self, **settings: object) -> Task:
        return await self.done(await asyncio.to_thread(self.index.update_settings, settings))

    async def add(self, documents: list[dict[str, Any]], key: str | None = "id") -> Task:
        return await self.done(await asyncio.to_thread(self.index.add_documents, documents, key))

    async def search(self, query: str, **options: object) -> dict[str, Any]:
        return await asyncio.to_thread(self.index.search, query, options)

    async def ids(self, query: str, **options: object) -> list[int]:
        return [hit["id"] for hit in (await self.search(query, **options))["hits"]]


@pytest.fixture
async def simulator() -> AsyncIterator[MeilisearchSimulator]:
    simulator = MeilisearchSimulator(now=lambda: NOW, specification=published.MEILISEARCH)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def empty(simulator: MeilisearchSimulator) -> Subject:
    return Subject(simulator, simulator.master_key)


@pytest.fixture
async def filled(empty: Subject) -> AsyncIterator[Subject]:
    await empty.settings(
        filterableAttributes=["teams", "at", "person"],
        sortableAttributes=["at"],
        searchableAttributes=["text", "person"],
    )
    await empty.add(DONES)
    yield empty
    assert not empty.simulator.journal.problems


class TestTasks:
    async def test_a_write_is_a_task_that_is_done_later(self, empty: Subject) -> None:
        empty.simulator.delay = None
        info = await asyncio.to_thread(empty.index.add_documents, DONES, "id")
        assert (info.status, info.type) == ("enqueued", "documentAdditionOrUpdate")
        assert not empty.simulator.documents("dones")
        empty.simulator.settle()
        task = await asyncio.to_thread(empty.client.get_task, info.task_uid)
        assert (task.status, task.details) == ("succeeded", {"receivedDocuments": 4, "indexedDocuments": 4})
        assert empty.simulator.documents("dones") == DONES

    async def test_writes_of_one_kind_in_a_row_become_one_batch(self, empty: Subject) -> None:
        empty.simulator.delay = None
        for document in DONES[:2]:
            await asyncio.to_thread(empty.index.add_documents, [document], "id")
        await asyncio.to_thread(empty.index.update_documents, [DONES[2]])
        await asyncio.to_thread(empty.index.add_documents, [DONES[3]])
        empty.simulator.settle()
        assert [task.batch for task in empty.simulator.tasks] == [0, 0, 1, 2]

    @pytest.mark.parametrize(
        ("documents", "key", "code"),
        [
            ([{"id": 1}, {"text": "x"}], "id", "missing_document_id"),
            ([{"id": "a b"}], "id", "invalid_document_id"),
            ([{"text": "x"}], None, "index_primary_key_no_candidate_found"),
            ([{"id": 1, "team_id": 2}], None, "index_primary_key_multiple_candidates_found"),
        ],
    )
    async def test_a_task_that_cannot_be_done_fails_and_says_why(
        self, empty: Subject, documents: list[dict[str, Any]], key: str | None, code: str
    ) -> None:
        task = await empty.add(documents, key)
        assert task.status == "failed"
        assert task.error is not None
        assert task.error["code"] == code
        assert not empty.simulator.documents("dones")

    async def test_a_task_can_be_lost_or_fail(self, empty: Subject) -> None:
        empty.simulator.lose_task()
        assert (await empty.add(DONES)).status == "succeeded"
        assert not empty.simulator.documents("dones")
        empty.simulator.fail_tasks()
        assert (await empty.add(DONES)).error is not None
        assert (await empty.add(DONES)).status == "succeeded"
        failed = await asyncio.to_thread(empty.client.get_tasks, {"statuses": ["failed"], "limit": 5})
        assert [task.uid for task in failed.results] == [1]

    async def test_deleting_from_no_index_fails_later(self, empty: Subject) -> None:
        task = await empty.done(await asyncio.to_thread(empty.index.delete_document, 7))
        assert task.error is not None
        assert task.error["code"] == "index_not_found"


class TestDocuments:
    async def test_adding_replaces_and_updating_keeps_the_other_fields(self, filled: Subject) -> None:
        await filled.add([{"id": 1, "text": "New"}])
        await filled.done(
            await asyncio.to_thread(filled.index.update_documents, [{"id": 2, "text": "Newer"}])
        )
        first, second = filled.simulator.documents("dones")[:2]
        assert first == {"id": 1, "text": "New"}
        assert second == {**DONES[1], "text": "Newer"}

    async def test_documents_go_by_id_and_by_filter(self, filled: Subject) -> None:
        await filled.done(await asyncio.to_thread(filled.index.delete_document, 1))
        task = await filled.done(await asyncio.to_thread(filled.index.delete_documents, filter="teams = 5"))
        assert task.details is not None
        assert task.details["deletedDocuments"] == 2
        assert [one["id"] for one in filled.simulator.documents("dones")] == [4]

    async def test_documents_can_be_read_without_a_search(self, filled: Subject) -> None:
        one = await asyncio.to_thread(filled.index.get_document, 2)
        assert one.text == "Indexed the saturday backups"
        options = {"filter": "at > 10", "sort": ["at:desc"], "limit": 2, "fields": ["id"]}
        some = await asyncio.to_thread(filled.index.get_documents, options)
        assert ([one.id for one in some.results], some.total) == ([4, 2], 3)
        with pytest.raises(MeilisearchApiError) as refused:
            await asyncio.to_thread(filled.index.get_document, 9)
        assert refused.value.code == "document_not_found"

    async def test_settings_are_changed_and_set_back(self, filled: Subject) -> None:
        change = {"minWordSizeForTypos": {"oneTypo": 4}}
        await filled.done(await asyncio.to_thread(filled.index.update_typo_tolerance, change))
        found = await asyncio.to_thread(filled.index.get_settings)
        assert found["typoTolerance"]["minWordSizeForTypos"] == {"oneTypo": 4, "twoTypos": 9}
        await filled.done(await asyncio.to_thread(filled.index.reset_filterable_attributes))
        assert await asyncio.to_thread(filled.index.get_filterable_attributes) == []


class TestSearch:
    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("search", [3, 1]),
            ("sear", [3, 1]),
            ("rebuilt index", [1, 3]),
            ("index", [2, 1]),
            ("index ", [1]),
            ("serach ", [3, 1]),
            ("saturdya", [2]),
            ("zaturday", []),
            ('"the search"', [1]),
            ("rebuilt -flat", [1]),
            ('rebuilt -"search index"', [3]),
            ("celik", [4]),
            ("", [1, 2, 3, 4]),
            ("nothing at all", []),
        ],
    )
    async def test_words_prefixes_phrases_and_typos_match_and_negative_words_do_not(
        self, filled: Subject, query: str, expected: list[int]
    ) -> None:
        assert await filled.ids(query) == expected

    async def test_all_words_can_be_required(self, filled: Subject) -> None:
        assert await filled.ids("rebuilt index", matchingStrategy="all") == [1]

    async def test_only_ten_words_of_a_query_are_read(self, filled: Subject) -> None:
        query = "called the plumber " + "the " * 7 + "nonsense"
        assert await filled.ids(query, matchingStrategy="all") == [4]

    async def test_filters_choose_and_what_is_not_filterable_is_refused(self, filled: Subject) -> None:
        assert await filled.ids("", filter=[["teams = 3", "teams = 5"], "at > 10"]) == [2, 3]
        for wrong in ("text = x", "teams ="):
            with pytest.raises(MeilisearchApiError) as refused:
                await filled.search("", filter=wrong)
            assert (refused.value.status_code, refused.value.code) == (400, "invalid_search_filter")

    async def test_hits_are_sorted_and_come_in_pages(self, filled: Subject) -> None:
        assert await filled.ids("", sort=["at:desc"], offset=1, limit=2) == [2, 3]
        found = await filled.search("", sort=["at:asc"], page=2, hitsPerPage=3)
        assert ([hit["id"] for hit in found["hits"]], found["totalHits"], found["totalPages"]) == ([4], 4, 2)
        with pytest.raises(MeilisearchApiError) as refused:
            await filled.search("", sort=["person:asc"])
        assert refused.value.code == "invalid_search_sort"

    async def test_hits_are_shown_as_asked_for(self, filled: Subject) -> None:
        found = await filled.search(
            "rebuilt sear",
            filter="teams = 5",
            attributesToRetrieve=["id"],
            attributesToHighlight=["text"],
            attributesToCrop=["text:3"],
            highlightPreTag="[",
            highlightPostTag="]",
        )
        assert found["hits"] == [{"id": 3, "_formatted": {"id": "3", "text": "[Sear]ch for a…"}}]
        assert found["estimatedTotalHits"] == 1

    async def test_no_more_hits_than_the_settings_allow(self, filled: Subject) -> None:
        await filled.add([{"id": number, "text": "many"} for number in range(10, 1200)])
        found = await filled.search("many", limit=2000)
        assert (len(found["hits"]), found["estimatedTotalHits"]) == (1000, 1000)

    async def test_several_searches_are_answered_at_once(self, filled: Subject) -> None:
        queries: list[dict[str, object]] = [
            {"indexUid": "dones", "q": "plumber"},
            {"indexUid": "dones", "q": "flat", "limit": 1},
        ]
        found = await asyncio.to_thread(filled.client.multi_search, queries)
        assert [[hit["id"] for hit in one["hits"]] for one in found["results"]] == [[4], [3]]


class TestServer:
    async def test_a_missing_unknown_or_weak_key_is_refused(self, filled: Subject) -> None:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{filled.simulator.url}/indexes") as answer,
        ):
            assert (answer.status, (await answer.json())["code"]) == (401, "missing_authorization_header")
        stranger = Subject(filled.simulator, "unknown")
        with pytest.raises(MeilisearchApiError) as refused:
            await stranger.search("x")
        assert (refused.value.status_code, refused.value.code) == (403, "invalid_api_key")
        keys = await asyncio.to_thread(filled.client.get_keys)
        searcher = Subject(filled.simulator, keys.results[0].key)
        assert await searcher.ids("plumber") == [4]
        with pytest.raises(MeilisearchApiError):
            await asyncio.to_thread(searcher.index.delete_all_documents)

    async def test_health_version_and_stats_are_told(self, filled: Subject) -> None:
        assert await asyncio.to_thread(filled.client.is_healthy)
        assert (await asyncio.to_thread(filled.client.get_version))["pkgVersion"]
        stats = await asyncio.to_thread(filled.client.get_all_stats)
        assert stats["indexes"]["dones"]["numberOfDocuments"] == 4

    async def test_indexes_are_made_and_deleted(self, filled: Subject) -> None:
        again = await filled.done(await asyncio.to_thread(filled.client.create_index, "dones"))
        assert again.error is not None
        assert again.error["code"] == "index_already_exists"
        assert (await asyncio.to_thread(filled.client.get_index, "dones")).primary_key == "id"
        await filled.done(await asyncio.to_thread(filled.client.delete_index, "dones"))
        with pytest.raises(MeilisearchApiError) as refused:
            await filled.search("x")
        assert (refused.value.status_code, refused.value.code) == (404, "index_not_found")

    async def test_a_planned_failure_comes_once(self, filled: Subject) -> None:
        filled.simulator.journal.fail("POST /indexes/{uid}/search", Fault(status=503, body="busy"))
        with pytest.raises(MeilisearchApiError):
            await filled.search("plumber")
        assert await filled.ids("plumber") == [4]

    async def test_what_is_not_simulated_is_a_problem(self, empty: Subject) -> None:
        await empty.add(DONES)
        await empty.search("x", showRankingScore=True)
        await empty.settings(synonyms={"fix": ["repair"]})
        with pytest.raises(MeilisearchApiError):
            await asyncio.to_thread(empty.client.create_dump)
        assert empty.simulator.journal.problems == [
            "the search parameter showRankingScore is not simulated",
            "the setting synonyms is kept, not simulated",
            "POST /dumps is not simulated",
        ]
