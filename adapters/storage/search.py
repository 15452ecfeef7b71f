"""The search engine that is always there: PostgreSQL, over an index of teams and words."""

from collections.abc import Sequence

from sqlalchemy import Engine, text

from adapters.storage.search_text import query_terms
from domain.ports.search import SearchQuery, SearchResult

# Two branches, since an OR of "her teams" and "her own" would keep the index of teams and words from use.
# A done that has the last word whole comes before one where it but begins another; newest first.
_SEARCH = text("""
    WITH visible AS (
        SELECT id FROM dones
        WHERE organization_id = :organization_id AND deleted_at IS NULL
          AND team_ids && CAST(:team_ids AS bigint[])
          AND (CAST(:terms AS tsquery) IS NULL OR terms @@ CAST(:terms AS tsquery))
        UNION
        SELECT id FROM dones
        WHERE organization_id = :organization_id AND deleted_at IS NULL AND person_id = :asker_id
          AND (CAST(:terms AS tsquery) IS NULL OR terms @@ CAST(:terms AS tsquery))
    ), found AS MATERIALIZED (
        SELECT done.id, done.day, done.terms @@ CAST(:whole AS tsquery) AS whole
        FROM visible JOIN dones AS done USING (id)
        WHERE (CAST(:person_ids AS bigint[]) IS NULL OR done.person_id = ANY(CAST(:person_ids AS bigint[])))
          AND done.day >= coalesce(CAST(:first_day AS date), '-infinity')
          AND done.day <= coalesce(CAST(:last_day AS date), 'infinity')
    )
    SELECT (SELECT count(*) FROM found) AS total,
           ARRAY(
               SELECT id FROM found
               ORDER BY whole DESC NULLS LAST, day DESC, id DESC LIMIT :limit OFFSET :offset
           ) AS ids
""")


class PostgresSearch:
    """`domain.ports.search.SearchIndex` over the dones themselves: what is committed is found."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def search(self, query: SearchQuery) -> SearchResult:
        terms = query_terms(" ".join(query.words))
        if query.words and not terms:
            return SearchResult((), 0)
        bound = {
            "organization_id": query.organization_id,
            "asker_id": query.asker_id,
            "team_ids": list(query.team_ids),
            "terms": _tsquery(terms, prefix=True),
            "whole": _tsquery(terms, prefix=False),
            "person_ids": None if query.person_ids is None else list(query.person_ids),
            "first_day": query.first_day,
            "last_day": query.last_day,
            "limit": query.limit,
            "offset": query.offset,
        }
        with self._engine.connect() as connection:
            row = connection.execute(_SEARCH, bound).one()
        return SearchResult(tuple(row.ids), row.total)


def _tsquery(terms: Sequence[str], *, prefix: bool) -> str | None:
    """A `tsquery` literal: all of the terms, the last one as the beginning of a word if `prefix`.

    https://www.postgresql.org/docs/current/datatype-textsearch.html
    """
    if not terms:
        return None
    quoted = ["'" + term.replace("\\", "\\\\").replace("'", "''") + "'" for term in terms]
    return " & ".join(quoted) + (":*" if prefix else "")
