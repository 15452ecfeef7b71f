"""Letters go out through any mail server, and each outcome is what that server's answer means."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from adapters.email.accounts import Security, Server
from adapters.email.addresses import MailNames
from adapters.email.smtp_out import SmtpSender
from adapters.email.smtp_outcomes import Stage, outcome_of
from domain.deliveries import (
    REFUSED_FOR,
    Delivery,
    Later,
    LimitScope,
    Never,
    Outcome,
    RefusalScope,
    Sent,
    Unknown,
)
from domain.limit_reports import CallSpacing
from tests.mail_world import NAMES, NOW, FakeClock, FakeTokens, delivery
from tests.smtp_server import WAYS_TO_LOG_IN, MailServer, mail_server

ORDINARY = MailNames(None, "me@mail.example.com", has_mailbox=True, plus=True)


def account(server: MailServer, user: str = "", password: str = "") -> Server:
    return Server("127.0.0.1", server.port, Security.NONE, user, password)


@asynccontextmanager
async def sender(to: Server, names: MailNames = NAMES) -> AsyncIterator[SmtpSender]:
    made = SmtpSender(to, names, "https://log.example.com", FakeTokens(), FakeClock())
    yield made
    await made.close()


async def outcomes(to: Server, deliveries: Sequence[Delivery], names: MailNames = NAMES) -> list[Outcome]:
    async with sender(to, names) as made:
        return await made.send(deliveries)


async def test_a_letter_arrives_whole_with_all_its_headers() -> None:
    async with mail_server() as server:
        assert await outcomes(account(server), [delivery(7)]) == [Sent("<d.20261124-7.1@in.example.com>")]
        [taken] = server.taken
    assert (taken.sender, taken.recipient) == ("done+1.7.sig@in.example.com", "p7@example.com")
    message = taken.message
    assert message["From"] == "donelog <done+1.7.sig@in.example.com>"
    assert message["To"] == "p7@example.com"
    assert message["Subject"] == "What'd you get done today? (Tue 24 Nov)"
    assert message["Date"].datetime == NOW
    assert message["Message-ID"] == "<d.20261124-7.1@in.example.com>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"].startswith("<https://log.example.com/unsubscribe/1.7.stop107.sig>")
    text, markup = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert markup is not None
    assert "https://log.example.com/do/1.7.nothing.sig" in text.get_content()
    assert "https://log.example.com/do/1.7.nothing.sig" in markup.get_content()
    assert max(len(line) for line in taken.raw.split(b"\r\n")) < 998
    assert taken.raw.isascii()


async def test_an_ordinary_account_sends_as_itself_and_asks_for_answers_to_her_own_address() -> None:
    async with mail_server() as server:
        await outcomes(account(server), [delivery(7)], ORDINARY)
        [taken] = server.taken
    assert taken.sender == "me@mail.example.com"
    assert taken.message["From"] == "donelog <me@mail.example.com>"
    assert taken.message["Reply-To"] == "donelog <me+1.7.sig@mail.example.com>"
    assert "mailto:me@mail.example.com?subject=unsubscribe" in taken.message["List-Unsubscribe"]


async def test_without_plus_addresses_answers_go_to_the_account() -> None:
    async with mail_server() as server:
        await outcomes(
            account(server), [delivery(7)], MailNames(None, "me@mail.example.com", has_mailbox=True)
        )
        [taken] = server.taken
    assert taken.message["Reply-To"] is None


async def test_few_connections_carry_many_letters_in_the_order_of_their_outcomes() -> None:
    async with mail_server(recipients={"p3@example.com": "550 5.1.1 no such user"}) as server:
        async with sender(account(server)) as made:
            found = await made.send([delivery(number) for number in range(1, 21)])
            await made.send([delivery(30)])
        assert len({taken.peer for taken in server.taken}) <= 3
    assert [number for number, each in enumerate(found, 1) if not isinstance(each, Sent)] == [3]
    assert found[2] == Never("550 5.1.1 no such user", RefusalScope.ADDRESS)


async def test_it_logs_in_with_name_and_password_where_there_are_any() -> None:
    async with mail_server(users={"me": "p w"}) as server:
        assert await outcomes(account(server, "me", "p w"), [delivery(7)]) == [
            Sent("<d.20261124-7.1@in.example.com>")
        ]
        assert server.taken[0].user == "me"


async def test_with_a_wrong_password_mail_waits_and_the_log_says_so(caplog: pytest.LogCaptureFixture) -> None:
    async with mail_server(users={"me": "right"}) as server:
        [outcome] = await outcomes(account(server, "me", "hunter2"), [delivery(7)])
    assert isinstance(outcome, Later)
    assert "SMTP_URL" in caplog.text
    assert "hunter2" not in caplog.text


async def test_a_refused_login_ends_the_batch_and_closes_mail_at_once() -> None:
    """Fault 26: who tries a wrong password for each mail is locked out, and others wait for the last one."""
    reported: list[Later] = []

    def report_limit(_delivery: Delivery, told: Later | CallSpacing) -> None:
        assert isinstance(told, Later)
        reported.append(told)

    async with mail_server(users={"me": "right"}) as server, sender(account(server, "me", "wrong")) as made:
        found = await made.send([delivery(number) for number in range(1, 51)], report_limit)
        assert server.refused_logins == len(WAYS_TO_LOG_IN)
        assert server.taken == []
    assert len(found) == 50
    [told] = set(found)
    assert isinstance(told, Later)
    assert told == Later(told.reason, REFUSED_FOR, LimitScope.EVERYTHING, of_credential=True)
    assert told.reason.startswith("535 ")
    assert reported == [told]


async def test_a_server_that_is_not_there_makes_mail_wait() -> None:
    async with mail_server() as server:
        gone = account(server)
    [outcome] = await outcomes(gone, [delivery(7)])
    assert isinstance(outcome, Later)


async def test_a_server_without_tls_is_not_told_anything() -> None:
    async with mail_server() as server:
        [outcome] = await outcomes(Server("127.0.0.1", server.port, Security.STARTTLS), [delivery(7)])
        assert server.taken == []
    assert isinstance(outcome, Later)


async def test_a_connection_lost_before_the_letter_makes_it_wait() -> None:
    async with mail_server(hangs_up="rcpt") as server:
        [outcome] = await outcomes(account(server), [delivery(7)])
    assert isinstance(outcome, Later)


async def test_a_connection_lost_after_the_letter_leaves_a_doubt() -> None:
    async with mail_server(hangs_up="data") as server:
        [outcome] = await outcomes(account(server), [delivery(7)])
    assert isinstance(outcome, Unknown)


async def test_a_connection_that_the_server_has_ended_meanwhile_is_replaced() -> None:
    async with mail_server() as server, sender(account(server)) as made:
        server.hangs_up = "mail"
        assert isinstance((await made.send([delivery(1)]))[0], Later)
        server.hangs_up = ""
        assert isinstance((await made.send([delivery(2)]))[0], Sent)
        made._idle[0].close()  # noqa: SLF001 -- as the server does after some minutes
        assert isinstance((await made.send([delivery(3)]))[0], Sent)


async def test_after_a_refused_letter_the_same_connection_carries_the_next() -> None:
    async with (
        mail_server(data=["554 5.7.1 no", "452 4.3.1 full"]) as server,
        sender(account(server)) as made,
    ):
        for expected in (Later, Later, Sent):
            [outcome] = await made.send([delivery(1)])
            assert isinstance(outcome, expected)


async def test_what_cannot_be_an_address_is_refused_without_a_call() -> None:
    async with mail_server() as server:
        [outcome] = await outcomes(account(server), [delivery(1, "no address")])
    assert isinstance(outcome, Never)


@pytest.mark.parametrize(
    ("stage", "code", "said", "expected"),
    [
        (Stage.ACCOUNT, 421, "4.7.0 try again later", Later("421 4.7.0 try again later")),
        (
            Stage.ACCOUNT,
            535,
            "5.7.8 no",
            Later("535 5.7.8 no", REFUSED_FOR, LimitScope.EVERYTHING, of_credential=True),
        ),
        (Stage.ACCOUNT, 550, "5.1.1 strange sender", Later("550 5.1.1 strange sender")),
        (Stage.RECIPIENT, 450, "4.2.1 too quickly", Later("450 4.2.1 too quickly")),
        (Stage.RECIPIENT, 452, "4.2.2 over quota", Later("452 4.2.2 over quota")),
        (Stage.RECIPIENT, 550, "no such user", Never("550 no such user", RefusalScope.ADDRESS)),
        (Stage.RECIPIENT, 551, "not local", Never("551 not local", RefusalScope.ADDRESS)),
        (Stage.RECIPIENT, 553, "not allowed", Never("553 not allowed", RefusalScope.ADDRESS)),
        (Stage.RECIPIENT, 550, "5.1.1 unknown", Never("550 5.1.1 unknown", RefusalScope.ADDRESS)),
        (Stage.RECIPIENT, 550, "5.2.1 disabled", Never("550 5.2.1 disabled", RefusalScope.ADDRESS)),
        (Stage.RECIPIENT, 556, "5.1.10 null MX", Never("556 5.1.10 null MX", RefusalScope.ADDRESS)),
        (Stage.RECIPIENT, 552, "5.2.2 mailbox full", Later("552 5.2.2 mailbox full")),
        (Stage.RECIPIENT, 550, "5.7.1 relaying denied", Later("550 5.7.1 relaying denied")),
        (Stage.CONTENT, 550, "5.1.1 unknown", Never("550 5.1.1 unknown", RefusalScope.ADDRESS)),
        (Stage.CONTENT, 550, "5.4.5 daily limit", Later("550 5.4.5 daily limit")),
        (Stage.CONTENT, 552, "5.3.4 too large", Never("552 5.3.4 too large")),
        (Stage.CONTENT, 554, "looks like spam", Later("554 looks like spam")),
        (Stage.CONTENT, 550, "no", Later("550 no")),
    ],
)
def test_each_answer_has_its_meaning(stage: Stage, code: int, said: str, expected: Outcome) -> None:
    assert outcome_of(stage, code, said) == expected
