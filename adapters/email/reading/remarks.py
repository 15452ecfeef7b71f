"""Words that stand under quoted lines, apart from what stands above all of them."""

from collections.abc import Sequence
from dataclasses import replace

from adapters.email.reading.answer import Answer
from adapters.email.reading.page import HERS, Judged, Verdict
from domain.dones import clean_text
from domain.replies import Remark

_SPOKEN = HERS | {Verdict.CLOSING}
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
        elif not quoted:
            top.append(line)
        elif is_open:
            blocks[-1][1].append(line)
        elif line.text.strip() and line.verdict in _SPOKEN:
            blocks.append((tuple(quoted[-_REMEMBERED:]), [line]))
            is_open = True
    said = ((above, _said(block, is_last=block is blocks[-1][1] and is_open)) for above, block in blocks)
    texts = ((above, clean_text(replace(answer, lines=lines).text)) for above, lines in said)
    remarks = tuple(Remark(above, text) for above, text in texts if text.strip())
    return replace(answer, lines=top), remarks


def _said(block: Sequence[Judged], *, is_last: bool) -> list[Judged]:
    """A block without the end of the mail: `thank you` under somebody's line may be all there is to say."""
    is_signed = any(line.verdict is Verdict.SIGNATURE for line in block)
    closings = [line for line in block if line.verdict is Verdict.CLOSING and line.text.strip()]
    has_words = any(line.verdict in HERS and line.text.strip() for line in block)
    ends = closings if is_last and has_words else closings[-1:] if is_last and is_signed else []
    spoken = [line for line in block if line.verdict in _SPOKEN and line not in ends]
    return [Judged(line.text, Verdict.KEPT, line.rule) for line in spoken]
