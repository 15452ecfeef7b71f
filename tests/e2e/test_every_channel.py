"""What holds on every channel alike: what is a done, what is a command, and who sees what."""

from datetime import timedelta

import pytest
import pytest_asyncio

from simulators.town import Town
from tests.e2e.voices import Team, dones, gather, person, texts

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIKE_COMMANDS = ("Search index rebuilt", "Review PR 41", "Help Ana deploy")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gathered(shared_town: Town) -> Team:
    return await gather(shared_town, "platform")


@pytest.fixture
def team(gathered: Team, town: Town) -> Team:
    """The module's team; `town` looks at the services afterwards."""
    return gathered


@pytest.mark.parametrize("line", LIKE_COMMANDS)
async def test_a_line_that_begins_like_a_command_is_a_done(team: Team, line: str) -> None:
    for voice in team.voices:
        await voice.write(line)
        assert texts(voice)[-1] == line


@pytest.mark.parametrize("line", LIKE_COMMANDS)
async def test_the_same_line_behind_done_add_is_a_done(team: Team, line: str) -> None:
    for chat in team.chats:
        said = await chat.add(f"{line} again")
        assert texts(chat)[-1] == f"{line} again"
        assert "One line" in said


@pytest.mark.parametrize("line", ["Review PR 42", "Help Ben deploy"])
async def test_behind_done_alone_slack_takes_them_as_dones_too(team: Team, line: str) -> None:
    said = await team.slack.slash(line)
    assert texts(team.slack)[-1] == line
    assert "One line" in said


async def test_a_mistyped_command_is_kept_and_answered_with_help(team: Team) -> None:
    for voice in team.voices:
        await voice.write("serach invoices")
        assert texts(voice)[-1] == "serach invoices", "nothing typed is lost"
        answer = voice.heard()[-1]
        assert "serach invoices" in answer
        assert "help" in answer


async def test_a_mistyped_command_behind_done_is_kept_and_answered_with_help(team: Team) -> None:
    said = await team.slack.slash("setings")
    assert texts(team.slack)[-1] == "setings"
    assert "help" in said
    assert "setings" in await team.slack.slash("today")


async def test_what_discord_cannot_read_behind_done_is_answered_with_help(team: Team) -> None:
    said = await team.discord.command("invite", {"email": "not an address"})
    assert "/done invite" in said


async def test_something_without_a_word_in_it_is_answered_with_help(team: Team) -> None:
    for voice in team.voices:
        before = texts(voice)
        await voice.write("-- ??? --")
        assert texts(voice) == before
        assert "search invoices" in voice.heard()[-1]


async def test_help_tells_what_can_be_written(team: Team) -> None:
    for voice in team.voices:
        await voice.write("help")
        assert "search invoices" in voice.heard()[-1]


async def test_an_edit_in_chat_changes_the_done_and_what_search_finds(team: Team) -> None:
    for chat in team.chats:
        ref = await chat.write("polished the zeppelin\nfed the axolotl")
        old = {done.text: done.id for done in dones(chat)}
        await chat.edit(ref, "polished the airship zeppelin\nfed the axolotl")
        new = {done.text: done.id for done in dones(chat)}
        assert new["polished the airship zeppelin"] == old["polished the zeppelin"], "it is the same done"
        assert new["fed the axolotl"] == old["fed the axolotl"]
        assert "polished the airship zeppelin" in (await chat.search("airship")).replace("*", "")
        await chat.delete(ref)


async def test_a_deleted_message_is_gone_from_the_day_and_from_search(team: Team) -> None:
    for chat in team.chats:
        ref = await chat.write("buried the obelisk")
        assert "obelisk" in await chat.search("obelisk")
        await chat.delete(ref)
        assert "buried the obelisk" not in texts(chat)
        assert "Nothing found" in await chat.search("obelisk")


async def test_a_done_in_chat_gets_one_check_mark(team: Team) -> None:
    for chat in team.chats:
        assert chat.marks(await chat.write("watered the plants")) == 1


async def test_everybody_sets_hour_zone_and_days_by_talking(team: Team) -> None:
    for voice in team.voices:
        for typed in ("time 17:30", "zone Asia/Tokyo", "days mon-thu"):
            await voice.write(typed)
            assert "17:30" in voice.heard()[-1]
        who = person(voice)
        assert (who.prompt_minute, who.zone, who.own_days) == (17 * 60 + 30, "Asia/Tokyo", 0b1111)
        assert "17:30 Tokyo, Mon-Thu" in voice.heard()[-1]
        await voice.write("days team")
        assert person(voice).own_days is None


async def test_chats_take_the_same_settings_behind_done(team: Team) -> None:
    for chat in team.chats:
        assert "8:15" in await chat.set("time", "8:15 pm") or person(chat).prompt_minute == 20 * 60 + 15
        assert "Lisbon" in await chat.set("zone", "lisbon")
        assert "Mon, Wed" in await chat.set("days", "mon,wed")
        who = person(chat)
        assert (who.prompt_minute, who.zone, who.own_days) == (20 * 60 + 15, "Europe/Lisbon", 0b101)


async def test_a_setting_that_makes_no_sense_is_explained_and_changes_nothing(team: Team) -> None:
    for chat in team.chats:
        before = person(chat)
        assert "Europe/Berlin" in await chat.set("zone", "Berlinn")
        assert "26:00" in await chat.set("time", "26:00") or person(chat) == before
        assert person(chat) == before


async def test_everybody_can_choose_a_channel_on_which_she_is_known(team: Team) -> None:
    for voice, word in zip(team.voices, ("slack", "discord", "mail"), strict=True):
        await voice.write(f"channel {word}")
        assert person(voice).preferred is voice.address.channel
        other = "mail" if word != "mail" else "slack"
        await voice.write(f"channel {other}")
        assert "I cannot reach you " in voice.heard()[-1]
        assert person(voice).preferred is voice.address.channel


async def test_private_lines_are_seen_by_nobody_else(team: Team) -> None:
    for voice in team.voices:
        await voice.write("private: thought about the xylophone")
        done = dones(voice)[-1]
        assert (done.text, done.team_ids) == ("thought about the xylophone", ())
    for chat in team.chats:
        found = await chat.search("xylophone")
        assert found.count("thought about the") == 1, "her own alone"
    await team.mail.write("search xylophone")
    assert team.mail.heard()[-1].count("thought about the") == 1


async def test_an_edit_in_chat_says_anew_who_reads_a_line(team: Team) -> None:
    for chat, other in (team.chats, team.chats[::-1]):
        ref = await chat.write("private: hid the marmalade")
        for words, others in (("hid the marmalade", 1), ("private: hid the marmalade", 0)):
            chat.town.clock.advance(timedelta(seconds=2))
            await chat.edit(ref, words)
            assert (await other.search("marmalade")).count("hid the") == others
        await chat.delete(ref)


async def test_a_line_for_one_team_is_for_that_team_alone(team: Team) -> None:
    await team.slack.slash("team here platform")  # stays as it is
    slack = team.slack.town.services.slack
    elsewhere = slack.add_channel(team.slack.town.services.workspace, "gardening", [team.slack.user])
    here, team.slack.channel = team.slack.channel, elsewhere
    await team.slack.slash("team here gardening")
    team.slack.channel = here
    await team.slack.write("gardening: planted the quince\nplatform: upgraded the quince\nboth: quince")
    of_teams = {done.text: done.team_ids for done in dones(team.slack)[-3:]}
    gardening, platform = of_teams["planted the quince"], of_teams["upgraded the quince"]
    assert len(gardening) == len(platform) == 1
    assert gardening != platform
    assert set(of_teams["both: quince"]) == {*gardening, *platform}
    found = await team.discord.search("quince")
    assert "upgraded the" in found
    assert "planted the" not in found, "Ben is not in that team"
