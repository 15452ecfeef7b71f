"""What the cache gives is, letter by letter, what is rendered for that person alone."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.render import render as render_for_discord
from adapters.slack.render import render as render_for_slack
from bot.tokens import SignedTokens
from domain.commands import Command, Join, NothingToday, Search
from domain.messages import Action, Actions, Block, Group, Heading, Message, Paragraph, Run, Style
from domain.render_cache import Render, RenderCache, Sign

TOKENS = SignedTokens(["a secret of thirty-two characters or more"])
TOO_LONG = Search("x" * 100)
RENDERERS: list[Render] = [
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


@pytest.mark.parametrize("render", RENDERERS, ids=["Slack", "Discord"])
@given(told=st.lists(messages, min_size=1, max_size=3), people=st.lists(st.integers(1), max_size=4))
def test_a_cached_rendering_reads_as_if_it_had_been_made_for_her_alone(
    render: Render, told: list[Message], people: list[int]
) -> None:
    cache = RenderCache(render)
    for person_id in people:
        for message in told:
            assert cache.rendered(message, signs_for(person_id)) == render(message, signs_for(person_id))


def test_what_many_are_told_alike_is_rendered_once() -> None:
    rendered: list[Message] = []

    def render(message: Message, sign: Sign) -> str:
        rendered.append(message)
        return f"{message.subject} {sign(NothingToday())}"

    cache = RenderCache(render)
    hello, equal = Message((), "Hello"), Message((), "Hello")
    assert cache.rendered(hello, lambda _: "ada") == "Hello ada"
    assert cache.rendered(hello, lambda _: "ben") == "Hello ben"
    assert cache.rendered(equal, lambda _: "cleo") == "Hello cleo"
    assert rendered == [hello]


@pytest.mark.parametrize("render", [render_for_slack, render_for_discord], ids=["Slack", "Discord"])
def test_a_command_that_no_button_holds_has_none(render: Callable[[Message, Sign], object]) -> None:
    message = Message((Actions((Action("More", TOO_LONG), Action("Join", Join(1)))),), "Found")
    buttons = json.dumps(render(message, signs_for(1)))
    assert "Join" in buttons
    assert "More" not in buttons
