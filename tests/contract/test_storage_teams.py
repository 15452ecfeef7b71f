"""What every `Teams` promises."""

from dataclasses import replace

import pytest

from domain.errors import Refusal
from domain.local_time import DEFAULT_DIGEST_MINUTE, WORKING_WEEK
from domain.people import Address, Channel, Person, Profile
from domain.ports.storage import UnitOfWork
from domain.ports.tenant import Tenant
from domain.teams import Place, Role, Team
from tests.storage_fixtures import NOW

HERE = Place(Channel.SLACK, "T1", "C1", "core")


def person(tenant: Tenant, name: str) -> Person:
    return tenant.people.add(Profile(name), Address(Channel.SLACK, name, "T1"), None, NOW)[0]


def test_a_new_team_works_monday_to_friday_and_reads_at_nine(tenant: Tenant) -> None:
    team = tenant.teams.add("Core", "Asia/Tokyo", NOW)

    assert team == Team(
        tenant.organization_id, team.id, "Core", "Asia/Tokyo", DEFAULT_DIGEST_MINUTE, WORKING_WEEK
    )
    assert tenant.teams.get(team.id) == team
    assert tenant.teams.get(team.id + 1) is None


def test_a_team_is_known_by_its_exact_name_case_aside(tenant: Tenant) -> None:
    team = tenant.teams.add("Straße", "UTC", NOW)

    assert tenant.teams.named("STRASSE") == team
    assert tenant.teams.named("Stra") is None


def test_two_teams_of_one_name_are_refused(tenant: Tenant) -> None:
    tenant.teams.add("Core", "UTC", NOW)
    web = tenant.teams.add("Web", "UTC", NOW)

    with pytest.raises(Refusal):
        tenant.teams.add("CORE", "UTC", NOW)
    with pytest.raises(Refusal):
        tenant.teams.save(replace(web, name="core"))


def test_a_changed_team_is_saved(tenant: Tenant) -> None:
    team = tenant.teams.add("Core", "UTC", NOW)
    changed = replace(team, name="CORE", zone="Asia/Tokyo", digest_minute=480, work_days=0b1000000)

    tenant.teams.save(changed)

    assert tenant.teams.get(team.id) == changed


def test_somebody_joins_once(tenant: Tenant) -> None:
    team, ada = tenant.teams.add("Core", "UTC", NOW), person(tenant, "Ada")

    assert tenant.teams.join(team.id, ada.id, Role.MEMBER, NOW) is True
    assert tenant.teams.join(team.id, ada.id, Role.MANAGER, NOW) is False
    assert tenant.teams.members(team.id) == [(ada, Role.MEMBER)]


def test_who_was_invited_joins_anew(tenant: Tenant) -> None:
    team, ada = tenant.teams.add("Core", "UTC", NOW), person(tenant, "Ada")

    assert tenant.teams.join(team.id, ada.id, Role.INVITED, NOW) is True
    assert tenant.teams.join(team.id, ada.id, Role.INVITED, NOW) is False
    assert tenant.teams.join(team.id, ada.id, Role.MEMBER, NOW) is True
    assert tenant.teams.of(ada.id) == [(team, Role.MEMBER)]


def test_a_member_is_not_turned_into_somebody_invited(tenant: Tenant) -> None:
    team, ada = tenant.teams.add("Core", "UTC", NOW), person(tenant, "Ada")
    tenant.teams.join(team.id, ada.id, Role.MEMBER, NOW)

    assert tenant.teams.join(team.id, ada.id, Role.INVITED, NOW) is False
    assert tenant.teams.of(ada.id) == [(team, Role.MEMBER)]


def test_who_left_is_in_the_team_no_more(tenant: Tenant) -> None:
    team, ada, ben = tenant.teams.add("Core", "UTC", NOW), person(tenant, "Ada"), person(tenant, "Ben")
    for each in (ben, ada):
        tenant.teams.join(team.id, each.id, Role.MEMBER, NOW)

    tenant.teams.leave(team.id, ada.id)

    assert tenant.teams.members(team.id) == [(ben, Role.MEMBER)]
    assert tenant.teams.of(ada.id) == []


def test_teams_and_members_are_listed_by_name(tenant: Tenant) -> None:
    teams = [tenant.teams.add(name, "UTC", NOW) for name in ("web", "Core")]
    people = [person(tenant, name) for name in ("Cleo", "ada", "Ben")]
    for team in teams:
        for each in people:
            tenant.teams.join(team.id, each.id, Role.MEMBER, NOW)

    assert [each.name for each, _ in tenant.teams.members(teams[0].id)] == ["ada", "Ben", "Cleo"]
    assert [team.name for team, _ in tenant.teams.of(people[0].id)] == ["Core", "web"]
    assert [team.name for team in tenant.teams.everything()] == ["Core", "web"]


def test_somebody_inactive_is_no_member(tenant: Tenant) -> None:
    team, ada = tenant.teams.add("Core", "UTC", NOW), person(tenant, "Ada")
    tenant.teams.join(team.id, ada.id, Role.MEMBER, NOW)

    tenant.people.save(replace(ada, active=False))

    assert tenant.teams.members(team.id) == []


def test_managers_of_all_teams_are_listed_by_name_each_once(tenant: Tenant) -> None:
    teams = [tenant.teams.add(name, "UTC", NOW) for name in ("web", "Core")]
    zoe, ada, ben, gone = (person(tenant, name) for name in ("Zoe", "ada", "Ben", "Gone"))
    for team in teams:
        for each, role in ((zoe, Role.MANAGER), (ben, Role.MEMBER), (gone, Role.MANAGER)):
            tenant.teams.join(team.id, each.id, role, NOW)
    tenant.teams.join(teams[0].id, ada.id, Role.MANAGER, NOW)
    tenant.people.save(replace(gone, active=False))

    assert tenant.teams.managers() == [ada, zoe]


def test_a_team_is_found_where_its_digest_is_posted(uow: UnitOfWork, tenant: Tenant) -> None:
    uow.directory.link(tenant.organization_id, Channel.SLACK, "T1", "Acme")
    core, web = tenant.teams.add("Core", "UTC", NOW), tenant.teams.add("Web", "UTC", NOW)
    target = tenant.teams.add_target(core.id, HERE)
    tenant.teams.add_target(core.id, replace(HERE, external_id="C2"))
    tenant.teams.add_target(web.id, replace(HERE, external_id="C2"))

    assert (target.team_id, target.place) == (core.id, HERE)
    assert tenant.teams.at(HERE) == [core]
    assert tenant.teams.at(replace(HERE, external_id="C2")) == [core, web]
    assert tenant.teams.at(replace(HERE, external_id="C3")) == []
    assert tenant.teams.in_workspace(Channel.SLACK, "T1") == [core, web]
    assert tenant.teams.in_workspace(Channel.DISCORD, "T1") == []


def test_a_team_posts_once_in_a_place(uow: UnitOfWork, tenant: Tenant) -> None:
    uow.directory.link(tenant.organization_id, Channel.SLACK, "T1", "Acme")
    team = tenant.teams.add("Core", "UTC", NOW)

    assert tenant.teams.add_target(team.id, HERE) == tenant.teams.add_target(team.id, HERE)


def test_a_team_does_not_post_in_a_workspace_that_is_not_linked(tenant: Tenant) -> None:
    team = tenant.teams.add("Core", "UTC", NOW)

    with pytest.raises(Refusal):
        tenant.teams.add_target(team.id, HERE)
