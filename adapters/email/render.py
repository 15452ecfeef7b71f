"""A message as a mail: subject, plain text and HTML, each telling the whole of it."""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import assert_never

import jinja2
from markupsafe import Markup

from adapters.common.templates import load_template
from adapters.email.addresses import NAME
from adapters.email.bidi import FSI, isolated
from domain.commands import Command
from domain.dones import clean_text
from domain.messages import Actions, Block, Group, Heading, Message, Paragraph, Run, Style, Text

STOP = "Not for you? Stop these emails"
"""The label of the link at the foot of whatever is sent regularly."""
_WIDTH = 72
_LONGEST_SUBJECT = 200
_PREHEADER_PADDING = "\u034f\u200c " * 40
"""Keeps mail programs from showing the beginning of the text behind a short preheader."""


@dataclass(frozen=True, slots=True)
class RenderedMail:
    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Links:
    """What a mail links to."""

    act: Callable[[Command], str] | None
    """The page that asks before it acts, empty for what no link can carry; None: there is no public address.
    What can be typed must then do."""
    stop: str = ""
    """Stops these mails; empty where the mail is no regular one, or there is no way."""


def render(message: Message, links: Links) -> RenderedMail:
    """The mail.  Whatever people typed is escaped, and cannot turn the reading direction around it."""
    buttons = {id(block): _buttons(block, links) for block in message.blocks if isinstance(block, Actions)}
    text = "\n\n".join(part for block in message.blocks if (part := _block_text(block, buttons)))
    if links.stop:
        text += f"\n\n-- \n{STOP}: {links.stop}"
    html = _template().render(
        message=message,
        blocks=[_block_html(block, buttons) for block in message.blocks],
        preheader=isolated(_one_line(message.preheader)),
        padding=_PREHEADER_PADDING,
        stop=links.stop,
        stop_label=STOP,
    )
    subject = _one_line(message.subject)[:_LONGEST_SUBJECT] or NAME
    return RenderedMail(subject, text + "\n", html)


@dataclass(frozen=True, slots=True)
class _Button:
    label: str
    url: str


def _buttons(block: Actions, links: Links) -> list[_Button]:
    act = links.act
    if act is None:
        return []
    made = (_Button(each.label, act(each.command)) for each in block.actions)
    return [button for button in made if button.url]


def _block_text(block: Block, buttons: dict[int, list[_Button]]) -> str:
    match block:
        case Heading():
            title = _one_line(block.text)
            return f"{title}\n{'=' * min(len(title), _WIDTH)}"
        case Paragraph():
            return _wrapped(_runs_text(block.text), "", "")
        case Group():
            items = [_wrapped(_runs_text(item), "- ", "  ") for item in block.items]
            return "\n".join((_wrapped(_runs_text(block.title), "", ""), *items))
        case Actions():
            return "\n".join(f"{button.label}: {button.url}" for button in buttons[id(block)])
        case _:
            assert_never(block)


def _runs_text(runs: Text) -> str:
    return "".join(
        f"“{isolated(run.text)}”" if run.style is Style.CODE else isolated(run.text) for run in runs
    )


def _wrapped(text: str, first: str, rest: str) -> str:
    """Lines of at most 72 characters, broken at blanks alone, so that no address or word is torn.

    Text with an isolate stays on one line, with which the isolate would end.
    """
    if FSI in text:
        return first + " ".join(text.split("\n"))
    lines = textwrap.wrap(
        text.replace("\n", " "),
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines)


def _block_html(block: Block, buttons: dict[int, list[_Button]]) -> dict[str, object]:
    match block:
        case Heading():
            return {"kind": "heading", "text": isolated(_one_line(block.text))}
        case Paragraph():
            return {"kind": "paragraph", "runs": _runs_html(block.text)}
        case Group():
            return {
                "kind": "group",
                "title": _runs_html(block.title),
                "items": [_runs_html(each) for each in block.items],
            }
        case Actions():
            return {"kind": "actions", "buttons": buttons[id(block)]}
        case _:
            assert_never(block)


_TAGS = {
    Style.PLAIN: Markup("{}"),
    Style.STRONG: Markup("<strong>{}</strong>"),
    Style.MUTED: Markup('<span class="muted" style="color:#5f6368">{}</span>'),
    Style.CODE: Markup(
        '<code class="code" style="font-family:ui-monospace,Menlo,Consolas,monospace;font-size:14px;'
        'background-color:#f1f3f4;padding:1px 4px;border-radius:3px">{}</code>'
    ),
}


def _runs_html(runs: Sequence[Run]) -> Markup:
    return Markup().join(_TAGS[run.style].format(isolated(run.text)) for run in runs)


def _one_line(text: str) -> str:
    return " ".join(clean_text(text).split())


@cache
def _template() -> jinja2.Template:
    return load_template(Path(__file__).parent / "templates", "message.html.j2")
