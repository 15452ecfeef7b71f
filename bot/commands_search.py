"""`donelog reindex`: the search engine's index, made again from the database."""

from typing import TYPE_CHECKING

import typer

from bot.console import around, fail, opened, say

if TYPE_CHECKING:  # only for the checker: commands load lazily
    from adapters.search.meili import MeiliSearch
    from bot.core import Core

AT_ONCE = 1_000
"""Dones in one task of the engine."""


def reindex(context: typer.Context) -> None:
    """Rebuild the Meilisearch index.  Feeds it everything, then counts what it holds."""
    with opened(around(context).settings()) as core:
        if core.indexer is None:
            fail("MEILISEARCH_URL is not set: PostgreSQL searches, and what it finds is never behind.")
        with core.database.storage.begin() as uow:
            total = uow.feed.refill()
            uow.commit()
        _feed(core, core.indexer, total)
        held = core.indexer.count()
    if held < total:
        fail(f"The database has {total:,} lines, the index only {held:,}. `./donelog doctor`, then again.")
    left = f" {held - total:,} that are gone from the database are never shown." if held > total else ""
    say(f"{total:,} line{'' if total == 1 else 's'}, all of them in the index.{left}")


def _feed(core: "Core", indexer: "MeiliSearch", total: int) -> None:
    """Work the feed off; a worker that runs meanwhile does its share."""
    from bot.clock import real_now

    fed = 0
    while entries := core.done_log.claim_feed(real_now(), AT_ONCE):
        indexer.feed(entries)
        core.done_log.indexed(entries)
        fed += len(entries)
        say(f"{fed:,} of {total:,}")
