"""Finding what was ever done, within the rights of whoever asks."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from domain import facts as f
from domain.commands import Search
from domain.dones import Done
from domain.engines import Engines
from domain.errors import Refusal
from domain.local_time import log_day
from domain.people import Person
from domain.ports.search import SearchQuery
from domain.ports.tenant import Tenant
from domain.queries import Query, read_query

PAGE = 10
MOST_PAGES = 100


def search(tenant: Tenant, person: Person, command: Search, engines: Engines, now: datetime) -> f.SearchShown:
    """One page of what the asker may see, newest and best first.

    Raises:
        Refusal: a filter cannot be read, or names nobody; or no engine answers.
    """
    query = read_query(command.query, log_day(now, person.zone))
    team_ids = tuple(team.id for team, role in tenant.teams.of(person.id) if role.reads)
    page = min(max(command.page, 1), MOST_PAGES)
    result, degraded = engines.search(_resolved(tenant, person, query, team_ids, page), now)
    readable = tenant.log.readable(result.done_ids, person.id, team_ids)
    dones = [readable[done_id] for done_id in result.done_ids if done_id in readable]
    names = {each.person_id: tenant.people.get(each.person_id).name for each in dones}
    return f.SearchShown(
        query=command.query,
        hits=tuple(_hit(done, names[done.person_id], query.words) for done in dones),
        total=result.total,
        page=page,
        pages=min(max(-(-result.total // PAGE), 1), MOST_PAGES),
        degraded=degraded,
    )


def _resolved(
    tenant: Tenant, person: Person, query: Query, team_ids: tuple[int, ...], page: int
) -> SearchQuery:
    person_ids: tuple[int, ...] | None = None
    if query.from_name.casefold() == "me":
        person_ids = (person.id,)
    elif query.from_name:
        person_ids = tuple(each.id for each in tenant.people.named(query.from_name.lstrip("@")))
        if not person_ids:
            raise Refusal(
                f"I know nobody called “{query.from_name}” here. Try a first name, as in `from:ana`."
            )
    return SearchQuery(
        organization_id=tenant.organization_id,
        asker_id=person.id,
        team_ids=team_ids,
        words=query.words,
        person_ids=person_ids,
        first_day=query.first_day,
        last_day=query.last_day,
        limit=PAGE,
        offset=(page - 1) * PAGE,
    )


def _hit(done: Done, name: str, words: Sequence[str]) -> f.Hit:
    return f.Hit(name, done.day, done.kind, done.text, matches_in(done.text, words))


def matches_in(text: str, words: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Where words of `text` begin with one of the looked-for `words`; case and accents do not count."""
    wanted = [folded for word in words if (folded := _fold(word))]
    spans = (match.span() for match in re.finditer(r"\w+", text))
    return tuple(
        (start, end)
        for start, end in spans
        if any(_fold(text[start:end]).startswith(each) for each in wanted)
    )


def _fold(word: str) -> str:
    apart = unicodedata.normalize("NFKD", word.casefold())
    return "".join(character for character in apart if not unicodedata.combining(character))
