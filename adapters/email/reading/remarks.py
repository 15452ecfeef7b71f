"""Words that stand under quoted lines, apart from what stands above all of them."""

from dataclasses import replace

from adapters.email.reading.answer import Answer
from adapters.email.reading.page import HERS, Judged, Verdict
from domain.dones import clean_text
from domain.replies import Remark

_REMEMBERED = 60
"""Quoted lines above a remark that are told with it."""
_MARKS = "> |»＞\t"


def split_remarks(answer: Answer) -> tuple[Answer, tuple[Remark, ...]]:
    """What she wrote above every quote, and each block of hers below one, with the lines quoted above it.

    `Thank you` under somebody's line is no end of a mail, unless something else stands above it and nothing
    quoted below it.
    """
    top: list[Judged] = []
    quoted: list[str] = []
    blocks: list[tuple[tuple[str, ...], list[Judged]]] = []
    polite: list[Judged] = []
    is_open = False
    for line in answer.lines:
        if line.verdict is Verdict.QUOTE:
            if is_open:
                blocks[-1][1].extend(polite)
            quoted.append(line.text.lstrip(_MARKS).rstrip())
            polite, is_open = [], False
        elif not quoted:
            top.append(line)
        elif line.verdict in HERS and is_open:
            blocks[-1][1].append(line)
        elif line.text.strip() and (
            line.verdict in HERS or (line.verdict is Verdict.CLOSING and not is_open)
        ):
            blocks.append((tuple(quoted[-_REMEMBERED:]), [_kept(line)]))
            is_open = True
        elif line.verdict is Verdict.CLOSING:
            polite.append(_kept(line))
    texts = ((above, clean_text(replace(answer, lines=block).text)) for above, block in blocks)
    remarks = tuple(Remark(above, text) for above, text in texts if text.strip())
    return replace(answer, lines=top), remarks


def _kept(line: Judged) -> Judged:
    return Judged(line.text, Verdict.KEPT, line.rule)
