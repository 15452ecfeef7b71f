"""Posts and mails that are broken or made to hurt: nothing is an error, and nothing takes long."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.email.inbound import read_mail
from adapters.email.reader import Unreadable
from tests.mail_world import NOW, READER, form, item, letter, raw_item, read_here


@pytest.mark.parametrize("body", [b"", b"--xYzZY--\r\n", b"hello", b"\x00" * 100])
async def test_a_post_that_holds_no_mail_stays_to_be_looked_at(body: bytes) -> None:
    with pytest.raises(Unreadable):
        await READER.read(item("multipart/form-data; boundary=xYzZY", body))


def test_a_post_that_was_cut_gives_what_came_before() -> None:
    content_type, body = form({"email": letter("From: ana@example.com", body="one\r\ntwo\r\nthree")})
    reading = read_here(item(content_type, body[: body.index(b"three")]))
    assert reading.request is not None
    assert reading.request.text == "one\ntwo"


def test_a_lost_content_type_is_made_good_by_the_body() -> None:
    _, body = form({"email": letter("From: ana@example.com")})
    assert read_mail(item("application/octet-stream", body).raw) is not None


PIECES = st.sampled_from(
    [
        *[
            b"\r\n",
            b"\r\n\r\n",
            b"--b\r\n",
            b"--b--",
            b"=?utf-8?b?",
            b"?=",
            b"=?x?q?=FF?=",
            b">",
            b"(",
            b"<",
            b"@",
            b"\x00",
        ],
        *[
            b"From: ",
            b"Subject: ",
            b"Content-Type: multipart/mixed; boundary=b\r\n",
            b"Content-Type: text/html\r\n",
        ],
        *[
            b"Content-Transfer-Encoding: base64\r\n",
            b"Content-Type: text/plain; charset=idna\r\n",
            b"charset*=x'y",
        ],
        *[
            b"Content-Transfer-Encoding: x-uuencode\r\n",
            b"begin 644 x\r\n",
            b"\xff\xfe",
            b"\xed\xa0\x80",
            b"On 1:00 ",
        ],
        *[
            b"Received: ; 99 Xyz 0000 99:99:99 +9999",
            b"References: <>",
            b"wrote:\r\n> x",
            b"<div><!--",
            b"Date: x",
        ],
        *[
            b"Content-Type: text/plain; charset=rot13\r\n",
            b"Content-Type: message/rfc822\r\n",
            b"charset=utf-7;+AAA-",
        ],
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(PIECES, st.binary(max_size=12)), max_size=40))
def test_no_mail_is_an_error(pieces: list[bytes]) -> None:
    reading = read_here(raw_item(b"".join(pieces)))
    if reading.request is not None:
        reading.request.text.encode()
        assert reading.request.origin.at <= NOW


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.text(max_size=60))
def test_no_post_is_an_error(body: bytes, content_type: str) -> None:
    read_mail(item(content_type, body).raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"".join(
            b"Content-Type: multipart/mixed; boundary=q%d\r\n\r\n--q%d\r\n" % (n, n) for n in range(1000)
        ),
        b"Content-Type: multipart/mixed; boundary=q\r\n\r\n" + b"--q\r\n\r\n" * 100_000,
        b"X: " + b"a " * 500_000 + b"\r\n\r\nx",
        b"\r\n".join(b"X%d: y" % n for n in range(100_000)) + b"\r\n\r\nx",
        b"Content-Type: text/plain\r\n\r\n" + b"On Monday I did x\r\n" * 50_000,
        b"Content-Type: text/html\r\n\r\n" + b"<div>" * 200_000,
    ],
)
def test_a_mail_made_to_hurt_is_read_or_passed_over_at_once(raw: bytes) -> None:
    read_here(raw_item(raw))
