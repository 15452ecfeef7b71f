"""Teams are made, joined and left from inside the chat; whoever is invited by mail needs nothing more."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain import commands as c
from domain import facts as f
from domain.deliveries import Kind, State
from domain.errors import ProfileWanted
from domain.local_time import WORKING_WEEK
from domain.messages import Audience, Say
from domain.people import Address, Channel, Profile
from domain.teams import Place, Role
from tests.factories import ADA, BEN, CLEO, DEE, EVE, PLATFORM, Office, said, words

LOBBY = Place(Channel.SLACK, "T1", "C9", "lobby")
FAY = Address(Channel.EMAIL, "fay@example.org")
GUS = Address(Channel.SLACK, "UGUS", "T1")


@pytest.fixture
def office() -> Office:
    return Office()


# ---------------------------------------------------------------- making


def test_a_team_is_made_where_its_digest_is_to_be_read(office: Office) -> None:
    office.change(office.cleo, zone="Asia/Tokyo")
    reply = office.slash(CLEO, "team here", LOBBY)
    assert isinstance(reply, Say)
    assert reply.audience is Audience.PLACE, "everybody sees the Join button"
    assert "lobby is a team now" in said(reply.message)
    assert "[Join]" in said(reply.message)
    (team,) = office.tenant().teams.at(LOBBY)
    assert (team.name, team.zone) == ("lobby", "Asia/Tokyo"), "the caller's zone"
    assert office.role(office.cleo, team) is Role.MANAGER


def test_a_team_made_by_somebody_whose_zone_nobody_knew_gets_hers_when_she_tells_it(office: Office) -> None:
    office.change(office.cleo, zone="UTC")
    assert "/done zone Europe/Madrid" in words(office.slash(CLEO, "team here", LOBBY))
    office.slash(GUS, "join lobby", profile=Profile("Gus", None))
    shown = words(office.slash(CLEO, "zone Bangalore"))
    assert "lobby goes by Kolkata too" in shown
    (team,) = office.tenant().teams.at(LOBBY)
    assert team.zone == "Asia/Kolkata"
    assert {person.zone for person, _ in office.tenant().teams.members(team.id)} == {"Asia/Kolkata"}
    assert "goes by" not in words(office.slash(CLEO, "zone Tokyo")), "it has its zone now"


def test_where_there_is_a_team_it_is_offered_instead(office: Office) -> None:
    reply = office.slash(CLEO, "team here", PLATFORM)
    assert "[Join platform]" in words(reply)
    assert len(office.tenant().teams.everything()) == 1


def test_whoever_is_in_the_team_of_a_channel_is_told_that_it_is_there(office: Office) -> None:
    for typed in ("team here", "team here support"):
        told = words(office.slash(ADA, typed, PLATFORM))
        assert "#platform already reads what platform got done" in told
        assert "Join" not in told


def test_a_name_can_be_given_and_belongs_to_one_team(office: Office) -> None:
    office.slash(CLEO, "team here ops", LOBBY)
    assert [team.name for team in office.tenant().teams.at(LOBBY)] == ["ops"]
    taken = office.slash(CLEO, "team here platform", Place(Channel.SLACK, "T1", "C8", "x"))
    assert "There is already a team called platform" in words(taken)


def test_a_team_of_ones_own_can_read_its_mornings_in_one_more_place(office: Office) -> None:
    office.slash(ADA, "team here platform", LOBBY)
    assert office.tenant().teams.at(LOBBY) == office.tenant().teams.at(PLATFORM) == [office.team]


def test_two_organizations_may_each_have_a_team_of_one_name(office: Office) -> None:
    office.slash(EVE, "team here lobby", replace(LOBBY, workspace="T2"))
    office.slash(CLEO, "team here lobby", LOBBY)
    (initrodes,) = office.tenant(office.initrode).teams.at(replace(LOBBY, workspace="T2"))
    (initechs,) = office.tenant().teams.at(LOBBY)
    assert initechs.id != initrodes.id


def test_a_team_is_made_in_a_channel_and_nowhere_else(office: Office) -> None:
    assert "in the channel where the team should read" in words(office.slash(CLEO, "team here"))
    assert len(office.tenant().teams.everything()) == 1


def test_nothing_is_made_in_a_server_that_is_not_connected(office: Office) -> None:
    """She is known, but her own server is none of her organization's."""
    cleo = Address(Channel.DISCORD, "42")
    office.add_person(office.initech, "Cleo", cleo)
    reply = office.slash(cleo, "team here", Place(Channel.DISCORD, "G9", "C9", "home"), guild="G9")
    assert "not connected yet" in words(reply)
    assert [team.name for team in office.tenant().teams.everything()] == ["platform"]


# ---------------------------------------------------------------- joining and leaving


def test_the_join_button_makes_a_member_who_is_asked_at_six(office: Office) -> None:
    reply = office.press(CLEO, office.initech, c.Join(office.team.id), place=PLATFORM)
    assert "Welcome to platform. I'll ask you at 18:00 Madrid, Mon-Fri." in words(reply)
    assert office.role(office.cleo, office.team) is Role.MEMBER
    office.done_log.plan_prompts(office.clock.now())
    assert office.cleo.id in {row.new.person_id for row in office.deliveries(Kind.PROMPT)}


def test_somebody_new_is_made_a_person_when_the_workspace_vouches_for_her(office: Office) -> None:
    with pytest.raises(ProfileWanted):
        office.slash(GUS, "join", PLATFORM)
    assert office.tenant().people.at(GUS) is None, "nothing is kept of a request that has to be asked again"
    office.slash(GUS, "join", PLATFORM, profile=Profile("Gus", "America/New_York"))
    found = office.tenant().people.at(GUS)
    assert found is not None
    assert (found[0].name, found[0].zone) == ("Gus", "America/New_York")
    assert office.role(found[0], office.team) is Role.MEMBER


def test_ones_zone_is_the_first_teams_unless_one_has_said_another(office: Office) -> None:
    tokyo = office.add_team(office.initech, "tokyo", zone="Asia/Tokyo")
    office.slash(CLEO, "join tokyo")
    assert office.tenant().people.get(office.cleo.id).zone == "Asia/Tokyo"
    office.slash(CLEO, "join platform")
    assert office.tenant().people.get(office.cleo.id).zone == "Asia/Tokyo", "only the first"
    office.slash(CLEO, "leave tokyo")
    office.slash(CLEO, "leave platform")
    office.slash(CLEO, "zone Europe/Lisbon")
    office.slash(CLEO, "join tokyo")
    assert office.tenant().people.get(office.cleo.id).zone == "Europe/Lisbon", "her own word counts"
    assert office.role(office.cleo, tokyo) is Role.MEMBER


def test_joining_twice_changes_nothing(office: Office) -> None:
    office.join(office.ada, office.team, Role.MANAGER)
    assert "You are already in platform." in words(office.slash(ADA, "join", PLATFORM))
    assert office.role(office.ada, office.team) is Role.MANAGER


def test_where_several_teams_could_be_meant_they_are_offered(office: Office) -> None:
    office.slash(ADA, "team here ops", LOBBY)
    shown = words(office.slash(CLEO, "join"))
    assert "[Join platform]" in shown
    assert "[Join ops]" in shown
    assert "There is no team called “unicorns”" in words(office.slash(CLEO, "join unicorns"))


def test_a_button_of_another_organization_joins_nothing(office: Office) -> None:
    """Team ids are looked up within the organization that the button's signature names."""
    reply = office.press(
        CLEO, office.initech, c.Join(office.tenant(office.initrode).teams.everything()[0].id)
    )
    assert "There is no team here yet" in words(reply)
    assert office.tenant(office.initrode).people.at(CLEO) is None


def test_whoever_leaves_is_not_asked_and_keeps_what_she_wrote(office: Office) -> None:
    office.message(ADA, "shipped it")
    assert "You have left platform" in words(office.slash(ADA, "leave"))
    office.clock.forward(timedelta(days=1))
    office.done_log.plan_prompts(office.clock.now())
    assert office.ada.id not in {row.new.person_id for row in office.deliveries(Kind.PROMPT)}
    assert office.texts(office.ada) == ["shipped it"]
    assert "You are not in a team yet" in words(office.slash(ADA, "leave"))


def test_of_several_teams_one_says_which_to_leave(office: Office) -> None:
    ops = office.add_team(office.initech, "ops")
    office.join(office.ada, ops)
    assert "Which team to leave? You are in: ops, platform." in words(office.slash(ADA, "leave"))
    office.message(ADA, "leave ops")
    assert office.role(office.ada, ops) is None
    assert office.role(office.ada, office.team) is Role.MEMBER


def test_whoever_writes_before_joining_is_recorded_told_so_and_offered_the_teams(office: Office) -> None:
    heard = office.message(GUS, "fixed the printer", profile=Profile("Gus"))
    assert isinstance(heard.facts, f.Recorded)
    assert heard.facts.teams == ()
    assert heard.facts.joinable == ((office.team.id, "platform"),)
    found = office.tenant().people.at(GUS)
    assert found is not None
    assert office.texts(found[0]) == ["fixed the printer"]
    assert office.dones(found[0])[0].team_ids == (), "nobody else sees it"


# ---------------------------------------------------------------- inviting


def test_an_invitation_is_one_mail_in_the_words_of_who_invites(office: Office) -> None:
    reply = office.slash(ADA, "invite Fay@Example.org")
    assert "I have written to fay@example.org" in words(reply)
    (row,) = office.deliveries(Kind.INVITATION)
    assert row.new.recipient.address == FAY
    assert row.new.facts == f.Invitation("Ada", "platform", 18 * 60, "Europe/Madrid", WORKING_WEEK)
    again = office.slash(ADA, "invite fay@example.org")
    assert "already" in words(again)
    assert len(office.deliveries(Kind.INVITATION)) == 1


def test_whoever_is_invited_is_neither_asked_nor_told_anything_until_she_answers(office: Office) -> None:
    office.slash(ADA, "invite fay@example.org")
    found = office.tenant().people.at(FAY)
    assert found is not None
    fay = found[0]
    assert office.role(fay, office.team) is Role.INVITED
    for _ in range(3):
        office.done_log.plan_prompts(office.clock.now())
        office.done_log.plan_digests(office.clock.now())
        office.clock.forward(timedelta(days=1))
    addressed = {
        row.new.key.kind for row in office.storage.tables.deliveries.values() if row.new.person_id == fay.id
    }
    assert addressed == {Kind.INVITATION}


def test_an_answer_to_the_invitation_is_all_it_takes(office: Office) -> None:
    office.slash(ADA, "invite fay@example.org")
    found = office.tenant().people.at(FAY)
    assert found is not None
    heard = office.mail(FAY, "watered the plants", to=found[0])
    assert office.role(found[0], office.team) is Role.MEMBER
    assert isinstance(heard.facts, f.Recorded)
    assert heard.facts.teams == ("platform",)
    office.clock.forward(timedelta(days=1))
    office.done_log.plan_prompts(office.clock.now())
    assert found[0].id in {row.new.person_id for row in office.deliveries(Kind.PROMPT)}


def test_an_invited_person_lives_in_the_zone_of_the_team(office: Office) -> None:
    """And the invitation says so."""
    tokyo = office.add_team(office.initech, "tokyo", zone="Asia/Tokyo")
    office.join(office.ada, tokyo)
    office.slash(ADA, "invite fay@example.org to tokyo")
    (row,) = office.deliveries(Kind.INVITATION)
    assert isinstance(row.new.facts, f.Invitation)
    assert row.new.facts.zone == "Asia/Tokyo"
    found = office.tenant().people.at(FAY)
    assert found is not None
    assert found[0].zone == "Asia/Tokyo"


def test_whoever_is_known_already_is_invited_as_she_is(office: Office) -> None:
    ops = office.add_team(office.initech, "ops")
    office.join(office.ada, ops)
    office.slash(ADA, "invite dee@example.com ops")
    assert office.role(office.dee, ops) is Role.INVITED
    office.mail(DEE, "signed the lease", to=office.dee)
    assert office.role(office.dee, ops) is Role.MEMBER


def test_one_invites_to_a_team_that_one_is_in(office: Office) -> None:
    office.add_team(office.initech, "ops")
    assert "You are not in a team yet" in words(office.slash(CLEO, "invite fay@example.org"))
    assert "Which team to invite to?" in words(office.slash(ADA, "invite fay@example.org ops"))
    assert office.deliveries(Kind.INVITATION) == []


def test_where_no_mail_can_be_sent_nobody_is_invited() -> None:
    office = Office(channels=frozenset({Channel.SLACK}))
    assert "I cannot send mail yet" in words(office.slash(ADA, "invite fay@example.org"))
    assert office.tenant().people.at(FAY) is None


# ---------------------------------------------------------------- unsubscribing


def test_unsubscribing_stops_mail_to_that_address_and_an_answer_starts_it_again(office: Office) -> None:
    identity = office.tenant().people.identities(office.dee.id)[0]
    office.done_log.plan_prompts(office.clock.now())
    reply = office.press(
        DEE, office.initech, c.StopMail(identity.id), surface=c.Surface.WEB, person_id=office.dee.id, guild=""
    )
    assert "dee@example.com gets no more mail from me" in words(reply)
    assert office.send(Channel.EMAIL) == []
    (prompt,) = [row for row in office.deliveries(Kind.PROMPT) if row.new.person_id == office.dee.id]
    assert prompt.state is State.CANCELLED
    office.clock.forward(timedelta(days=1))
    office.mail(DEE, "back again", to=office.dee)
    assert not office.tenant().people.identities(office.dee.id)[0].stopped


def test_nobody_unsubscribes_somebody_else(office: Office) -> None:
    identity = office.tenant().people.identities(office.dee.id)[0]
    reply = office.press(BEN, office.initech, c.StopMail(identity.id))
    assert "That link is not for this address." in words(reply)
    assert not office.tenant().people.identities(office.dee.id)[0].stopped
