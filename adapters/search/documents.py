"""Dones as documents of the index, and questions as its filters.  Pure functions."""

from typing import Any

from domain.ports.search import FeedEntry, SearchQuery

INDEX = "dones"
SETTINGS: dict[str, Any] = {
    "searchableAttributes": ["text"],
    "displayedAttributes": ["id"],
    "filterableAttributes": ["id", "organization_id", "team_ids", "person_id", "day_number", "kind"],
    "rankingRules": ["words", "typo", "day_number:desc", "proximity", "exactness"],
}
"""Set before the first document: a filter added later makes the server index everything again.

https://www.meilisearch.com/docs/reference/api/settings
"""

Filter = list[str | list[str]]
"""Meilisearch's filters: all conditions of the list must hold, and of a list within it one."""


def document(entry: FeedEntry) -> dict[str, Any] | None:
    """What the index holds of a done, its day as a number (`date.toordinal`); None: it is gone."""
    fields: Any = entry.document
    if fields is None:
        return None
    return {
        "id": entry.done_id,
        "revision": entry.revision,
        "organization_id": fields["organization_id"],
        "team_ids": fields["team_ids"],
        "person_id": fields["person_id"],
        "day_number": fields["day"].toordinal(),
        "kind": fields["kind"],
        "text": fields["text"],
    }


def words(query: SearchQuery) -> str:
    """The words as the server reads them, its operators for phrases and exclusion taken out.

    https://www.meilisearch.com/docs/reference/api/search#q
    """
    return " ".join(word for each in query.words if (word := each.replace('"', " ").strip().lstrip("-")))


def search_filter(query: SearchQuery) -> Filter:
    """What the asker may see of what she asks for; made of numbers alone."""
    visible = [f"person_id = {query.asker_id:d}"]
    if query.team_ids:
        visible.append(f"team_ids IN {_numbers(query.team_ids)}")
    wanted: Filter = [f"organization_id = {query.organization_id:d}", visible]
    if query.person_ids is not None:
        wanted.append(f"person_id IN {_numbers(query.person_ids)}")
    if query.first_day is not None:
        wanted.append(f"day_number >= {query.first_day.toordinal():d}")
    if query.last_day is not None:
        wanted.append(f"day_number <= {query.last_day.toordinal():d}")
    return wanted


def only_dones(done_ids: list[int]) -> str:
    """A filter that matches exactly these dones."""
    return f"id IN {_numbers(done_ids)}"


def _numbers(values: list[int] | tuple[int, ...]) -> str:
    return "[" + ", ".join(f"{value:d}" for value in values) + "]"
