"""The pages themselves: one column, readable on a phone, with and without a dark background."""

import base64
import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import assert_never

import jinja2
from markupsafe import Markup

from adapters.common.templates import load_template
from adapters.web.questions import Question
from domain.commands import Command
from domain.messages import Actions, Block, Group, Heading, Message, Paragraph, Style, Text

STYLE = """
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 36rem; padding: 2rem 1rem; font: 1rem/1.5 system-ui, sans-serif;
  color: #202124; background: #fff; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; }
.muted { color: #5f6368; }
code { background: #f1f3f4; border-radius: 3px; padding: 1px 4px; }
button, .button { display: inline-block; font: inherit; font-weight: 600; padding: .6rem 1.1rem;
  border: 1px solid #1a56b0; border-radius: 6px; background: #1a56b0; color: #fff; text-decoration: none; }
@media (prefers-color-scheme: dark) {
  body { color: #e8eaed; background: #17181a; }
  .muted { color: #a5abb2; }
  code { background: #2c2e31; }
}
"""
STYLE_HASH = "sha256-" + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
"""What the Content-Security-Policy lets through."""
_TAGS = {
    Style.PLAIN: Markup("{}"),
    Style.STRONG: Markup("<strong>{}</strong>"),
    Style.MUTED: Markup('<span class="muted">{}</span>'),
    Style.CODE: Markup("<code>{}</code>"),
}


def question_page(question: Question) -> str:
    return _render(question.title, [Markup("<p>{}</p>").format(question.sentence)], question.button)


def notice_page(title: str, sentence: str) -> str:
    return _render(title, [Markup("<p>{}</p>").format(sentence)])


def answer_page(message: Message, sign: Callable[[Command], str]) -> str:
    """A message of ours; its actions lead to further pages."""
    return _render(message.subject, [_block(block, sign) for block in message.blocks])


def _block(block: Block, sign: Callable[[Command], str]) -> Markup:
    match block:
        case Heading():
            return Markup("<h2><bdi>{}</bdi></h2>").format(block.text)
        case Paragraph():
            return Markup("<p>{}</p>").format(_runs(block.text))
        case Group():
            items = Markup().join(Markup("<li>{}</li>").format(_runs(item)) for item in block.items)
            return Markup("<p><strong>{}</strong></p><ul>{}</ul>").format(_runs(block.title), items)
        case Actions():
            links = (_link(sign(each.command), each.label) for each in block.actions)
            return Markup("<p>{}</p>").format(Markup().join(links))
        case _:
            assert_never(block)


def _link(token: str, label: str) -> Markup:
    """Relative, so that it works behind a public address with a path."""
    return Markup('<a class="button" href="../do/{}">{}</a> ').format(token, label) if token else Markup()


def _runs(runs: Text) -> Markup:
    return Markup().join(_TAGS[run.style].format(_isolated(run.text)) for run in runs)


def _isolated(words: str) -> str | Markup:
    """Between `bdi` where it is not ASCII, so that it cannot turn the direction of what is around it."""
    return words if words.isascii() else Markup("<bdi>{}</bdi>").format(words)


def _render(title: str, blocks: list[Markup], button: str = "") -> str:
    return _template().render(title=title, blocks=blocks, button=button, style=Markup(STYLE))  # noqa: S704 -- our own style sheet


@cache
def _template() -> jinja2.Template:
    return load_template(Path(__file__).parent / "templates", "page.html.j2")
