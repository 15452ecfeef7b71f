"""What a reply by mail can be besides dones: a remark, an absence, a report; as real posts and real mails."""

from datetime import timedelta
from email.message import EmailMessage

import pytest

from domain.people import Address, Channel
from simulators.town import MAIL_DOMAIN, Town
from tests.e2e.voices import Team, gather, person, texts

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def post(town: Town, message: EmailMessage, sender: str, to: str) -> None:
    message["To"] = to
    domain = sender.rpartition("@")[2] or "example.com"
    status = await town.services.sendgrid.post_mail(
        message.as_bytes(), sender, to, dkim=f"{{@{domain} : pass}}"
    )
    assert status == 200
    await town.settle()


def letter(sender: str, subject: str, said: str, **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Subject"] = sender, subject
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(said)
    return message


async def morning(town: Town) -> None:
    tomorrow = town.clock.now().date() + timedelta(days=1)
    await town.wait_until(
        town.clock.now().replace(year=tomorrow.year, month=tomorrow.month, day=tomorrow.day, hour=9)
    )


async def test_words_under_a_line_of_the_mailed_digest_reach_whose_line_it_is(town: Town) -> None:
    team = await gather(town, "remarks")
    await team.slack.write("shipped the invoice importer")
    await team.discord.write("closed 14 stale tickets")
    await morning(town)
    digest = next(mail for mail in team.mail.mails() if "shipped the invoice importer" in (mail.text or ""))
    quoted = "\n".join(f"> {line}" for line in (digest.text or "").split("\n"))
    said = quoted.replace("> - shipped the invoice importer", "> - shipped the invoice importer\nat last!")
    said = said.replace("> - closed 14 stale tickets", "> - closed 14 stale tickets\n+1")
    reply = letter(team.mail.email, f"Re: {digest.subject}", said, In_Reply_To=digest.message_id)
    heard = len(team.slack.heard()), len(team.discord.heard())
    await post(town, reply, team.mail.email, digest.sender)
    (told,) = team.slack.heard()[heard[0] :]
    assert "shipped the invoice importer" in told
    assert "at last!" in told
    (liked,) = team.discord.heard()[heard[1] :]
    assert "likes it" in liked
    assert not [each for each in texts(team.mail) if "at last" in each]


async def test_a_program_that_says_she_is_away_has_her_asked_in_chat(town: Town) -> None:
    team = await gather(town, "ooo")
    core, ana = town.installation.core, person(team.slack)
    with core.database.storage.begin() as uow:
        uow.tenant(core.organization_id).people.add_identity(
            ana.id, Address(Channel.EMAIL, "ana.ooo@example.com")
        )
        uow.commit()
    own = f"{core.tokens.mail_local_part(core.organization_id, ana.id)}@{MAIL_DOMAIN}"
    back_on = (town.clock.now() + timedelta(days=6)).date()
    said = f"I am out of the office until {back_on.isoformat()}."
    mails, heard = len(town.services.sendgrid.outbox), len(team.slack.heard())
    for number in range(3):
        away = letter(
            "ana.ooo@example.com",
            "Automatic reply: What'd you get done today?",
            said,
            Auto_Submitted="auto-replied",
            Message_ID=f"<{number}@x>",
        )
        await post(town, away, "ana.ooo@example.com", own)
    (question,) = team.slack.heard()[heard:]
    assert "Shall I stop asking until then?" in question
    assert len(town.services.sendgrid.outbox) == mails, "a program is never answered"
    assert texts(team.slack) == []
    await team.slack.write(f"vacation until {back_on.isoformat()}")
    assert "I won't ask you anything until" in team.slack.heard()[-1]


def bounce(message_id: str) -> EmailMessage:
    report = EmailMessage()
    report["From"], report["Subject"] = "MAILER-DAEMON@mx.example.com", "Undelivered Mail"
    report["Content-Type"] = "multipart/report; report-type=delivery-status; boundary=x"
    report.set_payload(
        "--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.com\n\n"
        "Final-Recipient: rfc822; cleo@example.com\nAction: failed\nStatus: 5.1.1\n\n"
        f"--x\nContent-Type: text/rfc822-headers\n\nMessage-ID: {message_id}\n--x--\n"
    )
    return report


async def test_a_report_that_her_mail_comes_back_stops_it_and_a_forged_one_does_not(town: Town) -> None:
    team = await gather(town, "bounce")
    mail = team.mail.mails()[-1]
    await post(town, bounce(mail.message_id), "", f"donelog@{MAIL_DOMAIN}")
    await post(town, bounce("<d.20200101-1.1@done.example.com>"), "", mail.sender)
    assert not stopped(team)
    await post(town, bounce(mail.message_id), "", mail.sender)
    assert stopped(team)
    await team.mail.write("here I am again")
    assert not stopped(team), "whoever writes is there"


async def test_stop_is_honoured_at_once_and_said_once(town: Town) -> None:
    team = await gather(town, "stop")
    await team.mail.write("stop")
    assert stopped(team)
    assert "no more mail from me" in team.mail.heard()[-1]
    count = len(team.mail.heard())
    await town.wait_until(town.clock.now() + timedelta(days=2), step=timedelta(hours=1))
    assert len(team.mail.heard()) == count


def stopped(team: Team) -> bool:
    core, mail = team.mail.town.installation.core, team.mail
    with core.database.storage.begin() as uow:
        found = uow.tenant(core.organization_id).people.at(mail.address)
        assert found is not None
        return found[1].stopped
