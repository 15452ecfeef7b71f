"""A message as Block Kit.

What people typed goes into rich text alone, where Slack looks for no markup, mention or link, so that nothing
needs to be escaped and nothing can come alive: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, assert_never

from adapters.common.reading_direction import isolated_lines
from domain.messages import Action, Actions, Block, Group, Heading, Message, Paragraph, Run, Style, Text
from domain.render_cache import Sign

Json = dict[str, Any]

MOST_IN_BLOCK = 3_000
"""Characters of one block: https://docs.slack.dev/reference/block-kit/blocks/section-block."""
MOST_IN_HEADER = 150
"""https://docs.slack.dev/reference/block-kit/blocks/header-block."""
MOST_BLOCKS = 50
"""Blocks of a message: https://docs.slack.dev/reference/block-kit/blocks."""
MOST_ELEMENTS = 100
MOST_BUTTONS = 25
"""https://docs.slack.dev/reference/block-kit/blocks/actions-block."""
MOST_ON_BUTTON = 75
"""https://docs.slack.dev/reference/block-kit/block-elements/button-element."""
MOST_IN_FALLBACK = 3_000

_STYLES: dict[Style, Json] = {
    Style.PLAIN: {},
    Style.STRONG: {"style": {"bold": True}},
    Style.MUTED: {"style": {"italic": True}},
    Style.CODE: {"style": {"code": True}},
}


@dataclass(frozen=True, slots=True)
class _Line:
    runs: Text
    bullet: bool = False

    @property
    def size(self) -> int:
        return sum(len(run.text) for run in self.runs)


def render(message: Message, sign: Sign) -> Json:
    """`blocks`, and the `text` that notifications show, for any method or address that posts.

    Args:
        message: what to say; it must fit into one message as a whole.
        sign: makes a button's value of its command; a ValueError where that does not fit.
    """
    blocks = [block for each in message.blocks for block in _render(each, sign)]
    actions = (element for block in blocks if block["type"] == "actions" for element in block["elements"])
    for number, element in enumerate(actions):
        element["action_id"] = f"command-{number}"
    return {"text": fallback(message), "blocks": blocks if len(blocks) <= MOST_BLOCKS else _joined(blocks)}


def fallback(message: Message) -> str:
    """The line that a notification shows; escaped, since Slack looks for mentions in it.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    shown = isolated_lines(message.subject[:MOST_IN_FALLBACK])
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _render(block: Block, sign: Sign) -> Sequence[Json]:
    if not isinstance(block, Actions):
        return _words(block)
    buttons = [button for action in block.actions for button in _button(action, sign)]
    rows = range(0, len(buttons), MOST_BUTTONS)
    return [{"type": "actions", "elements": buttons[at : at + MOST_BUTTONS]} for at in rows]


@lru_cache(maxsize=64)
def _words(block: Heading | Paragraph | Group) -> Sequence[Json]:
    """The same for all who are told the same, which is a whole batch; nobody may change it."""
    match block:
        case Heading():
            return _heading(block)
        case Paragraph():
            return _packed([_Line(block.text)])
        case Group():
            title = tuple(_bold(run) for run in block.title)
            return _packed([_Line(title), *(_Line(item, bullet=True) for item in block.items)])
        case _:
            assert_never(block)


def _heading(block: Heading) -> list[Json]:
    words = isolated_lines(" ".join(block.text.split()))
    if not words:
        return []
    if len(words) > MOST_IN_HEADER:
        return _packed([_Line((Run(block.text, Style.STRONG),))])
    return [{"type": "header", "text": _plain(words)}]


def _bold(run: Run) -> Run:
    return Run(run.text, Style.STRONG) if run.style is Style.PLAIN else run


def _button(action: Action, sign: Sign) -> list[Json]:
    """None for a command that no button holds, a long search say: what can be typed stands beside it."""
    try:
        value = sign(action.command)
    except ValueError:
        return []
    label = isolated_lines(action.label[: MOST_ON_BUTTON - 2])
    return [{"type": "button", "text": _plain(label), "value": value}]


def _plain(words: str) -> Json:
    return {"type": "plain_text", "text": words, "emoji": False}


def _packed(lines: Sequence[_Line]) -> list[Json]:
    """Rich text blocks that hold these lines, none of them longer than a block may be."""
    blocks: list[list[_Line]] = [[]]
    for line in (piece for each in lines for piece in _pieces(each)):
        used = sum(each.size for each in blocks[-1])
        if blocks[-1] and (used + line.size > MOST_IN_BLOCK or len(blocks[-1]) == MOST_ELEMENTS):
            blocks.append([])
        blocks[-1].append(line)
    return [{"type": "rich_text", "elements": _elements(held)} for held in blocks if held]


def _pieces(line: _Line) -> Iterator[_Line]:
    """The line, cut where it is longer than a block; only its first piece has a bullet."""
    runs: list[Run] = []
    left, bullet = MOST_IN_BLOCK, line.bullet
    for run in line.runs:
        rest = isolated_lines(run.text)
        while rest:
            runs.append(Run(rest[:left], run.style))
            rest, left = rest[left:], left - len(runs[-1].text)
            if not left:
                yield _Line(tuple(runs), bullet)
                runs, left, bullet = [], MOST_IN_BLOCK, False
    if runs:
        yield _Line(tuple(runs), bullet)


def _elements(lines: Sequence[_Line]) -> list[Json]:
    """A section for each line; bullets that follow each other share a list."""
    elements: list[Json] = []
    for line in lines:
        section = {"type": "rich_text_section", "elements": [_text(run) for run in line.runs]}
        if not line.bullet:
            elements.append(section)
        elif elements and elements[-1]["type"] == "rich_text_list":
            elements[-1]["elements"].append(section)
        else:
            elements.append({"type": "rich_text_list", "style": "bullet", "elements": [section]})
    return elements


def _text(run: Run) -> Json:
    return {"type": "text", "text": run.text, **_STYLES[run.style]}


def _joined(blocks: Sequence[Json]) -> list[Json]:
    """Fewer blocks: rich text that follows rich text shares its block as far as that holds it."""
    joined: list[Json] = []
    for block in blocks:
        last = joined[-1] if joined else None
        if last and last["type"] == block["type"] == "rich_text" and _fits(last, block):
            joined[-1] = {**last, "elements": [*last["elements"], *block["elements"]]}
        else:
            joined.append(block)
    return joined


def _fits(held: Json, more: Json) -> bool:
    return (
        _size(held) + _size(more) <= MOST_IN_BLOCK
        and len(held["elements"]) + len(more["elements"]) <= MOST_ELEMENTS
    )


def _size(element: Json) -> int:
    return len(element.get("text", "")) + sum(_size(each) for each in element.get("elements", []))
