"""Reads one mail without a database: for `donelog mail read`, and as a filter in a pipe."""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

from adapters.email.automatic import why_automatic, why_automatic_text
from adapters.email.mime import Head, Texts, decoded_words, read_message
from adapters.email.reading.answer import Answer, read_texts
from domain.commands import Record
from domain.dones import clean_text, read_lines
from domain.grammar import read_message as read_command

_LONGEST_ADDRESS = 1_000


@dataclass(frozen=True, slots=True)
class _Signs:
    envelope_from: str | None
    envelope_to: tuple[str, ...]
    from_address: str
    subject: str
    headers: Head


@dataclass(frozen=True, slots=True)
class ReadMail:
    """What one mail says."""

    answer: Answer
    automatic: str = ""
    """Why it is taken for a program's; empty when a person wrote it."""

    def dones(self) -> list[tuple[str, str]]:
        """Kind (`done`, `goal`, `blocker`) and text of each; none in a command or a program's mail."""
        if self.automatic:
            return []
        text = clean_text(self.answer.text)
        command = read_command(text, lambda _: False)
        if not isinstance(command, Record):
            return []
        return [(line.kind.word, line.text) for line in read_lines(command.text, {})]

    def as_json(self) -> dict[str, Any]:
        """Reply, dones, whether it is a program's and why, and every line with its verdict."""
        return {
            "reply": self.answer.reply,
            "dones": [{"kind": kind, "text": text} for kind, text in self.dones()],
            "auto": bool(self.automatic),
            "why": self.automatic,
            "lines": [
                {"text": line.text, "verdict": line.verdict.value, "rule": line.rule}
                for line in self.answer.lines
            ],
        }


def read_raw(raw: bytes) -> ReadMail:
    """Read a whole message."""
    head, texts = read_message(raw)
    signs, name = _signs(head)
    answer = read_texts(texts, name)
    return ReadMail(answer, why_automatic(signs) or why_automatic_text(answer.lines))


def read_plain(text: str) -> ReadMail:
    """Read the decoded text of a mail, without its headers."""
    answer = read_texts(Texts(text.replace("\r\n", "\n").replace("\r", "\n"), str))
    return ReadMail(answer, why_automatic_text(answer.lines))


def read_jsonl(lines: Iterable[bytes]) -> Iterator[str]:
    """A line of JSON for each line of JSON; one that holds no mail gets the reason as `error`."""
    for line in lines:
        if line.strip():
            yield json.dumps(_answer(line))  # in ASCII: U+2028 ends a line for many who read it


def _answer(line: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(line)
        mail = _asked_mail(asked)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, binascii.Error) as error:
        return {"id": None, "error": f"no mail in this line: {error}"}
    told = mail.as_json()
    return {"id": asked.get("id"), "reply": told["reply"], "dones": told["dones"], "auto": told["auto"]}


def _asked_mail(asked: Mapping[str, Any]) -> ReadMail:
    if "text" in asked:
        return read_plain(asked["text"])
    return read_raw(base64.b64decode(asked["raw_b64"]))


def _signs(head: Head) -> tuple[_Signs, str]:
    """The signs of an automatic mail, and the sender's name."""
    sender = head.line("from")[:_LONGEST_ADDRESS]
    name, address = parseaddr(sender) if sender.count("(") < 2 else ("", "")  # noqa: PLR2004 -- it recurses
    signs = _Signs(
        envelope_from=None,
        envelope_to=(),
        from_address=address.lower(),
        subject=decoded_words(head.line("subject")),
        headers=head,
    )
    return signs, decoded_words(name)
