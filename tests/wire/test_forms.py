"""What a form gives when it is filled in is, letter by letter, what is written for that person alone."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.render import render as render_for_discord
from adapters.slack.render import render as render_for_slack
from bot.tokens import SignedTokens
from domain.commands import Command, Join, NothingToday, Search
from domain.forms import Forms, Sign, Write
from domain.messages import Action, Actions, Block, Group, Heading, Message, Paragraph, Run, Style

TOKENS = SignedTokens(["a secret of thirty-two characters or more"])
TOO_LONG = Search("x" * 100)
WRITERS: list[Write] = [
    lambda message, sign: json.dumps(render_for_slack(message, sign)),
    lambda message, sign: json.dumps(render_for_discord(message, sign)),
]

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
texts = st.lists(st.builds(Run, words, st.sampled_from(Style)), max_size=3).map(tuple)
commands: st.SearchStrategy[Command] = (
    st.just(NothingToday()) | st.dates().map(NothingToday) | st.integers(1, 3).map(Join) | st.just(TOO_LONG)
)
actions = st.lists(st.builds(Action, words, commands), max_size=30).map(tuple)
blocks: st.SearchStrategy[Block] = (
    st.builds(Heading, words)
    | st.builds(Paragraph, texts)
    | st.builds(Group, texts, st.lists(texts, max_size=3).map(tuple))
    | st.builds(Actions, actions)
)
messages = st.builds(Message, st.lists(blocks, max_size=5).map(tuple), words)


def signs_for(person_id: int) -> Sign:
    return lambda command: TOKENS.sign_command(1, person_id, command)


@pytest.mark.parametrize("write", WRITERS, ids=["Slack", "Discord"])
@given(told=st.lists(messages, min_size=1, max_size=3), people=st.lists(st.integers(1), max_size=4))
def test_a_form_filled_in_reads_as_if_it_had_been_written_for_her(
    write: Write, told: list[Message], people: list[int]
) -> None:
    forms = Forms(write)
    for person_id in people:
        for message in told:
            assert forms.filled(message, signs_for(person_id)) == write(message, signs_for(person_id))


def test_many_who_are_told_the_same_are_written_to_once() -> None:
    written: list[Message] = []

    def write(message: Message, sign: Sign) -> str:
        written.append(message)
        return f"{message.subject} {sign(NothingToday())}"

    forms = Forms(write)
    hello, equal = Message((), "Hello"), Message((), "Hello")
    assert forms.filled(hello, lambda _: "ada") == "Hello ada"
    assert forms.filled(hello, lambda _: "ben") == "Hello ben"
    assert forms.filled(equal, lambda _: "cleo") == "Hello cleo"
    assert written == [hello]


@pytest.mark.parametrize("render", [render_for_slack, render_for_discord], ids=["Slack", "Discord"])
def test_a_command_that_no_button_holds_has_none(render: Callable[[Message, Sign], object]) -> None:
    message = Message((Actions((Action("More", TOO_LONG), Action("Join", Join(1)))),), "Found")
    buttons = json.dumps(render(message, signs_for(1)))
    assert "Join" in buttons
    assert "More" not in buttons
