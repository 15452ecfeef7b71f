"""Messages that are too big for a channel are cut, and lose nothing."""

import html
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import facts as f
from domain.commands import Join
from domain.dones import LineKind
from domain.messages import (
    Action,
    Actions,
    Block,
    Group,
    Heading,
    Message,
    Paragraph,
    Run,
    Style,
    Text,
    plain,
)
from domain.parts import MOST_BLOCKS, split
from domain.people import Channel
from domain.wording import word
from tests.examples import HOSTILE, examples

TUESDAY = date(2026, 11, 24)
CHATS = (Channel.SLACK, Channel.DISCORD)
HOLDS = {Channel.SLACK: 12_000, Channel.DISCORD: 2_000}
"""What the platform takes; for Slack with room for the JSON around it."""
MARKUP = frozenset("\\*_~`|>#-@<&[]()+.!:")


def written(block: Block, channel: Channel) -> int:
    """How long the block is at worst when it is written out for that channel."""
    match block:
        case Heading(text):
            return _escaped(text, channel) + 4
        case Paragraph(text):
            return _runs(text, channel) + 2
        case Group(title, items):
            return _runs(title, channel) + 5 + sum(_runs(item, channel) + 3 for item in items)
        case Actions():
            return 0


def _runs(text: Text, channel: Channel) -> int:
    return sum(_escaped(run.text, channel) + 4 * (run.style is not Style.PLAIN) for run in text)


def _escaped(text: str, channel: Channel) -> int:
    if channel is Channel.SLACK:
        return len(html.escape(text, quote=False))
    return len(text) + sum(character in MARKUP for character in text)


def said(messages: list[Message]) -> str:
    """All that is said; the title of a group that was cut stands in each of its parts, and counts once."""
    spoken: list[str] = []
    last_title: Text | None = None
    for message in messages:
        for block in message.blocks:
            match block:
                case Heading(text):
                    spoken.append(text)
                case Paragraph(text):
                    spoken.append(plain(text))
                case Group(title, items):
                    spoken += [*([] if title is last_title else [plain(title)]), *map(plain, items)]
                case Actions(actions):
                    spoken += [action.label for action in actions]
            last_title = block.title if isinstance(block, Group) else None
    return "".join(spoken)


def promises_hold(message: Message, channel: Channel) -> None:
    parts = split(message, channel)
    assert said(parts) == said([message])
    assert parts[0].subject == message.subject
    for part in parts:
        assert sum(written(block, channel) for block in part.blocks) <= HOLDS[channel]
        assert len(part.blocks) <= MOST_BLOCKS


words = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]) | st.sampled_from("&<>*_")
)
long_words = st.tuples(words.filter(bool), st.integers(1, 400)).map(lambda pair: pair[0] * pair[1])
texts = st.lists(st.builds(Run, words | long_words, st.sampled_from(Style)), max_size=4).map(tuple)
blocks = (
    st.builds(Heading, words | long_words)
    | st.builds(Paragraph, texts)
    | st.builds(Group, texts, st.lists(texts, max_size=30).map(tuple))
    | st.just(Actions((Action("Join platform", Join(7)),)))
)


@settings(max_examples=150, deadline=None)
@given(st.lists(blocks, max_size=60).map(tuple), st.sampled_from(CHATS))
def test_whatever_is_said_is_said_in_parts_that_fit(many: tuple[Block, ...], channel: Channel) -> None:
    promises_hold(Message(many, subject="any"), channel)


@pytest.mark.parametrize("channel", CHATS)
@pytest.mark.parametrize("character", ["a", "&", "*", "<", "字", "👍", " "])
def test_a_hundred_thousand_characters_arrive(channel: Channel, character: str) -> None:
    line = f.DigestLine(TUESDAY, LineKind.DONE, character * 100_000)
    person = f.DigestPerson("Ada", by_mail=False, lines=(line,))
    promises_hold(word(f.Digest("platform", TUESDAY, TUESDAY, (person,)), channel), channel)


@pytest.mark.parametrize("channel", CHATS)
def test_a_digest_of_a_hundred_busy_people_arrives(channel: Channel) -> None:
    lines = tuple(f.DigestLine(TUESDAY, LineKind.BLOCKER, f"{number} {HOSTILE}") for number in range(20))
    people = tuple(f.DigestPerson(f"Person {number}", by_mail=True, lines=lines) for number in range(100))
    message = word(f.Digest("platform", TUESDAY, TUESDAY, people, quiet=("Eli",) * 300), channel)
    promises_hold(message, channel)
    assert len(split(message, channel)) > 10


@pytest.mark.parametrize("channel", CHATS)
def test_a_title_as_long_as_a_message_is_no_trouble(channel: Channel) -> None:
    hit = f.Hit("Ada", TUESDAY, LineKind.DONE, "found", ())
    shown = f.SearchShown("<&*" * 3_000, (hit,) * 3, 3, 1, 1, degraded=False)
    promises_hold(word(shown, channel), channel)


@pytest.mark.parametrize("channel", CHATS)
def test_everyday_messages_stay_whole(channel: Channel) -> None:
    for name, message in examples(channel).items():
        assert split(message, channel) == [message], name


def test_a_mail_is_never_cut() -> None:
    message = Message((Paragraph((Run("a" * 100_000),)),), subject="long")
    assert split(message, Channel.EMAIL) == [message]


def test_the_parts_of_a_group_each_have_its_title() -> None:
    group = Group((Run("Ada"),), tuple((Run(f"line {number} " + "x" * 300),) for number in range(20)))
    parts = split(Message((group,), subject="any"), Channel.DISCORD)
    assert len(parts) > 2
    assert all(
        isinstance(block, Group) and plain(block.title) == "Ada" for part in parts for block in part.blocks
    )
