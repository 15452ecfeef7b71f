"""`mail-read`: reading answers, from decoded texts and from whole messages, by processor on one core.

The bound of a text is cutting it into lines, which every reader must; that of a message is Python's own
parser (compat32) building its parts without decoding one.
"""

import email
import time
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from typing import TypeVar

from adapters.email.one_mail import read_raw
from adapters.email.reading.answer import read_text
from bench.figures import FULL, Figure, Sample, Sizes, compared, interleaved
from tests.mail_answers import labelled_mails

_MESSAGE_SIZE = 17 * 1024
_RECEIVED = (
    "from mail-{0}.example.com by mx.example.net with ESMTPS id a{0}; Tue, 24 Nov 2026 15:0{0}:00 -0800"
)
_QUOTED_LINE = "line {} of the thread that hangs below, as it goes on and on in mails of some age"
_STYLE = 'style="font-family:Arial,sans-serif;font-size:13px"'


Mail = TypeVar("Mail", str, bytes)


def run(sizes: Sizes) -> list[Figure]:
    """Answers and messages a second of processor, beside their bounds."""
    often = 1 if sizes != FULL else 12
    texts = _texts() * often
    plain, markup = _message(with_plain=True), _message(with_plain=False)
    messages = [plain] * (25 * often)
    return [
        *_rated("answers read", sizes, texts, _read_answer, str.splitlines, ">= 1,500 by CPU"),
        *_rated("whole 17 KB messages read", sizes, messages, _read_message, _parse, ">= 800 by CPU"),
        *_rated("the same, HTML alone", sizes, [markup] * len(messages), _read_message, _parse, ""),
    ]


def _rated(
    name: str,
    sizes: Sizes,
    mails: Sequence[Mail],
    product: Callable[[Mail], object],
    bound: Callable[[Mail], object],
    goal: str,
) -> list[Figure]:
    product(mails[0])  # the words of all languages are read once
    pairs = interleaved(sizes.rounds, lambda: _sample(mails, product), lambda: _sample(mails, bound))
    wall, cpu = compared(name, "mail", pairs)
    rate = Figure("  by CPU alone", 1000 / cpu.value, "mail/s", 1000 / (cpu.bound or 1), cpu.ratio, goal)
    return [wall, rate]


def _sample(mails: Sequence[Mail], read: Callable[[Mail], object]) -> Sample:
    begun, cpu = time.perf_counter(), time.process_time()
    for mail in mails:
        read(mail)
    took, used = time.perf_counter() - begun, time.process_time() - cpu
    return Sample(len(mails) / took, 1000 * used / len(mails))


def _texts() -> list[str]:
    """The labelled set's texts with what their programs put below."""
    return [
        payload.decode()
        for mail in labelled_mails()
        if isinstance(payload := email.message_from_bytes(mail.raw).get_payload(decode=True), bytes)
    ]


def _read_answer(text: str) -> str:
    answer = read_text(text, "Ana Lopez")
    return answer.reply + answer.text


def _read_message(raw: bytes) -> list[tuple[str, str]]:
    return read_raw(raw).dones()


def _parse(raw: bytes) -> object:
    return email.message_from_bytes(raw)


def _message(*, with_plain: bool) -> bytes:
    """As Gmail writes it, with signatures in its headers and a thread below, filled up to the size."""
    lines = 20
    while len(raw := _message_of(lines, with_plain=with_plain)) < _MESSAGE_SIZE:
        lines += 5
    return raw


def _message_of(lines: int, *, with_plain: bool) -> bytes:
    message = EmailMessage()
    for hop in range(5):
        message["Received"] = _RECEIVED.format(hop)
    message["DKIM-Signature"] = "v=1; a=rsa-sha256; d=example.com; s=x; h=to:subject:from; b=" + "A" * 340
    message["ARC-Seal"] = "i=1; a=rsa-sha256; b=" + "B" * 340
    message["From"] = "Ana López <ana@example.com>"
    message["Subject"] = "Re: What'd you get done today? (Tue 24 Nov)"
    message["In-Reply-To"] = "<d.20261124-17.1@in.example.com>"
    typed = (
        "Hi team,",
        "",
        "- shipped the importer",
        "- [] pair with Ben",
        "! no DNS yet",
        "",
        "Thanks,",
        "Ana",
    )
    said = "On Tue, Nov 24, 2026 at 6:00 PM donelog <done+x@in.example.com> wrote:"
    thread = [_QUOTED_LINE.format(number) for number in range(lines)]
    markup = "".join(f"<div>{line or '<br>'}</div>" for line in typed)
    markup += f'<div class="gmail_quote"><div class="gmail_attr">{said}</div><blockquote class="gmail_quote">'
    markup += "\n".join(f"<div {_STYLE}>{line}</div>" for line in thread) + "</blockquote></div>"
    if with_plain:
        quoted = [f"> {line}" for line in thread]
        message.set_content("\n".join([*typed, "", said, "", *quoted]) + "\n")
        message.add_alternative(markup, subtype="html")
    else:
        message.set_content(markup, subtype="html")
    return message.as_bytes()
