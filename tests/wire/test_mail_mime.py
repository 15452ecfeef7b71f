"""From octets to text: charsets as programs mean them, parts wherever they are."""

import base64
import quopri
from collections.abc import Callable, Mapping
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.email.forms import pack, read_form
from adapters.email.inbound import read_mail
from adapters.email.mime import read_headers
from adapters.email.one_mail import read_raw

CHARSETS = {
    "big5": ("完成發票匯入", "big5"),
    "gb2312": ("完成发票导入", "gb18030"),
    "iso-2022-jp": ("請求書を送った", "iso2022_jp"),
    "shift_jis": ("請求書を送った①", "cp932"),
    "euc-jp": ("請求書を送った", "euc_jp"),
    "ks_c_5601-1987": ("청구서 완료", "cp949"),
    "koi8-r": ("Счёт отправлен", "koi8_r"),
    "windows-1251": ("Счёт отправлен", "cp1251"),
    "iso-8859-2": ("Faktura wysłana", "iso8859_2"),
    "iso-8859-7": ("Έστειλα", "iso8859_7"),
    "iso-8859-8-i": ("שלחתי", "iso8859_8"),
    "windows-1256": ("أرسلت", "cp1256"),
    "windows-874": ("ส่งแล้ว", "cp874"),
    "iso-8859-1": ("“fixed” – done", "cp1252"),
    "us-ascii": ("fixed “it”", "utf-8"),
    "x-mac-roman": ("fixé le bug", "mac_roman"),
    "utf-7": ("fixé le bug", "utf-7"),
    "x-unknown": ("fixé", "cp1252"),
    "unknown-8bit": ("héllo", "utf-8"),
}
ENCODINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "8bit": lambda octets: octets,
    "base64": base64.encodebytes,
    "quoted-printable": quopri.encodestring,
}
PGP_SIGNATURE = "-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n"
PAGE = "Content-Type: text/html\n\n<html><body><p>%s</p></body></html>"
PARTS = {
    "a picture in the middle": (
        "multipart/mixed; boundary=b",
        "--b\n\none\n--b\nContent-Type: image/png; name=x.png\n\nAAAA\n--b\n\ntwo\n--b--",
        "one\ntwo",
    ),
    "no last boundary": ("multipart/alternative; boundary=b", "--b\n\none\ntwo\n", "one\ntwo"),
    "boundary not declared": ("multipart/mixed", "--b0\nContent-Type: text/plain\n\none\n--b0--", "one"),
    "another boundary declared": (
        "multipart/mixed; boundary=x",
        "--b0\nContent-Type: text/plain\n\none\n--b0--",
        "one",
    ),
    "no boundary anywhere": ("multipart/alternative; boundary=b", "one\ntwo\n", "one\ntwo"),
    "attached files and no text": (
        "multipart/mixed; boundary=b",
        "--b\nContent-Type: application/pdf\n\none\n--b--",
        "",
    ),
    "an attached text": (
        "multipart/mixed; boundary=b",
        "--b\n\none\n--b\nContent-Disposition: attachment; filename=n.txt\n\nnotes\n--b--",
        "one",
    ),
    "an attached mail": (
        "multipart/mixed; boundary=b",
        "--b\n\none\n--b\nContent-Type: message/rfc822\n\nFrom: x\n\nold\n--b--",
        "one",
    ),
    "Outlook's winmail.dat": (
        "multipart/mixed; boundary=b",
        "--b\n\none\n--b\nContent-Type: application/ms-tnef; name=winmail.dat\n\nx\n--b--",
        "one",
    ),
    "signed by PGP in the text": (
        "text/plain",
        f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n- one\n{PGP_SIGNATURE}",
        "- one",
    ),
    "encrypted by PGP in the text": (
        "text/plain",
        "one\n\n-----BEGIN PGP MESSAGE-----\n\nhQEMAwzOQ1qn\n=zrF/\n-----END PGP MESSAGE-----\n",
        "one",
    ),
    "uuencode in the text": ("text/plain", "one\n\nbegin 644 a.txt\n#0V%T\n`\nend\n", "one"),
    "uuencode in base64": ("text/plain", "one\n\nbegin-base64 644 a.txt\nQ2F0Cg==\n====\n", "one"),
    "an empty plain text": (
        "multipart/alternative; boundary=b",
        "--b\n\n\n--b\nContent-Type: text/html\n\n<p>one</p>\n--b--",
        "one",
    ),
    "a stub instead of a plain text": (
        "multipart/alternative; boundary=b",
        "--b\n\nYour program does not support HTML.\n--b\nContent-Type: text/html\n\n<p>one</p>\n--b--",
        "one",
    ),
    "a stub that names the mail program": (
        "multipart/alternative; boundary=b",
        "--b\n\nIhr E-Mail-Programm zeigt dies nicht.\n--b\nContent-Type: text/html\n\n<p>one</p>\n--b--",
        "one",
    ),
    "HTML that is said to be plain": (
        "text/plain",
        '<div dir="ltr">one</div>\n<blockquote type="cite"><div>What did you do?</div></blockquote>',
        "one",
    ),
    "a page that is said to be plain": ("text/plain", "<html><body>one<br>two</body></html>", "one\ntwo"),
    "a picture between two pages": (
        "multipart/mixed; boundary=b",
        f"--b\n{PAGE % 'one'}\n--b\nContent-Type: image/png\n\nAAAA\n--b\n{PAGE % 'two'}\n--b--",
        "one\n\ntwo",
    ),
    "words behind a page": ("text/html", "<HTML><BODY><p>one</p></BODY></HTML>\n<p>two</p>", "one\n\ntwo"),
    "a tag that she wrote herself": ("text/plain", "<div> is centred", "<div> is centred"),
    "tags that she wrote herself": ("text/plain", "<p> and <b>\nfixed <br>", "<p> and <b>\nfixed <br>"),
    "both parts are said to be plain": (
        "multipart/alternative; boundary=b",
        "--b\n\none\n--b\nContent-Type: text/plain\n\n<div><p>one</p></div>\n--b--",
        "one",
    ),
    "words about a mail program that both parts hold": (
        "multipart/alternative; boundary=b",
        "--b\n\nFixed mail client.\n--b\nContent-Type: text/html\n\n<p>Fixed mail client.</p>\n--b--",
        "Fixed mail client.",
    ),
    "a mailing list's footer": (
        "multipart/mixed; boundary=b",
        "--b\n\none\n--b\nContent-Disposition: inline\n\n_____________\ndev mailing list\ndev@lists.x\n--b--",
        "one",
    ),
}


def _message(content_type: str, body: bytes, encoding: str = "8bit") -> bytes:
    head = f"From: ana@example.com\nContent-Type: {content_type}\nContent-Transfer-Encoding: {encoding}\n\n"
    return head.encode() + body


@pytest.mark.parametrize(
    ("meta", "codec"),
    [
        ('<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">', "cp1251"),
        ('<META charset="koi8-r">', "koi8_r"),
        ("<meta charset=windows-1251>", "utf-8"),
    ],
)
def test_html_may_name_its_charset_itself_unless_it_was_changed_on_the_way(meta: str, codec: str) -> None:
    page = f"<html><head>{meta}</head><body>Счёт отправлен</body></html>".encode(codec)
    assert (
        read_raw(b"From: ana@example.com\nContent-Type: text/html\n\n" + page).answer.reply
        == "Счёт отправлен"
    )


def test_html_in_an_encoding_of_seven_bits_may_name_it_itself() -> None:
    page = '<meta charset="iso-2022-jp"><p>請求書を送った</p>'.encode("iso2022_jp")
    assert (
        read_raw(b"From: ana@example.com\nContent-Type: text/html\n\n" + page).answer.reply
        == "請求書を送った"
    )


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("charset", CHARSETS)
def test_a_charset_is_read_as_programs_mean_it(charset: str, encoding: str) -> None:
    text, codec = CHARSETS[charset]
    raw = _message(f"text/plain; charset={charset}", ENCODINGS[encoding](text.encode(codec)), encoding)
    assert read_raw(raw).answer.reply == text


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_her_text_is_found_among_the_parts(name: str, line_end: str) -> None:
    content_type, body, reply = PARTS[name]
    raw = _message(content_type, body.encode()).replace(b"\n", line_end.encode())
    assert read_raw(raw).answer.reply == reply


def test_empty_lines_in_front_of_the_headers_are_passed_over() -> None:
    assert read_raw(b"\r\n\n" + _message("text/html", b"<p>one</p>")).answer.reply == "one"


@pytest.mark.parametrize(
    ("charset", "codec"), [("gb2312", "gb18030"), ("utf-16", "utf-16"), ("big5", "big5")]
)
def test_an_octet_that_does_not_fit_spoils_no_text(charset: str, codec: str) -> None:
    octets = "完成匯入，發票寄出".encode(codec) + b"\xff"
    raw = _message(f"text/plain; charset={charset}", base64.encodebytes(octets), "base64")
    assert read_raw(raw).answer.reply.rstrip("\ufffd") == "完成匯入，發票寄出"


HEADERS_FIELD = '--b\r\nContent-Disposition: form-data; name="headers"\r\n\r\nTo: %s\r\n--b--\r\n'
HEADER_LINES = st.lists(
    st.sampled_from(
        ["From ", "From: ", "X-Y", "Subject:", ":", "a@b", " ", "\t", "é", "\x00", "\x0c", "\x1c"]
    ),
    min_size=1,
    max_size=6,
).map("".join)


@given(lines=st.lists(HEADER_LINES, max_size=8), line_end=st.sampled_from(["\n", "\r\n"]))
def test_headers_are_those_that_pythons_own_parser_finds(lines: list[str], line_end: str) -> None:
    block = line_end.join(lines).encode()
    expected = [
        (name.lower(), str(value).replace("\r\n", "\n"))
        for name, value in BytesHeaderParser().parsebytes(block).raw_items()
    ]
    assert read_headers(block).items == expected


PARAMETERS = st.lists(
    st.sampled_from(
        [
            *(";", " ", "\n ", "=", '"', "x", "'", "/", "charset=UTF-8", "; charset=utf-8", '; charset="a"'),
            *("; boundary=--=_1", '; boundary="b c"', '; boundary="b', "; name*=utf-8''a%20b", "; charset"),
            *("; format=flowed; delsp=yes", ";; format=fixed", "; Boundary=X ", '; name="a;charset=c"'),
        ]
    ),
    max_size=4,
).map("".join)


@given(kind=st.sampled_from(["text/plain", "TEXT/html", "text", "a/b/c"]), parameters=PARAMETERS)
def test_a_content_type_is_read_as_pythons_own_parser_reads_it(kind: str, parameters: str) -> None:
    head, message = read_headers(f"Content-Type: {kind}{parameters}".encode()), Message()
    message.set_raw("Content-Type", kind + parameters)
    assert head.content_type == message.get_content_type()
    for name in ("charset", "boundary", "format", "delsp", "name"):
        expected = message.get_param(name, "")
        assert head.parameter(name) == (expected[2] if isinstance(expected, tuple) else expected)


@given(name=st.text("aB1_ .,\"'(", max_size=8), address=st.text("aB1_.+-@", max_size=10))
def test_an_address_is_the_one_that_pythons_own_parser_finds(name: str, address: str) -> None:
    value = " ".join(f"{name} <{address}>".split())
    mail = read_mail(pack("multipart/form-data; boundary=b", (HEADERS_FIELD % value).encode()))
    assert mail is not None
    assert mail.header_to == tuple(found.lower() for _, found in getaddresses([value]) if "@" in found)


@given(
    fields=st.lists(st.tuples(st.sampled_from(["email", "SPF", "text"]), st.binary(max_size=30)), max_size=5),
    lost=st.integers(0, 10),
)
def test_the_fields_of_a_form_come_back_octet_by_octet_those_in_front_of_a_break_too(
    fields: list[tuple[str, bytes]], lost: int
) -> None:
    parts = [
        b'--<b0>\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)
        for name, value in fields
    ]
    body = b"".join((*parts, b"--<b0>--\r\n"))
    whole = fields[:-1] if lost else fields
    values = read_form('multipart/form-data; boundary="<b0>"', body[: len(body) - lost]).values
    for name in ("email", "SPF", "text"):
        expected = [value for each, value in whole if each == name]
        assert list(values.get(name, ()))[: len(expected)] == expected
