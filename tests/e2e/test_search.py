"""Search in both engines: the same answers, a notice when one is down, and nothing forgotten afterwards."""

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from domain.engines import LEFT_ALONE_FOR
from domain.ports.search import SearchDown
from simulators import plain
from simulators.base import Fault, How
from simulators.town import Town
from tests.e2e.voices import Team, gather

pytestmark = pytest.mark.asyncio(loop_scope="module")

INDEX = "dones"
SEARCH = "POST /indexes/{uid}/search"
NOTICE = "The usual search is down"


async def _written(town: Town) -> Team:
    """A team with a line of everybody's, and one that only Ana sees."""
    team = await gather(town, "platform")
    await team.slack.write("rebuilt the zeppelin hangar\nprivate: dreamt of a zeppelin")
    await team.discord.write("sold the zeppelin tickets")
    await team.mail.write("painted the zeppelin red")
    return team


async def _found(team: Team, query: str) -> list[str]:
    """What everybody is shown: Ana, Ben, Cleo."""
    await team.mail.write(f"search {query}")
    shown = [await team.slack.search(query), await team.discord.search(query), team.mail.heard()[-1]]
    return [each.replace("*", "") for each in shown]


async def _check_everybody_finds_the_same(team: Team) -> None:
    for shown in await _found(team, "zeppelin"):
        for words in ("rebuilt the zeppelin hangar", "sold the zeppelin tickets", "painted the zeppelin red"):
            assert words in shown
        assert NOTICE not in shown
    ana, ben, cleo = await _found(team, "dreamt")
    assert "dreamt of a zeppelin" in ana
    assert "Nothing found" in ben
    assert "Nothing found" in cleo
    for shown in await _found(team, "zeppelin from:ben"):
        assert "sold the zeppelin tickets" in shown
        assert "hangar" not in shown
    for shown in await _found(team, "zeppelin before:yesterday"):
        assert "Nothing found" in shown


async def test_postgresql_finds_what_everybody_may_see(own_town: Town) -> None:
    await _check_everybody_finds_the_same(await _written(own_town))
    assert own_town.services.meilisearch.journal.calls == []


async def test_meilisearch_finds_the_same(searching_town: Town) -> None:
    await _check_everybody_finds_the_same(await _written(searching_town))
    assert searching_town.services.meilisearch.journal.of(SEARCH)


async def test_discord_offers_more_pages_of_what_was_found(own_town: Town) -> None:
    team = await gather(own_town, "platform")
    await team.slack.write("\n".join(f"paved mile {mile} of the road" for mile in range(1, 24)))
    discord = own_town.services.discord
    answer = await discord.command(
        team.discord.user, team.discord.channel, "done", "search", {"query": "paved"}
    )
    assert "23 lines" in answer.content
    assert answer.message is not None
    more = await discord.click(team.discord.user, answer.message.id, "More")
    assert "paved" in more.content.replace("*", "")
    assert more.content != answer.content


async def test_when_meilisearch_is_down_postgresql_answers_and_the_index_catches_up(
    searching_town: Town, database: str
) -> None:
    team = await _written(searching_town)
    meilisearch = searching_town.services.meilisearch
    assert _index(searching_town) == _stored(database)

    for route in (SEARCH, "POST /indexes/{uid}/documents", "GET /tasks/{task}"):
        meilisearch.journal.fail(route, Fault(How.RESET), times=1_000)
    slack = searching_town.services.slack
    await slack.dm(team.slack.user, "launched the zeppelin")
    old = await slack.dm(team.slack.user, "moored the zeppelin")
    await searching_town.installation.front.settled()
    await slack.delete(team.slack.user, slack.dm_of(team.slack.user), old)
    await searching_town.installation.front.settled()
    with pytest.raises(SearchDown):  # the tick that feeds the index; the scheduler writes it into the log
        await searching_town.installation.ticks.feed_index()
    for shown in (await _search_on_slack(team), await team.discord.search("zeppelin")):
        assert NOTICE in shown
        assert "launched the zeppelin" in shown.replace("*", "")
        assert "moored" not in shown
    assert _index(searching_town) != _stored(database)

    meilisearch.journal.calm()
    searching_town.clock.advance(LEFT_ALONE_FOR)
    _let_leases_run_out(database)
    await searching_town.settle()
    assert _index(searching_town) == _stored(database)
    for shown in await _found(team, "zeppelin"):
        assert "launched the zeppelin" in shown
        assert NOTICE not in shown


async def test_a_slow_meilisearch_is_not_waited_for(searching_town: Town) -> None:
    team = await _written(searching_town)
    journal = searching_town.services.meilisearch.journal
    before = len(journal.of(SEARCH))
    journal.fail(SEARCH, Fault(How.DRIP))
    for _ in range(3):
        shown = await _search_on_slack(team)
        assert NOTICE in shown
        assert "rebuilt the zeppelin hangar" in shown.replace("*", "")
    assert len(journal.of(SEARCH)) == before + 1, "the others do not even try"
    searching_town.clock.advance(LEFT_ALONE_FOR)
    assert NOTICE not in await _search_on_slack(team)


async def test_what_meilisearch_says_of_a_done_that_is_gone_is_not_shown(searching_town: Town) -> None:
    """Hits are read again from the database under the asker's rights before they are shown."""
    team = await _written(searching_town)
    ref = await team.slack.write("hid the zeppelin key")
    slack = searching_town.services.slack
    await slack.delete(team.slack.user, slack.dm_of(team.slack.user), ref)
    await searching_town.installation.front.settled()
    assert any("key" in each["text"] for each in searching_town.services.meilisearch.documents(INDEX))
    assert "hid the" not in await _search_on_slack(team)
    await searching_town.settle()
    assert not any("key" in each["text"] for each in searching_town.services.meilisearch.documents(INDEX))


async def test_an_index_that_lost_its_tasks_is_fed_again(searching_town: Town) -> None:
    team = await _written(searching_town)
    searching_town.services.meilisearch.fail_tasks(1)
    slack = searching_town.services.slack
    await slack.dm(team.slack.user, "refuelled the zeppelin")
    await searching_town.installation.front.settled()
    with pytest.raises(SearchDown):
        await searching_town.installation.ticks.feed_index()
    searching_town.clock.advance(timedelta(minutes=1))
    _let_leases_run_out(searching_town.installation.core.settings.database_url or "")
    await searching_town.settle()
    assert "refuelled the zeppelin" in (await _search_on_slack(team)).replace("*", "")


async def _search_on_slack(team: Team) -> str:
    """Without waiting until everything has settled: while the engine is down, the feed does not."""
    slack = team.slack.town.services.slack
    answer = await slack.slash(team.slack.user, team.slack.channel, "/done", "search zeppelin")
    assert answer.acknowledged
    return plain.slack_content(answer.body or {})


def _index(town: Town) -> dict[int, str]:
    return {each["id"]: each["text"] for each in town.services.meilisearch.documents(INDEX)}


def _stored(database: str) -> dict[int, str]:
    engine = create_engine(database, poolclass=NullPool)
    with engine.connect() as connection:
        return {
            row.id: row.text
            for row in connection.execute(text("SELECT id, text FROM dones WHERE deleted_at IS NULL"))
        }


def _let_leases_run_out(database: str) -> None:
    """As a minute later: leases go by real time, which no test waits for."""
    engine = create_engine(database, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("UPDATE search_feed SET claimed_until = claimed_until - interval '1 hour'"))
