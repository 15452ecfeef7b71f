"""Cut a message that is too big for a channel into parts; nothing is lost.

Sizes are counted as the worst of our renderers would write them: characters that markup escapes weigh more.
"""

from collections.abc import Iterator
from dataclasses import replace

from domain.messages import Actions, Block, Group, Heading, Message, Paragraph, Run, Text
from domain.people import Channel

ROOM = {Channel.SLACK: 9_000, Channel.DISCORD: 1_800}
"""How much one message holds: Slack refuses blocks of 13,200 characters in all, Discord contents of 2,000."""
MOST_BLOCKS = 40
"""Slack takes 50 blocks a message; a long group may need several."""
LONGEST_RUN = 1_500
_ESCAPED = frozenset("&<>*_~`|\\@#[]()-+.!:\u200b")
_HEAVIEST = 5
"""What one character weighs at most: `&` becomes `&amp;`."""
_AROUND_A_RUN = 4
_AROUND_A_BLOCK = 12


def split(message: Message, channel: Channel) -> list[Message]:
    """The message in parts that each fit; the first one has the subject, mail is never cut."""
    room = ROOM.get(channel)
    if room is None:
        return [message]
    parts: list[list[Block]] = [[]]
    used = 0
    for block in _pieces(message.blocks, room):
        size = _weight(block)
        if parts[-1] and (used + size > room or len(parts[-1]) >= MOST_BLOCKS):
            parts.append([])
            used = 0
        parts[-1].append(block)
        used += size
    return [replace(message, blocks=tuple(part)) for part in parts]


def _pieces(blocks: tuple[Block, ...], room: int) -> Iterator[Block]:
    """The blocks, those that would not fit into a message of their own cut at their items."""
    for block in blocks:
        if _weight(block) <= room:
            yield block
        elif isinstance(block, Group):
            yield from _group_pieces(block, room)
        elif isinstance(block, Paragraph):
            yield from (Paragraph(text) for text in _text_pieces(block.text, room))
        elif isinstance(block, Heading):
            yield Heading(block.text[: room // 8])
            yield from (Paragraph(text) for text in _text_pieces((Run(block.text[room // 8 :]),), room))
        else:
            yield block


def _group_pieces(group: Group, room: int) -> Iterator[Block]:
    """Groups of the same title; of a title that fills a message the end alone is repeated."""
    *before, title = _text_pieces(group.title, room // 4)
    yield from (Paragraph(text) for text in before)
    empty = _weight(Group(title, ()))
    items: list[Text] = []
    used = empty
    for item in (piece for each in group.items for piece in _text_pieces(each, room - empty)):
        size = _text_weight(item) + _AROUND_A_RUN
        if items and used + size > room:
            yield Group(title, tuple(items))
            items, used = [], empty
        items.append(item)
        used += size
    yield Group(title, tuple(items))


def _text_pieces(text: Text, room: int) -> Iterator[Text]:
    most = min(LONGEST_RUN, (room - _AROUND_A_BLOCK - _AROUND_A_RUN) // _HEAVIEST)
    piece: list[Run] = []
    used = 0
    for run in text:
        for start in range(0, len(run.text), most):
            short = replace(run, text=run.text[start : start + most])
            size = _run_weight(short)
            if piece and used + size > room - _AROUND_A_BLOCK:
                yield tuple(piece)
                piece, used = [], 0
            piece.append(short)
            used += size
    yield tuple(piece)


def _weight(block: Block) -> int:
    if isinstance(block, Heading):
        return _run_weight(Run(block.text)) + _AROUND_A_BLOCK
    if isinstance(block, Paragraph):
        return _text_weight(block.text) + _AROUND_A_BLOCK
    if isinstance(block, Actions):
        return sum(100 + len(action.label) for action in block.actions)
    items = sum(_text_weight(item) + _AROUND_A_RUN for item in block.items)
    return _text_weight(block.title) + items + _AROUND_A_BLOCK


def _text_weight(text: Text) -> int:
    return sum(_run_weight(run) for run in text)


def _run_weight(run: Run) -> int:
    escaped = sum(
        _HEAVIEST - 1 if character in "&<>" else 1 for character in run.text if character in _ESCAPED
    )
    return len(run.text) + escaped + _AROUND_A_RUN
