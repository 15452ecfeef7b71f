"""A mail's texts read: every line judged, and what is left as the sender's things, one a line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from adapters.email.mime import Texts, is_markup
from adapters.email.reading.html_answers import Signs
from adapters.email.reading.html_colours import announced_colour
from adapters.email.reading.html_text import visible_text
from adapters.email.reading.html_typed import may_be_typed_into
from adapters.email.reading.language_files import words
from adapters.email.reading.named import marks_of
from adapters.email.reading.page import ORIGINAL, QUOTE, Judged, Verdict
from adapters.email.reading.paragraphs import answer_lines
from adapters.email.reading.reply import hers, judge, judging
from adapters.email.reading.steps import Steps, done
from adapters.email.reading.words import fold

_STUB = re.compile(
    r"view (?:this|it) (?:email|message) in|not support|mail.?(?:client|program|reader)"
    r"|cliente? (?:de correo|di posta|de messagerie)|votre messagerie|multi-part message|html(?<=\bhtml)\b"
)
"""What stands, folded, in a text for programs that show no HTML; a person's words stand in the HTML too.

Each way begins with a letter, so that hardly a place in a text is tried.
"""
_LONGEST_STUB = 300
_NOT_HERS = (QUOTE, ORIGINAL)


@dataclass(frozen=True, slots=True)
class Answer:
    """One text of a mail, read."""

    lines: Sequence[Judged]
    """Every line of the text that was read, with its verdict and the rule behind it."""
    flowed: bool = False
    """Whether it is format=flowed, and whether `delsp=yes` says so too: https://www.rfc-editor.org/rfc/rfc3676."""
    delsp: bool = False

    @property
    def reply(self) -> str:
        """What she typed, as she typed it: the greeting too, broken lines as they came."""
        return hers(self.lines)

    @property
    def text(self) -> str:
        """Her things, one a line, as the domain wants them; her greeting when she wrote nothing else."""
        things = answer_lines(self.lines, words(), flowed=self.flowed, delsp=self.delsp)
        return "\n".join(things) or self._greeting

    @property
    def _greeting(self) -> str:
        return "\n".join(line.text.strip() for line in self.lines if line.verdict is Verdict.GREETING)


def read_text(text: str, sender_name: str = "", *, flowed: bool = False, delsp: bool = False) -> Answer:
    """Read one text with line feeds.

    Args:
        text: The whole text, decoded.
        sender_name: Her name as the mail's From has it, so that it is known at the end.
        flowed: The text is format=flowed (RFC 3676).
        delsp: And the space at the end of a flowed line is not part of the text.
    """
    return Answer(judge(text, sender_name), flowed=flowed, delsp=delsp)


def read_texts(texts: Texts, sender_name: str = "") -> Answer:
    """Read the plain text, or the HTML where the plain one is empty, a stub or HTML itself.

    And where she typed inside of an original: in a plain text nothing tells her words from those around.
    """
    return done(reading_texts(texts, sender_name))


def reading_texts(texts: Texts, sender_name: str = "") -> Steps[Answer]:
    """The same in steps."""
    if is_markup(texts.plain):
        texts = Texts("", partial(str, texts.html or texts.plain))
    lines = yield from judging(texts.plain, sender_name)
    yield
    answer = Answer(lines, flowed=texts.flowed, delsp=texts.delsp)
    plain = answer.reply
    is_stub = len(plain) < _LONGEST_STUB and _STUB.search(fold(plain)) is not None
    if (is_stub or not plain.strip() or _is_told_by_html(answer, plain, texts, sender_name)) and texts.html:
        better = _read_html(texts.html, sender_name)
        if better.reply:
            return better
    return answer


def _is_told_by_html(answer: Answer, reply: str, texts: Texts, sender_name: str) -> bool:
    if _signs(reply, texts.plain, sender_name) is not None:
        return any(line.verdict in _NOT_HERS for line in answer.lines)
    return any(line.verdict is ORIGINAL for line in answer.lines) and may_be_typed_into(texts.html)


def _read_html(markup: str, sender_name: str) -> Answer:
    answer = read_text(visible_text(markup), sender_name)
    signs = _signs(answer.reply, markup, sender_name)
    return read_text(visible_text(markup, signs), sender_name) if signs is not None else answer


def _signs(reply: str, text: str, sender_name: str) -> Signs | None:
    """By what something inside of the original is known as hers; None when nothing may be."""
    names = marks_of(sender_name, text)
    colour = announced_colour(reply, words())
    return Signs(colour, names) if colour or names else None
