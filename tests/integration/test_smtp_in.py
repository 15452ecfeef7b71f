"""Mail servers hand mail over to us as the server of a domain; what is acknowledged is stored."""

import contextlib
import ssl
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiosmtplib
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from adapters.email.accounts import Listen
from adapters.email.inbound import read_mail
from adapters.email.smtp_in import MOST_FROM_ONE_PEER, Pace, SmtpDoor
from domain.ports.inbox import Arrival
from tests.mail_world import NAMES, NOW, FakeClock, FakeFront, FakeTokens

ADDRESS = "done+1.7.sig@in.example.com"
MAIL = b"From: ana@example.com\r\nSubject: Re: today\r\n\r\n.shipped it\r\n"


@contextlib.asynccontextmanager
async def door(front: FakeFront, listen: Listen | None = None) -> AsyncIterator[int]:
    made = SmtpDoor(listen or Listen("127.0.0.1", 0), NAMES, front, FakeTokens(), FakeClock())
    port = await made.start()
    yield port
    await made.stop()


def client(port: int) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False, local_hostname="mx.example.com")


async def test_a_mail_is_stored_as_it_came_with_its_envelope() -> None:
    front = FakeFront()
    async with door(front) as port, client(port) as sender:
        await sender.sendmail("ana@example.com", [ADDRESS], MAIL)
    [arrival] = front.heard
    assert MAIL in arrival.raw
    assert arrival.at == NOW
    mail = read_mail(arrival.raw)
    assert mail is not None
    assert (mail.envelope_from, mail.envelope_to) == ("ana@example.com", (ADDRESS,))
    assert (mail.spf, dict(mail.dkim)) == ("", {})
    assert mail.texts.plain.strip() == ".shipped it"


NOTED = (
    b"Authentication-Results: mx.example.com; spf=pass smtp.mailfrom=ana@example.com;"
    b" dmarc=fail (p=REJECT)\r\n"
)


@pytest.mark.parametrize(
    ("authserv", "spf", "refused"),
    [("", "", False), ("mx.example.org", "", False), ("mx.example.com", "pass", True)],
)
async def test_what_the_server_in_front_has_noted_counts_and_nobody_else_s_word(
    authserv: str, spf: str, *, refused: bool
) -> None:
    front = FakeFront()
    listen = Listen("127.0.0.1", 0, authserv=authserv)
    async with door(front, listen) as port, client(port) as sender:
        await sender.sendmail("ana@example.com", [ADDRESS], NOTED + MAIL)
    mail = read_mail(front.heard[0].raw)
    assert mail is not None
    assert (mail.spf, mail.is_refused) == (spf, refused)


async def test_the_same_mail_twice_has_the_same_key() -> None:
    front = FakeFront()
    async with door(front) as port, client(port) as sender:
        for _ in range(2):
            await sender.sendmail("ana@example.com", [ADDRESS], MAIL)
    assert front.heard[0].key == front.heard[1].key


@pytest.mark.parametrize(
    "address",
    [ADDRESS, ADDRESS.upper(), "donelog@in.example.com", "postmaster@in.example.com", "donelog@example.com"],
)
async def test_our_addresses_are_open_in_any_case_of_letters(address: str) -> None:
    front = FakeFront()
    async with door(front) as port, client(port) as sender:
        await sender.sendmail("", [address], MAIL)
    assert len(front.heard) == 1


@pytest.mark.parametrize(
    "address",
    [
        "ana@in.example.com",
        "done+1.7.forged@in.example.com",
        "done+1.7.sig@elsewhere.example",
        "ana@gmail.com",
    ],
)
async def test_nobody_elses_mail_is_taken(address: str) -> None:
    front = FakeFront()
    async with door(front) as port, client(port) as sender:
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
            await sender.sendmail("ana@example.com", [address], MAIL)
    assert [each.code for each in refused.value.recipients] == [550]
    assert front.heard == []


async def test_while_the_database_is_down_its_server_is_asked_to_come_again() -> None:
    front = FakeFront(down=True)
    async with door(front) as port, client(port) as sender:
        with pytest.raises(aiosmtplib.SMTPDataError) as refused:
            await sender.sendmail("ana@example.com", [ADDRESS], MAIL)
        assert refused.value.code == 451
        front.down = False
        await sender.sendmail("ana@example.com", [ADDRESS], MAIL)
    assert len(front.heard) == 1


async def test_a_mistake_of_ours_loses_no_mail() -> None:
    class Broken(FakeFront):
        async def hear(self, _arrival: Arrival) -> None:
            raise ZeroDivisionError

    async with door(Broken()) as port, client(port) as sender:
        with pytest.raises(aiosmtplib.SMTPDataError) as refused:
            await sender.sendmail("ana@example.com", [ADDRESS], MAIL)
    assert refused.value.code == 451


async def test_too_many_of_one_sender_are_put_off() -> None:
    front = FakeFront()
    async with door(front) as port, client(port) as sender:
        for _ in range(30):
            await sender.sendmail("ana@example.com", [ADDRESS], MAIL)
        with pytest.raises(aiosmtplib.SMTPDataError) as refused:
            await sender.sendmail("ana@example.com", [ADDRESS], MAIL)
        assert refused.value.code == 450
        await sender.sendmail("ben@example.com", [ADDRESS], MAIL)
    assert len(front.heard) == 31


def test_the_pace_is_free_again_after_a_minute() -> None:
    pace = Pace({"sender": 2})
    assert [pace.allows("sender", "ana", second) for second in (0, 1, 59, 60, 60.5, 61)] == [
        *[True, True, False],
        *[True, False, True],
    ]


async def test_too_many_connections_of_one_server_are_put_off() -> None:
    async with door(FakeFront()) as port, contextlib.AsyncExitStack() as held:
        for _ in range(MOST_FROM_ONE_PEER):
            await held.enter_async_context(client(port))
        with pytest.raises(aiosmtplib.SMTPConnectResponseError) as refused:
            await client(port).connect()
        assert refused.value.code == 421
    async with door(FakeFront()) as port, client(port):
        pass


async def test_lines_longer_than_the_rule_are_taken_and_a_mail_too_large_is_refused() -> None:
    front = FakeFront()
    async with door(front) as port, client(port) as sender:
        await sender.sendmail("ana@example.com", [ADDRESS], MAIL + b"x" * 200_000 + b"\r\n")
        with pytest.raises(aiosmtplib.SMTPResponseException) as refused:
            await sender.mail("ana@example.com", options=["SIZE=99000000"])
        assert refused.value.code == 552
    assert len(front.heard) == 1


async def test_with_a_certificate_the_connection_goes_over_to_tls(tmp_path: Path) -> None:
    listen = Listen("127.0.0.1", 0, *certificate(tmp_path))
    front = FakeFront()
    async with door(front, listen) as port:
        context = ssl.create_default_context(cafile=str(listen.certificate))
        sender = aiosmtplib.SMTP(hostname="localhost", port=port, start_tls=True, tls_context=context)
        async with sender:
            await sender.sendmail("ana@example.com", [ADDRESS], MAIL)
    assert len(front.heard) == 1


async def test_a_certificate_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    real, key = certificate(tmp_path)
    for files in ((tmp_path / "nowhere.pem", key), (real, real)):
        with pytest.raises(OSError, match=f"certificate {files[0]} with the key {files[1]}: "):
            async with door(FakeFront(), Listen("127.0.0.1", 0, *files)):
                pass


def certificate(folder: Path) -> tuple[Path, Path]:
    """Files with a certificate for localhost and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=3650))
        .not_valid_after(NOW + timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    files = folder / "cert.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return files
