"""Messages in markdown: as in the golden files, within Discord's limits, with nothing alive in them."""

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.markdown import markdown
from adapters.discord.render import MOST_IN_ROW, MOST_ON_BUTTON, MOST_ROWS, render
from domain.commands import Command, Join, NothingToday
from domain.messages import (
    Action,
    Actions,
    Group,
    Heading,
    Message,
    Paragraph,
    Run,
    Style,
    code,
    muted,
    strong,
    text,
)
from domain.parts import split
from domain.people import Channel
from simulators.discord.mentions import calls_everyone, mentioned_users
from simulators.discord.message_rules import CONTENT_LIMIT, read_draft
from simulators.discord.world import User
from tests.examples import HOSTILE, examples
from tests.golden_files import check_golden

EXAMPLES = examples(Channel.DISCORD)
NOTHING = NothingToday(date(2026, 11, 24))
DIRECTION = "".join(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
PIECES = st.sampled_from(
    [
        *"<>&@!#|*_~`:()[]\\-+.\n 1a",
        *DIRECTION,
        "@everyone",
        "@here",
        "<@1>",
        "<t:1>",
        ":tada:",
        "https://a.b/c",
        "[x](https://a.b)",
        "1. ",
        "-# ",
        ">>> ",
        "א",
        "👍",
    ]
)
NASTY = st.lists(PIECES, max_size=30).map("".join) | st.text(st.characters(exclude_categories=["Cs"]))
STYLES = st.sampled_from(Style)
ADDRESS = re.compile(r"https?://[^\s<]+[^<.,:;\"')\]\s]")
"""What Discord's own program takes for an address."""
BLOCK = re.compile(r"^[^\S\n]*(?:-#|#{1,3}\s|>|[-+*]\s|\d+\.\s)", re.MULTILINE)


def sign(command: Command) -> str:
    return f"signed-{command}"


def without_addresses(content: str) -> str:
    return ADDRESS.sub(lambda found: "x" * len(found[0]), content)


def alive(content: str) -> list[str]:
    """What Discord would take for markup, by its own rules: an escaped character is passed over."""
    inert = re.sub(r"\\[^0-9A-Za-z\s]", "\0", without_addresses(content))
    inline = re.findall(r"[*_~`|<\[\\]|@everyone|@here|:[\w+~-]+:|https?://", inert)
    return inline + BLOCK.findall(inert)


def shown(content: str) -> str:
    """The characters that people see, without the marks that close in what reads from right to left."""
    seen = re.sub(r"\\([^0-9A-Za-z\s])", r"\1", content)
    return seen.translate(dict.fromkeys(map(ord, DIRECTION)))


def as_kept(typed: str) -> str:
    return re.sub("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]", "\n", typed).translate(
        dict.fromkeys(map(ord, DIRECTION))
    )


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_looks_as_its_golden_file(name: str) -> None:
    rendered = render(EXAMPLES[name], sign)
    rows = [" ".join(f"[{b['label']}]" for b in row["components"]) for row in rendered["components"]]
    check_golden(f"discord/{name}.md", "\n".join([rendered["content"], *rows]) + "\n")


@pytest.mark.parametrize("name", EXAMPLES)
def test_discord_takes_every_example(name: str) -> None:
    draft = read_draft(render(EXAMPLES[name], lambda command: str(hash(command))))
    assert draft.unsupported == []
    assert not draft.is_empty


@given(NASTY)
def test_no_text_comes_alive(typed: str) -> None:
    assert alive(markdown(text(typed))) == []


@given(NASTY, NASTY, STYLES, STYLES)
def test_no_text_comes_alive_across_a_seam(one: str, two: str, first: Style, second: Style) -> None:
    """Between styles stand our signs alone: taken away, nothing is left that Discord would act on."""
    content = markdown((Run(one, first), Run(two, second)))
    if Style.CODE in {first, second}:
        return
    inert = re.sub(r"\\[^0-9A-Za-z\s]", "\0", without_addresses(content)).replace("*", "\0")
    assert re.findall(r"[_~`|<\[\\]|@everyone|@here|https?://", inert) == []


@given(NASTY, STYLES)
def test_nothing_that_was_typed_mentions_anybody(typed: str, style: Style) -> None:
    run = Run(typed, style)
    rendered = render(Message((Heading(typed), Paragraph((run,)), Group((run,), ((run,),))), ""), sign)
    users = {1: User(1, "ada", None)}
    assert not calls_everyone(rendered["content"], rendered["allowed_mentions"])
    assert mentioned_users(rendered["content"], rendered["allowed_mentions"], users) == []


@given(NASTY)
def test_nothing_that_was_typed_is_lost(typed: str) -> None:
    content = markdown(text(typed))
    assert shown(content).replace("\\", "") == as_kept(typed).replace("\\", "")


@given(NASTY)
def test_code_is_shown_as_it_stands_or_not_as_code(typed: str) -> None:
    content = markdown((code(typed),))
    inside = re.fullmatch(r"\s*`([^`]*)`\s*", content)
    assert inside or alive(content) == []


@given(NASTY)
def test_no_text_turns_what_stands_beside_it(typed: str) -> None:
    for line in markdown((Run("a "), Run(typed), Run(" b"))).split("\n"):
        turns = [mark for mark in line if mark in DIRECTION]
        assert turns in ([], ["\u2068", "\u2069"])


@given(st.lists(st.tuples(NASTY, st.lists(NASTY, max_size=5)), max_size=8))
def test_every_part_of_a_long_message_fits(people: list[tuple[str, list[str]]]) -> None:
    groups = tuple(Group(text(name), tuple(text(item) for item in items)) for name, items in people)
    message = Message((Heading("Tuesday"), *groups, Paragraph(text(muted("Quiet Eli")))), "")
    for part in split(message, Channel.DISCORD):
        assert len(render(part, sign)["content"]) <= CONTENT_LIMIT


@pytest.mark.parametrize("typed", ["*" * 5000, "[x](y)" * 900, "@everyone " * 500, "א" * 4000, ":a:" * 2000])
def test_a_text_full_of_markup_fits_in_parts(typed: str) -> None:
    message = Message((Group(text(strong("Ada")), (text(typed), text(muted(typed)))),), "")
    parts = [render(part, sign)["content"] for part in split(message, Channel.DISCORD)]
    assert max(map(len, parts)) <= CONTENT_LIMIT


@pytest.mark.parametrize(
    ("runs", "content"),
    [
        (text("a ", strong("b "), "c"), "a **b** c"),
        (text(strong("a"), muted("b")), "**a**\u200b*b*"),
        (text(muted(" "), "a"), " a"),
        (text("1. one\n- two\n# three\n> four"), "1\\. one\n\\- two\n\\# three\n\\> four"),
        (text("1", ". one"), "1\\. one"),
        (text("@every", "one"), "\\@everyone"),
        (text("co-op #support at 18:00, ana@example.com"), "co-op #support at 18:00, ana@example.com"),
        (text("see https://a.b/c_d_e?x=1#y."), "see https://a.b/c_d_e?x=1#y."),
        (text("https://a.b/", strong("c")), "https\\://a.b/**c**"),
        (text("https://a.b/@everyone"), "https\\://a.b/\\@everyone"),
        (text(code("a`b_c")), "a\\`b\\_c"),
        (text(strong("one\ntwo")), "**one**\n**two**"),
    ],
)
def test_runs_become_markdown(runs: Any, content: str) -> None:
    assert markdown(runs) == content


def test_what_is_said_in_passing_is_small_print() -> None:
    paragraphs = (Paragraph(text(muted("Or write "), code("nothing"))), Paragraph(text("a ", muted("b"))))
    assert render(Message(paragraphs, ""), sign)["content"] == "-# Or write `nothing`\na *b*"


def test_empty_texts_leave_no_lines() -> None:
    blocks = (Heading(" "), Paragraph(()), Paragraph(text(" ")), Group((), (text(""),)), Actions(()))
    rendered = render(Message(blocks, subject=""), sign)
    assert (rendered["content"], rendered["components"]) == ("", [])


def test_addresses_show_no_previews_and_nobody_is_called() -> None:
    rendered = render(Message((Paragraph(text(HOSTILE)),), ""), sign)
    assert (rendered["flags"], rendered["allowed_mentions"]) == (4, {"parse": []})


def test_buttons_stand_in_rows_and_carry_signed_commands_once() -> None:
    actions = Actions(tuple(Action(f"Join {at}", Join(at)) for at in range(30)) * 2)
    rows = render(Message((actions,), ""), sign)["components"]
    ids = [button["custom_id"] for row in rows for button in row["components"]]
    assert [len(row["components"]) for row in rows] == [MOST_IN_ROW] * MOST_ROWS
    assert ids == [sign(Join(at)) for at in range(25)]


def test_where_nobody_may_press_there_are_no_buttons() -> None:
    assert render(Message((Actions((Action("Join", Join(1)),)),), ""), None)["components"] == []


@pytest.mark.parametrize("label", ["x" * 200, "ש" * 200, " "])
def test_a_label_fits_on_its_button(label: str) -> None:
    rows = render(Message((Actions((Action(label, NOTHING),)),), ""), sign)["components"]
    assert 1 <= len(rows[0]["components"][0]["label"]) <= MOST_ON_BUTTON
