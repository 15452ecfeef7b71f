"""Whose a mail is, over the wire: signed posts of Inbound Parse in, real questions, mails and pages out."""

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import aiohttp
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from domain.deliveries import Kind
from domain.people import Address, Channel
from domain.ports.inbox import InboxState
from simulators import plain
from simulators.town import MAIL_DOMAIN, Town
from tests.e2e.voices import Team, gather, person, texts

pytestmark = pytest.mark.asyncio(loop_scope="module")

OF_THE_CLOCK = {"leases": "{until}", "gateway_state": "{watermarks,at}"}
"""What a running process writes by the clock, in which nobody does anything: a path in each table's rows."""
ROWS = """
    SELECT md5(string_agg(line, '|' ORDER BY line))
    FROM (SELECT (to_jsonb(each_row) #- CAST(:path AS text[]))::text AS line FROM {} AS each_row) AS lines
"""
LINK = re.compile(rf"https://{re.escape(MAIL_DOMAIN)}(/[\w./-]+)")
NONE, PASS = "none", "{@example.com : pass}"
MATRIX = [
    # written to, sender, SPF, DKIM, recorded, asked
    ("hers", "her", "pass", PASS, True, False),
    ("hers", "her", "none", PASS, True, False),
    ("hers", "her", "pass", NONE, True, False),
    ("hers", "her", "softfail", NONE, True, False),
    ("hers", "her", "none", NONE, True, False),
    ("hers", "her", "fail", PASS, True, False),
    ("hers", "her", "fail", NONE, False, True),
    ("hers", "her", "none", "{@example.com : fail}", True, False),
    ("hers", "her", "none", "{@evil.example : pass}", True, False),
    ("hers", "other", "pass", PASS, False, True),
    ("hers", "other", "none", NONE, False, True),
    ("hers", "other", "fail", NONE, False, True),
    ("forged", "her", "none", NONE, False, True),
    ("forged", "her", "pass", PASS, True, False),
    ("shared", "her", "pass", PASS, True, False),
    ("shared", "her", "none", PASS, True, False),
    ("shared", "her", "none", "{@evil.example : pass}", False, True),
    ("shared", "her", "softfail", NONE, False, True),
    ("shared", "her", "fail", NONE, False, True),
    ("shared", "nobody", "pass", PASS, False, False),
    ("shared", "nobody", "none", NONE, False, False),
]


class Post:
    """Writes mails as whoever wants to, and passes them on as SendGrid does."""

    def __init__(self, town: Town, team: Team) -> None:
        self.town = town
        self.team = team
        self.count = 0

    def address_of(self, to: str) -> str:
        """The address of Cleo's mails, the same with a wrong signature, or the one for everybody."""
        own = self.team.mail.mails()[-1].sender
        local, _, domain = own.rpartition("@")
        forged = local[:-1] + ("a" if local[-1] != "a" else "b")
        return {"hers": own, "forged": f"{forged[:-9]}aaaaaaaaa@{domain}", "shared": f"donelog@{domain}"}[to]

    async def send(
        self, sender: str, to: str, said: str, spf: str, dkim: str, subject: str = "hello"
    ) -> None:
        self.count += 1
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, to, subject
        message["Message-ID"] = f"<{self.count}.{self.team.name}@example.com>"
        message.set_content(said)
        status = await self.town.services.sendgrid.post_mail(
            message.as_bytes(), sender, to, spf=spf, dkim=dkim
        )
        assert status == 200
        await self.town.settle()

    def questions(self) -> int:
        """How many are in the ledger for Cleo."""
        return _count(
            self.town, "SELECT count(*) FROM deliveries WHERE kind = :kind", kind=int(Kind.QUESTION)
        )


def _url(town: Town) -> str:
    url = town.installation.core.settings.database_url
    assert url is not None
    return url


def _count(town: Town, query: str, **bound: object) -> int:
    engine = create_engine(_url(town), poolclass=NullPool)
    with engine.connect() as connection:
        found: int = connection.execute(text(query), bound).scalar_one()
    engine.dispose()
    return found


def _everything(town: Town) -> dict[str, str]:
    """A digest of every table of the product."""
    engine = create_engine(_url(town), poolclass=NullPool)
    with engine.connect() as connection:
        names = connection.scalars(
            text(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                " AND relkind IN ('r', 'p') AND NOT relispartition"
            )
        ).all()
        found = {
            name: str(connection.scalar(text(ROWS.format(name)), {"path": OF_THE_CLOCK.get(name, "{}")}))
            for name in names
        }
    engine.dispose()
    return found


async def test_the_table_holds_over_the_wire(town: Town) -> None:
    team = await gather(town, "matrix")
    post = Post(town, team)
    her, other = team.mail.email, "ana.matrix@example.com"
    people = {"her": her, "other": other, "nobody": "walter@example.com"}
    for to, who, spf, dkim, recorded, asked in MATRIX:
        said = f"line {post.count} of the matrix"
        before = post.questions()
        await post.send(people[who], post.address_of(to), said, spf, dkim)
        case = (to, who, spf, dkim)
        assert (said in texts(team.mail)) is recorded, case
        assert (post.questions() > before) is asked, case
        town.clock.set(town.clock.now() + timedelta(days=1))
    assert sum(mail.to == "walter@example.com" for mail in town.services.sendgrid.outbox) == 1


async def test_she_says_yes_by_the_link_in_the_mail_and_it_is_recorded(town: Town) -> None:
    team = await gather(town, "yes")
    post = Post(town, team)
    await post.send("assistant@example.org", post.address_of("hers"), "signed for her", "none", NONE)
    assert "signed for her" not in texts(team.mail)
    question = team.mail.mails()[-1]
    assert "assistant@example.org" in plain.mail(question)
    yes = next(path for path in LINK.findall(question.text or "") if path.startswith("/do/"))
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{town.url}{yes}") as page:
            assert "Was it you?" in await page.text() or page.status == 200
        await town.settle()
        assert "signed for her" not in texts(team.mail), "opening a link changes nothing"
        async with session.post(f"{town.url}{yes}") as page:
            assert "It counts as yours" in await page.text()
    town.clock.set(town.clock.now() + timedelta(minutes=1))
    await town.settle()
    assert "signed for her" in texts(team.mail)


async def test_she_is_asked_on_the_channel_she_prefers_and_types_her_answer(town: Town) -> None:
    team = await gather(town, "typed")
    core = town.installation.core
    ana = person(team.slack)
    with core.database.storage.begin() as uow:
        uow.tenant(core.organization_id).people.add_identity(
            ana.id, Address(Channel.EMAIL, "ana.t@example.com")
        )
        uow.commit()
    own = f"{core.tokens.mail_local_part(core.organization_id, ana.id)}@{MAIL_DOMAIN}"
    await Post(town, team).send("eve@evil.example", own, "in her name", "pass", "{@evil.example : pass}")
    assert "eve@evil.example" in team.slack.heard()[-1]
    await team.slack.write("no eve@evil.example")
    with core.database.storage.begin() as uow:
        assert not [
            each for each in uow.inbox.kept([InboxState.HELD], 100) if each.sender == "eve@evil.example"
        ]
    assert "in her name" not in texts(team.slack)


async def test_a_renewed_address_makes_the_old_one_worth_nothing(town: Town) -> None:
    team = await gather(town, "renewed")
    post = Post(town, team)
    core, old = town.installation.core, post.address_of("hers")
    with core.database.storage.begin() as uow:
        uow.tenant(core.organization_id).people.renew_address(person(team.mail).id)
        uow.commit()
    await post.send(team.mail.email, old, "to the old one", "pass", PASS)
    assert "to the old one" not in texts(team.mail)
    town.clock.set(datetime.combine(town.clock.now().date() + timedelta(days=1), datetime.min.time(), UTC))
    await post.send(team.mail.email, f"donelog@{MAIL_DOMAIN}", "help", "pass", PASS)
    new = post.address_of("hers")
    assert new != old
    await post.send(team.mail.email, new, "to the new one", "none", NONE)
    assert "to the new one" in texts(team.mail)


async def test_a_vacation_by_mail_ends_the_questions_and_back_brings_them_again(town: Town) -> None:
    team = await gather(town, "vacation")
    await team.mail.write("vacation until 2030-01-01")
    assert "I won't ask you anything until" in team.mail.heard()[-1]
    await team.mail.write("back")
    assert "Welcome back" in team.mail.heard()[-1]
    assert "vacation until 2030-01-01" not in texts(team.mail)


async def test_every_link_opened_three_times_changes_nothing(town: Town) -> None:
    team = await gather(town, "links")
    post = Post(town, team)
    await post.send("who@example.org", post.address_of("hers"), "hello", "none", NONE)
    await team.mail.write("vacation until 2030-01-01")
    await team.mail.write("back")
    paths = sorted(
        {path for mail in town.services.sendgrid.outbox for path in LINK.findall(f"{mail.text} {mail.html}")}
    )
    assert {path.split("/")[1] for path in paths} == {"do", "unsubscribe"}
    before = _everything(town)
    async with aiohttp.ClientSession() as session:
        for path in paths:
            for _ in range(3):
                async with session.get(f"{town.url}{path}") as page:
                    assert page.status == 200, path
    await town.settle()
    assert _everything(town) == before
