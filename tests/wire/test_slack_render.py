"""Messages as Block Kit: as in the golden files, within Slack's limits, with nothing alive in them."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.render import (
    MOST_BLOCKS,
    MOST_BUTTONS,
    MOST_IN_BLOCK,
    MOST_IN_HEADER,
    MOST_ON_BUTTON,
    render,
)
from domain.commands import Command, NothingToday
from domain.messages import Action, Actions, Group, Heading, Message, Paragraph, Run, Style, text
from domain.people import Channel
from simulators.slack import blockkit
from tests.examples import HOSTILE, examples
from tests.golden_files import check_golden

EXAMPLES = examples(Channel.SLACK)
NOTHING = NothingToday(date(2026, 11, 24))
DIRECTION = "".join(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
NASTY = st.text(alphabet="<>&@!#|*_~`:()[]\n ab" + DIRECTION + "אب\u0301👍") | st.text()


def sign(command: Command) -> str:
    return f"signed-{type(command).__name__}"


def runs(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every element of rich text that holds no other."""
    for block in blocks:
        if "elements" in block:
            yield from runs(block["elements"])
        elif block["type"] not in {"header", "button"}:
            yield block


def words(blocks: list[dict[str, Any]]) -> str:
    """All the text that people read, without the marks that close in what reads from right to left."""
    found: list[str] = []
    for block in blocks:
        if block["type"] in {"header", "button"}:
            found.append(block["text"]["text"])
        elif block["type"] == "text":
            found.append(block["text"])
        else:
            found.append(words(block["elements"]))
    return "".join(found).translate(dict.fromkeys(map(ord, DIRECTION)))


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_looks_as_its_golden_file(name: str) -> None:
    rendered = json.dumps(render(EXAMPLES[name], sign), indent=2, ensure_ascii=False)
    check_golden(f"slack/{name}.json", rendered + "\n")


@pytest.mark.parametrize("name", EXAMPLES)
def test_slack_takes_every_example(name: str) -> None:
    assert blockkit.complaints(render(EXAMPLES[name], sign)["blocks"]) == []


@given(NASTY, st.sampled_from(Style))
def test_no_text_comes_alive(typed: str, style: Style) -> None:
    run = Run(typed, style)
    message = Message((Heading(typed), Paragraph((run,)), Group((run,), ((run,),))), subject=typed)
    rendered = render(message, sign)
    assert {run["type"] for run in runs(rendered["blocks"])} <= {"text"}
    assert "mrkdwn" not in json.dumps(rendered["blocks"])
    assert "<" not in rendered["text"]
    assert ">" not in rendered["text"]
    assert blockkit.complaints(rendered["blocks"]) == []


@given(NASTY)
def test_no_text_turns_what_stands_beside_it(typed: str) -> None:
    blocks = render(Message((Paragraph((Run("a"), Run(typed), Run("b"))),), subject=""), sign)["blocks"]
    for run in runs(blocks):
        for line in run["text"].split("\n"):
            turns = [mark for mark in line if mark in DIRECTION]
            assert turns in ([], ["\u2068", "\u2069"])


@given(NASTY)
def test_nothing_that_was_typed_is_lost(typed: str) -> None:
    rendered = render(Message((Group(text("Ada"), (text(typed),)),), subject=""), sign)
    assert words(rendered["blocks"]) == "Ada" + typed.translate(dict.fromkeys(map(ord, DIRECTION)))


def test_the_notification_shows_mentions_as_text() -> None:
    rendered = render(Message((), subject=HOSTILE), sign)
    assert "&lt;!channel&gt;" in rendered["text"]
    assert "&lt;@U1&gt;" in rendered["text"]


def test_a_long_text_is_cut_into_blocks_and_stays_whole() -> None:
    typed = "".join(chr(0x4E00 + at % 20_000) for at in range(8_000))
    blocks = render(Message((Paragraph(text(typed)),), subject=""), sign)["blocks"]
    assert [len(words([block])) for block in blocks] == [MOST_IN_BLOCK, MOST_IN_BLOCK, 2_000]
    assert words(blocks) == typed


def test_the_rest_of_a_long_line_has_no_bullet_of_its_own() -> None:
    blocks = render(Message((Group(text("Ada"), (text("x" * 3_500),)),), subject=""), sign)["blocks"]
    kinds = [element["type"] for block in blocks for element in block["elements"]]
    assert kinds == ["rich_text_section", "rich_text_list", "rich_text_section"]


def test_a_heading_too_long_for_a_header_is_bold_text() -> None:
    blocks = render(Message((Heading("x" * (MOST_IN_HEADER + 1)),), subject=""), sign)["blocks"]
    assert blocks[0]["type"] == "rich_text"
    assert words(blocks) == "x" * (MOST_IN_HEADER + 1)


def test_empty_texts_make_no_blocks() -> None:
    empty = Message((Heading(" "), Paragraph(()), Paragraph(text("")), Actions(())), subject="")
    assert render(empty, sign) == {"text": "", "blocks": []}


def test_buttons_carry_signed_commands_and_names_of_their_own() -> None:
    action = Action("Nothing today", NOTHING)
    actions = Actions((action,) * (MOST_BUTTONS + 1))
    blocks = render(Message((actions, actions), subject=""), sign)["blocks"]
    buttons = [element for block in blocks for element in block["elements"]]
    assert {button["value"] for button in buttons} == {"signed-NothingToday"}
    assert len({button["action_id"] for button in buttons}) == 2 * (MOST_BUTTONS + 1)
    assert [len(block["elements"]) for block in blocks] == [MOST_BUTTONS, 1, MOST_BUTTONS, 1]


def test_a_label_is_cut_to_what_a_button_holds() -> None:
    actions = Actions((Action("ש" * 200, NOTHING),))
    button = render(Message((actions,), subject=""), sign)["blocks"][0]["elements"][0]
    assert len(button["text"]["text"]) == MOST_ON_BUTTON
    assert button["text"]["text"].endswith("\u2069")


def test_a_message_of_many_blocks_shares_them() -> None:
    groups = tuple(Group(text(f"Person {at}"), (text("did it"),)) for at in range(120))
    rendered = render(Message((Heading("Tuesday"), *groups), subject=""), sign)
    assert len(rendered["blocks"]) <= MOST_BLOCKS
    assert blockkit.complaints(rendered["blocks"]) == []
    assert words(rendered["blocks"]).count("did it") == 120
