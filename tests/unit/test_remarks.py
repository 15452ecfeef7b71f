"""What is said under somebody's line of a mailed digest reaches her; the rest of the mail is dones."""

from datetime import date, timedelta

import pytest

from domain import commands as c
from domain import replies as r
from domain import talk as t
from domain.deliveries import Key, Kind, NewDelivery, Recipient
from domain.facts import Digest
from domain.people import Address, Channel
from domain.teams import Role
from tests.factories import ADA, BEN, DEE, TUESDAY, Heard, Office

WEDNESDAY = TUESDAY + timedelta(days=1)
RECEIPT = "<d.20261125-1.3@in.example.com>"
ADAS_LINE, BENS_LINE = "shipped the invoice importer", "closed 14 stale tickets #support"
QUOTED = ("Tuesday 24 November", "", "Ada", f"- {ADAS_LINE}")


@pytest.fixture
def office() -> Office:
    """Ada and Ben have written something, and Dee got the digest by mail."""
    made = Office()
    made.message(ADA, ADAS_LINE)
    made.message(BEN, f"{BENS_LINE}\nlunch")
    sent_digest(made, made.dee.id)
    made.clock.forward(timedelta(hours=16))
    return made


def sent_digest(office: Office, person_id: int) -> None:
    new = NewDelivery(
        key=Key(WEDNESDAY, Kind.DIGEST_MAIL, office.team.id, person_id),
        organization_id=office.initech,
        recipient=Recipient(DEE),
        due_at=office.clock.now(),
        person_id=person_id,
        facts=Digest("platform", TUESDAY, TUESDAY, ()),
    )
    with office.storage.begin() as uow:
        uow.tenant(office.initech).outbox.add([new])
        uow.commit()
    (row,) = office.deliveries(Kind.DIGEST_MAIL)
    office.storage.tables.change_delivery(row.ref, receipt=RECEIPT)


def answer(
    office: Office, *remarks: r.Remark, text: str = "", sender: Address = DEE, source: str = "mail:1"
) -> Heard:
    origin = office.origin(
        sender,
        source,
        surface=c.Surface.MAIL,
        aligned=True,
        answers=RECEIPT,
        guild="",
        direct=None,
    )
    return office.say(c.Request(origin, text=text, remarks=remarks))


def told(office: Office) -> list[tuple[Address, object]]:
    return [(row.new.recipient.address, row.new.facts) for row in office.deliveries(Kind.REMARK)]


def test_words_under_a_line_reach_whose_line_it_is(office: Office) -> None:
    heard = answer(office, r.Remark(QUOTED, "at last, thank you"))
    remarked = t.Remarked(TUESDAY, ADAS_LINE, "at last, thank you")
    assert told(office) == [(ADA, t.Remarks("Dee", (remarked,)))]
    assert not heard.answered
    assert office.texts(office.dee) == []


@pytest.mark.parametrize("typed", ["+1", "+1!", "👍", "❤️"])
def test_a_sign_of_liking_under_a_line_is_a_like(office: Office, typed: str) -> None:
    answer(office, r.Remark(QUOTED, typed))
    assert told(office) == [(ADA, t.Remarks("Dee", (t.Remarked(TUESDAY, ADAS_LINE, ""),)))]
    assert list(office.storage.tables.likes.values()) == [office.clock.now()]


def test_a_name_behind_it_likes_all_that_she_wrote(office: Office) -> None:
    answer(office, text="+1 ben")
    lines = (t.Remarked(TUESDAY, BENS_LINE, ""), t.Remarked(TUESDAY, "lunch", ""))
    assert told(office) == [(BEN, t.Remarks("Dee", lines))]


def test_alone_it_likes_everything(office: Office) -> None:
    answer(office, text="+1")
    assert {address for address, _ in told(office)} == {ADA, BEN}


def test_a_line_that_the_mail_program_has_broken_is_found(office: Office) -> None:
    quoted = ("Ben", "- closed 14 stale", "tickets #support")
    answer(office, r.Remark(quoted, "phew"))
    assert told(office) == [(BEN, t.Remarks("Dee", (t.Remarked(TUESDAY, BENS_LINE, "phew"),)))]


def test_of_people_who_wrote_the_same_the_one_named_above_is_meant(office: Office) -> None:
    office.message(ADA, "yesterday: lunch")
    for name, address in (("Ada", ADA), ("Ben", BEN)):
        answer(office, r.Remark((name, "- lunch"), "enjoy"), source=f"mail:{name}")
        assert told(office)[-1][0] == address


def test_several_remarks_of_a_mail_reach_each_author_once(office: Office) -> None:
    answer(
        office,
        r.Remark(QUOTED, "great"),
        r.Remark((*QUOTED, "", "Ben", f"- {BENS_LINE}"), "which ones?"),
        r.Remark((*QUOTED, "", "Ben", f"- {BENS_LINE}", "- lunch"), "+1"),
    )
    assert [address for address, _ in told(office)] == [ADA, BEN]
    remarks = [facts.remarks for _, facts in told(office) if isinstance(facts, t.Remarks)]
    assert [len(each) for each in remarks] == [1, 2]


def test_the_same_mail_again_tells_nobody_again(office: Office) -> None:
    for _ in range(3):
        answer(office, r.Remark(QUOTED, "great"))
        answer(office, text="+1 ada", source="mail:2")
    assert len(told(office)) == 2


def test_words_under_no_line_are_dones_of_hers(office: Office) -> None:
    heard = answer(office, r.Remark(("-- ", "Not for you? Stop these emails"), "signed the lease"))
    assert office.texts(office.dee) == ["signed the lease"]
    assert heard.facts == t.DigestAnswered(WEDNESDAY, ADAS_LINE)
    assert [done.day for done in office.dones(office.dee)] == [WEDNESDAY]


def test_what_stands_above_and_below_lines_is_told_apart(office: Office) -> None:
    heard = answer(office, r.Remark(QUOTED, "great"), text="signed the lease")
    assert office.texts(office.dee) == ["signed the lease"]
    assert len(told(office)) == 1
    assert not heard.answered


def test_a_command_above_the_digest_is_a_command(office: Office) -> None:
    assert isinstance(answer(office, text="vacation until monday").facts, t.Absent)
    assert office.texts(office.dee) == []


def test_ones_own_line_is_remarked_on_in_silence(office: Office) -> None:
    answer(office, text="+1 dee")
    office.mail(DEE, "yesterday: signed the lease", aligned=True)
    answer(office, r.Remark(("Dee (by mail)", "- signed the lease"), "for five years"), source="mail:2")
    assert told(office) == []


def test_whoever_has_left_the_team_remarks_on_nothing(office: Office) -> None:
    office.storage.tables.memberships.pop((office.team.id, office.dee.id))
    answer(office, r.Remark(QUOTED, "great"))
    assert told(office) == []


def test_the_digest_of_somebody_else_is_no_way_in(office: Office) -> None:
    """A digest that was forwarded: the receipt is hers to whom it was sent."""
    cleo = Address(Channel.EMAIL, "cleo@example.com")
    with office.storage.begin() as uow:
        uow.tenant(office.initech).people.add_identity(office.cleo.id, cleo)
        uow.commit()
    answer(office, r.Remark(QUOTED, "great"), sender=cleo)
    assert told(office) == []


def test_a_private_line_is_not_found_by_its_words(office: Office) -> None:
    office.message(ADA, "yesterday: private: asked for a raise")
    answer(office, r.Remark(("Ada", "- asked for a raise"), "how did it go?"))
    assert told(office) == []


def test_an_observer_may_say_something_too(office: Office) -> None:
    office.join(office.dee, office.team, Role.OBSERVER)
    answer(office, r.Remark(QUOTED, "great"))
    assert len(told(office)) == 1


def test_a_deleted_line_is_remarked_on_no_more(office: Office) -> None:
    (done,) = [each for each in office.dones(office.ada) if each.day == date(2026, 11, 24)]
    with office.storage.begin() as uow:
        uow.tenant(office.initech).log.change(done.id, None)
        uow.commit()
    answer(office, r.Remark(QUOTED, "great"))
    assert told(office) == []
