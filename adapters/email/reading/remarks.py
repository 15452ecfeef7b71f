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
    """What she wrote above every quote, and each block of hers below one, with the lines quoted above it."""
    top: list[Judged] = []
    quoted: list[str] = []
    blocks: list[tuple[tuple[str, ...], list[Judged]]] = []
    is_open = False
    for line in answer.lines:
        if line.verdict is Verdict.QUOTE:
            quoted.append(line.text.lstrip(_MARKS).rstrip())
            is_open = False
        elif not quoted or line.verdict not in HERS:
            top.append(line)
        elif is_open:
            blocks[-1][1].append(line)
        elif line.text.strip():
            blocks.append((tuple(quoted[-_REMEMBERED:]), [line]))
            is_open = True
    texts = ((above, clean_text(replace(answer, lines=block).text)) for above, block in blocks)
    remarks = tuple(Remark(above, text) for above, text in texts if text.strip())
    return replace(answer, lines=top), remarks
