"""An account is written as one address; what cannot be one is answered with what it should be."""

from pathlib import Path

import pytest

from adapters.email.accounts import Listen, Mailbox, Security, Server, read_imap, read_listen, read_smtp


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("smtps://me:pw@smtp.example.com", Server("smtp.example.com", 465, Security.TLS, "me", "pw")),
        ("smtp://me:pw@smtp.example.com", Server("smtp.example.com", 587, Security.STARTTLS, "me", "pw")),
        ("smtp://me%40example.com:p%23w@h:25", Server("h", 25, Security.STARTTLS, "me@example.com", "p#w")),
        ("smtp://me@example.com:pw@h", Server("h", 587, Security.STARTTLS, "me@example.com", "pw")),
        ("smtp://localhost:1025", Server("localhost", 1025, Security.NONE)),
        ("smtp://127.0.0.1", Server("127.0.0.1", 587, Security.NONE)),
        ("smtp://[::1]:25", Server("::1", 25, Security.NONE)),
        ("smtp://10.0.0.1", Server("10.0.0.1", 587, Security.STARTTLS)),
    ],
)
def test_an_address_tells_the_account_to_send_through(text: str, server: Server) -> None:
    assert read_smtp(text) == server


@pytest.mark.parametrize(
    ("text", "mailbox"),
    [
        ("imaps://me:pw@h", Mailbox(Server("h", 993, Security.TLS, "me", "pw"))),
        ("imap://me:pw@h/Done%20log", Mailbox(Server("h", 143, Security.STARTTLS, "me", "pw"), "Done log")),
        (
            "imap://me:pw@localhost:1143?plus=yes&authserv=MX.example.com",
            Mailbox(
                Server("localhost", 1143, Security.NONE, "me", "pw"), plus=True, authserv="mx.example.com"
            ),
        ),
    ],
)
def test_an_address_tells_the_mailbox_to_read(text: str, mailbox: Mailbox) -> None:
    assert read_imap(text) == mailbox


def test_an_address_tells_the_place_to_listen_at() -> None:
    assert read_listen("smtp://0.0.0.0") == Listen("0.0.0.0", 25)  # noqa: S104 -- what a mail server listens on
    behind = Listen("127.0.0.1", 2525, authserv="mx.example.com")
    assert read_listen("smtp://127.0.0.1:2525?authserv=MX.example.com") == behind
    files = (Path("/a/c.pem"), Path("/a/k.pem"))
    assert read_listen("smtp://[::]:2525?cert=/a/c.pem&key=/a/k.pem") == Listen("::", 2525, *files)


@pytest.mark.parametrize(
    "text", ["", "smtp.example.com", "http://h", "smtp://", "smtp://me@h", "smtp://h:port", "smtp://h?x=1"]
)
def test_what_is_no_account_is_answered_with_one(text: str) -> None:
    with pytest.raises(ValueError, match="such as smtps://user:password@"):
        read_smtp(text)


@pytest.mark.parametrize(
    "text", ["imaps://h", "imaps://me:pw@h?plus=perhaps", "imaps://me:pw@h?x=1", "smtp://me:pw@h"]
)
def test_what_is_no_mailbox_is_answered_with_one(text: str) -> None:
    with pytest.raises(ValueError, match="such as imaps://user:password@"):
        read_imap(text)


@pytest.mark.parametrize("text", ["smtps://h", "smtp://me:pw@h", "smtp://h?cert=/a"])
def test_what_is_no_place_to_listen_at_is_answered_with_one(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as smtp://0\.0\.0\.0:25"):
        read_listen(text)


def test_a_password_is_not_shown() -> None:
    assert "hunter2" not in repr(read_imap("imaps://me:hunter2@h"))
