"""Words that stand under quoted lines, apart from what stands above all of them."""

from collections.abc import Sequence
from dataclasses import replace

from adapters.email.reading.answer import Answer
from adapters.email.reading.page import HERS, KEPT, QUOTE, Judged, Verdict
from adapters.email.reading.reply import judge
from domain.dones import clean_text
from domain.replies import Remark

_SPOKEN = (*HERS, Verdict.CLOSING)
_WORDS = "Signed the lease for the new office."
_REMEMBERED = 60
"""Quoted lines above a remark that are told with it."""
_MARKS = "> |»＞\t"


def split_remarks(answer: Answer, sender_name: str = "") -> tuple[Answer, tuple[Remark, ...]]:
    """What she wrote above every quote, and each block of hers below one, with the lines quoted above it."""
    top: list[Judged] = []
    quoted: list[str] = []
    blocks: list[tuple[tuple[str, ...], list[Judged]]] = []
    is_open = False
    for line in answer.lines:
        if line.verdict is QUOTE:
            quoted.append(line.text.lstrip(_MARKS).rstrip())
            is_open = False
        elif not quoted:
            top.append(line)
        elif is_open:
            blocks[-1][1].append(line)
        elif line.text.strip() and line.verdict in _SPOKEN:
            blocks.append((tuple(quoted[-_REMEMBERED:]), [line]))
            is_open = True
    ends = [False] * (len(blocks) - 1) + [is_open] if blocks else []
    said = (
        (above, _at_the_end(block, sender_name) if is_end else _between(block))
        for (above, block), is_end in zip(blocks, ends, strict=True)
    )
    texts = ((above, clean_text(_text(answer, lines))) for above, lines in said)
    remarks = tuple(Remark(above, text) for above, text in texts if text.strip())
    return replace(answer, lines=top), remarks


def _text(answer: Answer, lines: list[Judged]) -> str:
    """Broken lines joined, unless that leaves out a word: a courtesy is no done, but may be a remark."""
    typed = "\n".join(line.text.strip() for line in lines).strip()
    joined = replace(answer, lines=lines).text
    return joined if joined.split() == typed.split() else typed


def _between(block: Sequence[Judged]) -> list[Judged]:
    """Where something quoted follows `thank you` ends no mail: it is what she says."""
    return [Judged(line.text, KEPT, line.rule) for line in block if line.verdict in _SPOKEN]


def _at_the_end(block: Sequence[Judged], sender_name: str) -> list[Judged]:
    """The last block, judged once more below words of hers: by itself her name would pass for an answer.

    A closing alone in its paragraph is what she says.
    """
    lines = judge("\n".join((_WORDS, *(line.text for line in block))), sender_name)[1:]
    if any(line.verdict in HERS and line.text.strip() for line in lines):
        return [line for line in lines if line.verdict in HERS]
    is_alone = len(lines) == 1 or not lines[1].text.strip()
    return [Judged(lines[0].text, KEPT, lines[0].rule)] if is_alone else []
