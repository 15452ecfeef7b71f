"""Which channels and workspaces refuse what we log in with, so that what is due there goes elsewhere."""

from datetime import timedelta

import pytest

from domain.deliveries import REFUSED_FOR, Later, LimitScope
from domain.people import Address, Channel
from domain.ports.storage import UnitOfWork
from domain.ports.tenant import Tenant
from domain.services.rerouting import LOOK_AT_WORKSPACE_AGAIN
from tests.storage_fixtures import NOW

MINUTE = timedelta(minutes=1)
DISCORD = Address(Channel.DISCORD, "")
MAIL = Address(Channel.EMAIL, "")
T1 = Address(Channel.SLACK, "", "T1")
REFUSED = Later("401", REFUSED_FOR, LimitScope.EVERYTHING, of_credential=True)
BANNED = Later("banned", MINUTE, LimitScope.EVERYTHING)


@pytest.fixture
def uow(limited_uow: UnitOfWork) -> UnitOfWork:
    return limited_uow


def test_a_channel_that_refuses_our_credential_is_left_until_it_is_tried_again(uow: UnitOfWork) -> None:
    """Fault 26: whether it is mended is then found out by one call, and what is due waits for that."""
    uow.ledger.report_limit(DISCORD, REFUSED, NOW, "old")
    assert uow.ledger.refusing_places(NOW + REFUSED_FOR - MINUTE) == {DISCORD}
    assert uow.ledger.refusing_places(NOW + REFUSED_FOR) == frozenset()
    uow.ledger.report_limit(DISCORD, REFUSED, NOW + REFUSED_FOR, "old")
    assert uow.ledger.refusing_places(NOW + REFUSED_FOR + MINUTE) == {DISCORD}


def test_a_channel_that_is_tried_with_another_credential_is_not_left(uow: UnitOfWork) -> None:
    uow.ledger.report_limit(DISCORD, REFUSED, NOW, "old")
    uow.ledger.try_new_credential(Channel.DISCORD, "new", NOW + MINUTE)
    assert uow.ledger.refusing_places(NOW + MINUTE) == frozenset()


def test_who_only_wants_us_to_wait_is_not_left(uow: UnitOfWork) -> None:
    uow.ledger.report_limit(DISCORD, BANNED, NOW)
    uow.ledger.report_limit(MAIL, Later("busy", MINUTE, LimitScope.POST), NOW)
    assert uow.ledger.refusing_places(NOW) == frozenset()


def test_a_ban_long_after_a_refusal_is_none(uow: UnitOfWork) -> None:
    uow.ledger.report_limit(DISCORD, REFUSED, NOW, "old")
    uow.ledger.report_limit(DISCORD, BANNED, NOW + REFUSED_FOR, "new")
    assert uow.ledger.refusing_places(NOW + REFUSED_FOR) == frozenset()


def test_a_workspace_that_refuses_everything_is_left_until_it_lets_us_in(
    uow: UnitOfWork, tenant: Tenant
) -> None:
    """Fault 26."""
    uow.directory.link(tenant.organization_id, Channel.SLACK, "T1", "HQ")
    uow.directory.pause(Channel.SLACK, "T1", "token_revoked", NOW)
    closed = Later("token_revoked", LOOK_AT_WORKSPACE_AGAIN, LimitScope.WORKSPACE)
    uow.ledger.report_limit(T1, closed, NOW)
    assert uow.ledger.refusing_places(NOW + MINUTE) == {T1}
    uow.directory.resume(Channel.SLACK, "T1")
    assert uow.ledger.refusing_places(NOW + MINUTE) == frozenset()
