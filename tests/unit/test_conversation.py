"""Who is it, what is asked, what is answered: through the front door."""

from datetime import timedelta

import pytest

from domain import commands as c
from domain import facts as f
from domain.deliveries import Kind
from domain.errors import ProfileWanted
from domain.messages import Mark, Nothing
from domain.people import Address, Channel, Profile
from domain.ports.front import Reading
from domain.ports.inbox import Arrival, InboxState, Lane, Source
from domain.teams import Place
from tests.factories import ADA, BEN, CLEO, DEE, EVE, SIX, TUESDAY, Office, words
from tests.fakes.others import CarelessIndex, DownIndex, FakeIndex

DISCORD_ADA = Address(Channel.DISCORD, "77")
STRANGER = Address(Channel.EMAIL, "who@example.net")


@pytest.fixture
def office() -> Office:
    return Office()


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("time 5:30pm", "Done. I ask you at 17:30 Madrid"),
        ("zone new york", "Done. I ask you at 18:00 New York"),
        ("days mon, wed", "at 18:00 Madrid, Mon, Wed, by Slack."),
        ("days team", "Mon-Fri (as your teams work)"),
    ],
)
def test_what_is_set_is_said_back(office: Office, typed: str, shown: str) -> None:
    assert shown in words(office.slash(ADA, typed))
    heard = office.message(ADA, typed)
    assert isinstance(heard.facts, f.SettingsShown)


def test_settings_are_shown_as_they_are(office: Office) -> None:
    shown = office.message(ADA, "settings").facts
    assert shown == f.SettingsShown(
        minute=18 * 60,
        zone="Europe/Madrid",
        days=0b0011111,
        days_are_teams=True,
        channel=Channel.SLACK,
        channels=(Channel.SLACK,),
        teams=("platform",),
    )


@pytest.mark.parametrize("typed", ["time 3", "zone Atlantis", "channel discord"])
def test_what_cannot_be_set_is_refused_in_a_sentence_and_changes_nothing(office: Office, typed: str) -> None:
    before = office.tenant().people.get(office.ada.id)
    assert isinstance(office.message(ADA, typed).facts, f.Refused)
    assert office.tenant().people.get(office.ada.id) == before


def test_another_channel_takes_over_the_prompt_that_is_still_to_be_sent(office: Office) -> None:
    with office.storage.begin() as uow:
        mail = Address(Channel.EMAIL, "ada@example.com")
        uow.tenant(office.initech).people.add_identity(office.ada.id, mail)
        uow.commit()
    office.done_log.plan_prompts(office.clock.now())
    office.message(ADA, "channel mail")
    (prompt,) = [row for row in office.deliveries(Kind.PROMPT) if row.new.person_id == office.ada.id]
    assert prompt.new.recipient.address == mail


def test_the_question_can_be_had_at_once(office: Office) -> None:
    assert office.message(ADA, "ask me now").facts == f.PromptAsked(TUESDAY, explain=True)


def test_what_is_not_understood_gets_a_helpful_answer_and_is_kept(office: Office) -> None:
    assert office.message(ADA, "help").facts == f.HelpShown("", kept=False)
    shown = words(office.slash(ADA, "serch invoices"))
    assert "I took “serch invoices” as something you did" in shown
    assert office.texts(office.ada) == ["serch invoices"]


# ---------------------------------------------------------------- workspaces


def test_a_workspace_that_is_not_connected_is_told_how_to_be(office: Office) -> None:
    newcomer = Address(Channel.SLACK, "UNEW", "T9")
    reply = office.slash(newcomer, "today")
    assert "This workspace is not connected yet" in words(reply)
    assert [row.note for row in office.held()] == ["workspace or guild not connected"]


def test_a_code_connects_the_workspace_it_is_typed_in(office: Office) -> None:
    newcomer = Address(Channel.SLACK, "UNEW", "T9")
    code = office.tokens.connect_code(office.initech, SIX.date())
    lobby = Place(Channel.SLACK, "T9", "C1", "lobby")
    assert "is connected" in words(office.slash(newcomer, f"connect {code}", lobby))
    office.slash(newcomer, "join platform", lobby, profile=Profile("Nia"))
    found = office.tenant().people.at(newcomer)
    assert found is not None
    assert found[0].name == "Nia"


@pytest.mark.parametrize(
    ("workspace", "days", "why"),
    [
        ("T9", -1, "not valid, or too old"),
        ("", 1, "in a channel of the workspace"),
        ("T2", 1, "another organization"),
    ],
)
def test_a_code_that_is_old_or_typed_elsewhere_connects_nothing(
    office: Office, workspace: str, days: int, why: str
) -> None:
    code = office.tokens.connect_code(office.initech, SIX.date() + timedelta(days=days))
    somebody = Address(Channel.SLACK, "UEVE", workspace)
    assert why in words(office.slash(somebody, f"connect {code}"))
    found = {place: each.organization_id for (_, place), each in office.storage.tables.workspaces.items()}
    assert found == {"T1": office.initech, "T2": office.initrode}


def test_a_code_nobody_made_connects_nothing(office: Office) -> None:
    assert "not valid" in words(office.slash(Address(Channel.SLACK, "U9", "T9"), "connect abcd-efgh-ijkl"))


# ---------------------------------------------------------------- mail


def test_a_strangers_mail_is_held_and_answered_by_nothing_that_names_anybody(office: Office) -> None:
    heard = office.mail(STRANGER, "hello there")
    assert heard.row.state is InboxState.HELD
    assert heard.row.person_id is None
    assert not heard.answered, "a forged sender must not be written to"


def test_a_mail_that_nobody_vouches_for_is_held(office: Office) -> None:
    for aligned in (None, False):
        heard = office.mail(DEE, "signed the lease", aligned=aligned)
        assert heard.row.state is InboxState.HELD
    assert office.texts(office.dee) == []


def test_a_mail_to_no_address_of_ones_own_counts_when_its_domain_vouches_for_it(office: Office) -> None:
    office.mail(DEE, "signed the lease", aligned=True)
    assert office.texts(office.dee) == ["signed the lease"]


def test_an_address_that_was_forwarded_opens_nothing_to_others(office: Office) -> None:
    for sender in (STRANGER, Address(Channel.EMAIL, "eve@example.com")):
        heard = office.mail(sender, "in her name", to=office.dee)
        assert heard.row.state is InboxState.HELD
    assert office.mail(DEE, "in her name", to=office.ada).row.state is InboxState.HELD
    assert office.texts(office.dee) == office.texts(office.ada) == []


def test_a_mail_that_its_own_domain_disowns_is_held_even_with_the_right_address(office: Office) -> None:
    assert office.mail(DEE, "signed", to=office.dee, aligned=False).row.state is InboxState.HELD
    assert office.mail(DEE, "signed", to=office.dee, aligned=None).row.state is InboxState.DONE


# ---------------------------------------------------------------- several organizations


def both(office: Office) -> None:
    """Ada is on Discord, in two organizations."""
    for organization_id in (office.initech, office.initrode):
        team = office.tenant(organization_id).teams.everything()[0]
        office.add_person(organization_id, "Ada", DISCORD_ADA, team)


def in_both(office: Office) -> list[list[str]]:
    found = (office.tenant(each).people.at(DISCORD_ADA) for each in (office.initech, office.initrode))
    return [office.texts(each[0]) for each in found if each is not None]


def test_the_only_organization_of_an_address_is_meant(office: Office) -> None:
    discord = office.add_person(office.initech, "Ada", DISCORD_ADA, office.team)
    office.message(DISCORD_ADA, "shipped it")
    assert office.texts(discord) == ["shipped it"]


def test_of_several_the_one_is_meant_that_asked_last(office: Office) -> None:
    both(office)
    office.done_log.plan_prompts(office.clock.now())
    with office.storage.begin() as uow:
        for row in office.deliveries(Kind.PROMPT):
            if row.new.organization_id == office.initech and row.new.recipient.address == DISCORD_ADA:
                uow.ledger.cancel([row.ref])
        uow.commit()
    office.send(Channel.DISCORD)
    office.message(DISCORD_ADA, "shipped it")
    assert in_both(office) == [[], ["shipped it"]]


def test_where_nobody_can_tell_it_is_asked_which_one(office: Office) -> None:
    both(office)
    heard = office.message(DISCORD_ADA, "shipped it")
    assert heard.row.state is InboxState.HELD
    assert heard.facts == f.WhichOrganization(
        ((office.initech, "Initech"), (office.initrode, "Initrode")),
        heard.row.item.ref.day,
        heard.row.item.ref.id,
    )
    assert in_both(office) == [[], []]


def test_the_button_lets_go_what_was_kept_for_the_chosen_one(office: Office) -> None:
    both(office)
    origin = office.origin(DISCORD_ADA)
    request = c.Request(origin, text="shipped it")
    kept = office.say(request)
    ref = kept.row.item.ref
    pick = c.PickOrganization(office.initrode, ref.day, ref.id)
    assert office.press(DISCORD_ADA, office.initech, pick) == Mark()
    later = office.clock.forward(timedelta(minutes=1))
    assert office.done_log.waiting(later) == [ref]
    office.done_log.process(ref, Reading(request), later)
    assert in_both(office) == [[], ["shipped it"]]


def test_a_button_says_which_organization_it_is_for(office: Office) -> None:
    both(office)
    office.press(DISCORD_ADA, office.initrode, c.NothingToday(TUESDAY))
    answered = [
        row.answer.person_id for row in office.storage.tables.answers.values() if row.answer.day == TUESDAY
    ]
    found = office.tenant(office.initrode).people.at(DISCORD_ADA)
    assert found is not None
    assert answered == [found[0].id]


def test_somebody_whom_nobody_knows_is_first_asked_for_and_then_told(office: Office) -> None:
    nobody = Address(Channel.DISCORD, "13")
    with pytest.raises(ProfileWanted):
        office.message(nobody, "hello")
    heard = office.message(nobody, "hello", profile=Profile("Nobody"))
    assert heard.row.state is InboxState.HELD
    assert heard.facts == f.Stranger()


def test_whoever_is_seen_in_a_connected_guild_is_of_its_organization(office: Office) -> None:
    with office.storage.begin() as uow:
        uow.directory.link(office.initech, Channel.DISCORD, "G1", "Initech")
        uow.commit()
    newcomer = Address(Channel.DISCORD, "14")
    office.message(newcomer, "fixed the printer", profile=Profile("Nia", guild="G1"))
    found = office.tenant().people.at(newcomer)
    assert found is not None
    assert office.texts(found[0]) == ["fixed the printer"]


# ---------------------------------------------------------------- search


def searched(office: Office) -> None:
    office.message(ADA, "rebuilt the search index\nprivate: search for another job")
    office.message(BEN, "searched for the bug")
    office.message(EVE, "search engine chosen")
    office.message(CLEO, "search party organized")


def test_one_finds_what_ones_teams_did_and_ones_own_and_nothing_else(office: Office) -> None:
    searched(office)
    adas = words(office.slash(ADA, "search search"))
    assert "rebuilt the search index" in adas
    assert "search for another job" in adas
    assert "searched for the bug" in adas
    assert "search engine chosen" not in adas, "another organization"
    assert "search party" not in adas, "nobody's team but hers"
    bens = words(office.slash(BEN, "search search"))
    assert "another job" not in bens
    assert "rebuilt the search index" in bens
    cleos = words(office.slash(CLEO, "search search"))
    assert "search party organized" in cleos
    assert "rebuilt" not in cleos


def test_what_an_engine_gives_away_by_mistake_is_never_shown() -> None:
    plain = Office()
    searched(plain)
    every = [row.done.id for row in plain.storage.tables.dones.values()]
    office = Office(engines=lambda _: [CarelessIndex(*every)])
    searched(office)
    assert [row.done.id for row in office.storage.tables.dones.values()] == every
    cleos = words(office.slash(CLEO, "search search"))
    assert "search party organized" in cleos
    for foreign in ("engine chosen", "rebuilt", "another job", "the bug", "Ada", "Eve"):
        assert foreign not in cleos


def test_what_was_deleted_is_not_found_however_late_the_engine_hears_of_it() -> None:
    office = Office()
    office.message(ADA, "said too much", source="D1:1")
    (done,) = office.dones(office.ada)
    careless = Office(engines=lambda _: [CarelessIndex(done.id)])
    careless.message(ADA, "said too much", source="D1:1")
    careless.edit(ADA, "D1:1", None)
    assert "too much" not in words(careless.slash(ADA, "search much")).partition("for")[2]


def test_whoever_leaves_a_team_does_not_find_what_it_did_any_more(office: Office) -> None:
    searched(office)
    office.slash(BEN, "leave platform")
    assert "rebuilt" not in words(office.slash(BEN, "search index"))
    assert "searched for the bug" in words(office.slash(BEN, "search searched"))


def test_an_invited_person_finds_nothing_of_the_team_yet(office: Office) -> None:
    searched(office)
    ops = office.add_team(office.initech, "ops")
    office.join(office.ada, ops)
    office.message(ADA, "ops: searched the server room")
    office.slash(ADA, "invite dee@example.com ops")
    found = office.press(
        DEE, office.initech, c.Search("server"), surface=c.Surface.WEB, person_id=office.dee.id, guild=""
    )
    assert "Nothing found" in words(found)


def test_filters_narrow_what_is_found(office: Office) -> None:
    searched(office)
    assert "rebuilt" not in words(office.slash(ADA, "search search from:ben"))
    assert "rebuilt" in words(office.slash(ADA, "search search from:me on:today"))
    assert "Nothing found" in words(office.slash(ADA, "search search before:today"))
    assert "I know nobody called “eve” here" in words(office.slash(ADA, "search x from:eve"))


def test_a_lone_search_in_a_message_offers_to_keep_it_as_a_done(office: Office) -> None:
    shown = office.message(ADA, "search invoices").facts
    assert isinstance(shown, f.SearchShown)
    assert shown.keep_as_done
    assert office.texts(office.ada) == []


def test_pages_are_turned_by_button_and_by_word(office: Office) -> None:
    office.message(ADA, "\n".join(f"line {number} of the importer" for number in range(25)))
    first = words(office.slash(ADA, "search importer"))
    assert "25 lines" in first
    assert "line 24 " in first
    assert "[More]" in first
    third = words(office.press(ADA, office.initech, c.Search("importer", 3)))
    assert "line 0 " in third
    assert "[More]" not in third
    assert words(office.slash(ADA, "search importer page:3")) == third


def test_while_the_engine_is_down_the_next_one_answers_with_a_notice() -> None:
    office = Office(engines=lambda storage: [DownIndex(), FakeIndex(storage)])
    office.message(ADA, "rebuilt the index")
    shown = words(office.slash(ADA, "search index"))
    assert "rebuilt the index" in shown
    assert "The search engine is resting" in shown


def test_while_all_engines_are_down_nothing_is_lost_and_it_is_said_so() -> None:
    office = Office(engines=lambda _: [DownIndex(), DownIndex()])
    office.message(ADA, "rebuilt the index")
    assert "Search is resting. What you wrote is safe" in words(office.slash(ADA, "search index"))


# ---------------------------------------------------------------- the inbox


def test_nothing_is_kept_of_a_request_that_fails_and_it_can_be_tried_again(office: Office) -> None:
    now = office.clock.now()
    ref = office.done_log.store(Arrival(Source.SLACK_EVENT, Lane.SAID, "Ev1", b"{}", now), now)
    assert ref is not None
    broken = c.Request(office.origin(ADA), c.Invite("x@example.com", "nowhere"))
    office.done_log.failed(ref, 0, "OSError: see the log", now)
    assert office.done_log.load(ref) is not None
    office.done_log.process(ref, Reading(broken), now)
    assert office.done_log.load(ref) is None
    assert office.done_log.process(ref, Reading(broken), now) == Nothing("another worker has it")


def test_after_eight_tries_over_three_hours_an_item_waits_for_a_person(office: Office) -> None:
    now = office.clock.now()
    ref = office.done_log.store(Arrival(Source.SLACK_EVENT, Lane.SAID, "Ev1", b"{}", now), now)
    assert ref is not None
    for tries in range(8):
        assert office.done_log.load(ref) is not None
        office.done_log.failed(ref, tries, "ValueError: see the log", now)
        assert not office.done_log.waiting(now + timedelta(seconds=5) * 3**tries)
    assert office.done_log.load(ref) is None
    assert office.storage.tables.inbox[ref].state is InboxState.FAILED


def test_what_is_nothing_to_do_is_noted_and_done(office: Office) -> None:
    now = office.clock.now()
    ref = office.done_log.store(Arrival(Source.SLACK_EVENT, Lane.SAID, "Ev1", b"{}", now), now)
    assert ref is not None
    assert office.done_log.process(ref, Reading(None, "a bot wrote it"), now) == Nothing("a bot wrote it")
    assert office.storage.tables.inbox[ref].note == "a bot wrote it"


def test_the_notes_of_the_inbox_hold_nothing_of_what_was_said(office: Office) -> None:
    secret = "the merger with Initrode"
    for text in (
        secret,
        f"yesterday: {secret}",
        f"search {secret}",
        f"serch {secret}",
        f"2027-01-01: {secret}",
    ):
        office.message(ADA, text)
        office.slash(ADA, text)
        office.mail(STRANGER, text)
    assert not any("merger" in row.note for row in office.storage.tables.inbox.values())


# ---------------------------------------------------------------- completions


def test_names_are_completed_from_ones_own_organization(office: Office) -> None:
    suggest = office.done_log.suggest
    assert suggest(office.origin(ADA), "from", "b") == ["Ben"]
    assert suggest(office.origin(ADA), "from", "e") == []
    assert suggest(office.origin(ADA), "team", "Pla") == ["platform"]
    assert suggest(office.origin(ADA), "else", "x") == []
    assert suggest(office.origin(Address(Channel.SLACK, "U0", "T1")), "team", "") == [], (
        "whoever is not known"
    )
    assert suggest(office.origin(Address(Channel.SLACK, "U0", "T9")), "team", "") == []


def test_the_workspace_of_the_installations_own_token_is_connected_from_the_start(office: Office) -> None:
    office.done_log.workspace_found(Channel.SLACK, "T5", "HQ")
    assert office.tenant().teams.in_workspace(Channel.SLACK, "T5") == []
    assert office.storage.tables.workspaces[Channel.SLACK, "T5"].organization_id == office.initech
    office.done_log.workspace_found(Channel.SLACK, "T2", "Initrode HQ")
    assert office.storage.tables.workspaces[Channel.SLACK, "T2"].organization_id == office.initrode
