"""A message as Discord takes it: content in markdown, buttons below.

https://docs.discord.com/developers/resources/message#create-message
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, assert_never

from adapters.discord.markdown import is_blank, markdown, one_line, unstyled
from domain.messages import Action, Actions, Block, Group, Heading, Message, Paragraph, Run, Style, Text
from domain.render_cache import Sign

Json = dict[str, Any]

MOST_IN_ROW = 5
MOST_ROWS = 5
"""https://docs.discord.com/developers/components/reference#action-row."""
MOST_ON_BUTTON = 80
"""https://docs.discord.com/developers/components/reference#button."""
ROW, BUTTON, GREY = 1, 2, 2
NO_PREVIEWS = 1 << 2
"""The flag SUPPRESS_EMBEDS: addresses show no pictures of where they lead."""


def render(message: Message, sign: Sign | None) -> Json:
    """The body of a message, for any path that takes one.

    Args:
        message: what to say; it must fit into one message as a whole.
        sign: makes a button's `custom_id` of its command, a ValueError where that does not fit; None: nobody
            can press one, so there are none.
    """
    lines = [line for block in message.blocks for line in _lines(block)]
    return {
        "content": "\n".join(lines),
        "components": _rows(message, sign) if sign is not None else [],
        "allowed_mentions": {"parse": []},
        "flags": NO_PREVIEWS,
    }


@lru_cache(maxsize=64)
def _lines(block: Block) -> Sequence[str]:
    """The same for all who are told the same, which is a whole batch."""
    match block:
        case Heading():
            words = one_line((Run(block.text),))
            return [] if is_blank(words) else [f"### {markdown(words)}"]
        case Paragraph():
            return _paragraph(block.text)
        case Group():
            title = tuple(_bold(run) for run in one_line(block.title))
            items = [one_line(item) for item in block.items]
            shown = [] if is_blank(title) else [markdown(title)]
            return [*shown, *(f"- {markdown(item)}" for item in items if not is_blank(item))]
        case Actions():
            return []
        case _:
            assert_never(block)


def _paragraph(text: Text) -> list[str]:
    """What is only said in passing is small print; elsewhere such words are slanted."""
    if is_blank(text):
        return []
    styles = {run.style for run in text if run.text.strip()}
    if Style.MUTED in styles and styles <= {Style.MUTED, Style.CODE}:
        small = (Run(run.text, Style.PLAIN if run.style is Style.MUTED else run.style) for run in text)
        return [f"-# {markdown(one_line(tuple(small)))}"]
    return [markdown(text)]


def _bold(run: Run) -> Run:
    return Run(run.text, Style.STRONG) if run.style is Style.PLAIN else run


def _rows(message: Message, sign: Sign) -> list[Json]:
    """Rows of buttons; the same command twice would be refused, so it is there once."""
    actions = (action for block in message.blocks if isinstance(block, Actions) for action in block.actions)
    buttons = {custom_id: action for action in actions for custom_id in _signed(action, sign)}
    each = [_button(action, custom_id) for custom_id, action in buttons.items()]
    rows = [each[at : at + MOST_IN_ROW] for at in range(0, len(each), MOST_IN_ROW)]
    return [{"type": ROW, "components": row} for row in rows[:MOST_ROWS]]


def _signed(action: Action, sign: Sign) -> list[str]:
    """Nothing for a command that no button holds, a long search say: what can be typed stands beside it."""
    try:
        return [sign(action.command)]
    except ValueError:
        return []


def _button(action: Action, custom_id: str) -> Json:
    label = unstyled(action.label[: MOST_ON_BUTTON - 2]) or "…"
    return {"type": BUTTON, "style": GREY, "label": label, "custom_id": custom_id}
