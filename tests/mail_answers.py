"""The labelled set of answers in `tests/fixtures/mail/answers/`: mails as people write them, and their dones.

A file is a language; a mail is `## name | sender | tail | html?`, its text, `=>`, and a line for each done:
`- text`, `[] text` for a goal, `! text` for a blocker.  Tails are what mail programs put below.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

FOLDER = Path(__file__).parent / "fixtures" / "mail" / "answers"
_KINDS = {"- ": "done", "[] ": "goal", "! ": "blocker"}


@dataclass(frozen=True, slots=True)
class LabelledMail:
    language: str
    name: str
    sender: str
    typed: str
    """What she typed, as HTML where the mail is; a few bring what their program puts below."""
    raw: bytes
    dones: list[tuple[str, str]]


def labelled_mails() -> Iterator[LabelledMail]:
    tails = tomllib.loads((FOLDER / "tails.toml").read_text(encoding="utf-8"))
    for file in sorted(FOLDER.glob("*.txt")):
        for block in file.read_text(encoding="utf-8").split("## ")[1:]:
            yield _mail(file.stem, block, tails)


def attributions() -> list[str]:
    """What mail programs put above what they quote."""
    lines = (FOLDER.parent / "attributions.txt").read_text(encoding="utf-8").splitlines()
    return [line.replace("|", "\n") for line in lines]


def _mail(language: str, block: str, tails: dict[str, str]) -> LabelledMail:
    title, _, rest = block.partition("\n")
    name, sender, tail, *more = (each.strip() for each in title.split("|"))
    typed, _, wanted = rest.partition("\n=>")
    message = EmailMessage()
    message["From"] = f'"{sender}" <person@example.com>'
    message["To"] = "donelog <done+k7@in.example.com>"
    message["Subject"] = "Re: What'd you get done today? (Tue 24 Nov)"
    message["In-Reply-To"] = "<d.20261124-17.1@in.example.com>"
    subtype = "html" if more == ["html"] else "plain"
    message.set_content(typed + "\n" + tails[tail], subtype=subtype, charset="utf-8")
    dones = [
        (kind, line.removeprefix(mark))
        for line in wanted.split("\n")
        for mark, kind in _KINDS.items()
        if line.startswith(mark)
    ]
    return LabelledMail(language, name, sender, typed, message.as_bytes(), dones)
