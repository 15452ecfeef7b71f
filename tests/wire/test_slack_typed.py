"""Slack's text becomes what the person typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.typed import mentioned, plain_text


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("a &amp; b &lt;c&gt; &amp;copy; &copy;", "a & b <c> &copy; &copy;"),
        ("<@U0BEN0001|ben>", "@ben"),
        ("<@U0BEN0001>", "@Ben"),
        ("<@U0NOBODY1>", "@someone"),
        ("<#C024BE7LR|support>", "#support"),
        ("<#C024BE7LR>", "#channel"),
        ("<!here> <!channel> <!everyone>", "@here @channel @everyone"),
        ("<!subteam^S012|@designers>", "@designers"),
        ("<!date^1392734382^{date}|18 February>", "18 February"),
        ("<https://example.com/a?b=1&amp;c=2>", "https://example.com/a?b=1&c=2"),
        ("<https://example.com|example.com>", "example.com"),
        ("<http://example.com/|example.com>", "example.com"),
        ("<https://example.com/41|the build>", "the build (https://example.com/41)"),
        ("<mailto:cleo@example.com|cleo@example.com>", "cleo@example.com"),
        ("<mailto:cleo@example.com>", "cleo@example.com"),
        ("a <b> c", "a <b> c"),
        ("&lt;!channel&gt;", "<!channel>"),
        ("", ""),
    ],
)
def test_entities_become_what_was_seen(text: str, typed: str) -> None:
    assert plain_text(text, {"U0BEN0001": "Ben"}) == typed


def test_emoji_become_the_characters_that_the_blocks_tell() -> None:
    elements = [
        {"type": "emoji", "name": "white_check_mark", "unicode": "2705"},
        {"type": "emoji", "name": "wave", "unicode": "1f44b-1f3fb", "skin_tone": 2},
        {"type": "emoji", "name": "our-own"},
        {"type": "emoji", "name": "broken", "unicode": "no"},
    ]
    blocks = [
        {"type": "rich_text", "elements": [{"type": "rich_text_list", "elements": [{"elements": elements}]}]}
    ]
    text = ":white_check_mark: a :wave::skin-tone-2: :our-own: :broken: 10:30:00"
    assert plain_text(text, blocks=blocks) == "✅ a 👋🏻 :our-own: :broken: 10:30:00"


def test_only_nameless_mentions_need_a_name() -> None:
    assert mentioned("<@U1AAAAAAA> <@U2AAAAAAA|ben> &lt;@U3AAAAAAA&gt;") == {"U1AAAAAAA"}


@given(st.text())
def test_text_without_entities_comes_back_whatever_it_is(typed: str) -> None:
    escaped = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert plain_text(escaped) == typed


@given(st.text(alphabet="<>@#!|&;ambltg^:/hpUC1"))
def test_no_text_makes_the_reader_of_elements_fail(text: str) -> None:
    plain_text(text, {}, [{"elements": text}])
