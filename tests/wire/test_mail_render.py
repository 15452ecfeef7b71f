"""What a mail looks like: golden files for people to read, and promises for any text."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.email.bidi import FSI, PDI, isolated
from adapters.email.render import Links, render
from domain.messages import Group, Heading, Message, Paragraph, Run, Style, text
from domain.people import Channel
from tests.examples import examples
from tests.golden_files import check_golden

EXAMPLES = examples(Channel.EMAIL)
LINKS = Links(
    lambda command: f"https://done.example/do/{type(command).__name__}.sig", "https://done.example/stop"
)


class Words(HTMLParser):
    """The text of a page, and the tags and addresses in it, by a parser that has nothing to do with ours."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "action"}]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(markup: str) -> Words:
    words = Words()
    words.feed(markup.partition("<body")[2].partition(">")[2])
    return words


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_message_looks_as_it_did(name: str) -> None:
    mail = render(EXAMPLES[name], LINKS)
    check_golden(f"email/{name}.txt", f"Subject: {mail.subject}\n\n{mail.text}")
    check_golden(f"email/{name}.html", mail.html)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_plain_text_tells_all_that_the_html_tells(name: str) -> None:
    mail = render(EXAMPLES[name], LINKS)
    plain = re.sub(r"\s+", "", mail.text)
    body = mail.html.partition('class="column')[2].partition(">")[2]
    shown = [word for piece in read("<body>" + body).words for word in piece.split()]
    assert [word for word in shown if word not in plain] == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_mail_loads_nothing_and_runs_nothing(name: str) -> None:
    page = read(render(EXAMPLES[name], LINKS).html)
    assert not page.tags & {"img", "script", "link", "iframe", "form", "input", "object"}
    assert all(link.startswith("https://done.example/") for link in page.links)


def test_without_a_public_address_there_are_no_links() -> None:
    mail = render(EXAMPLES["prompt_with_goals"], Links(None))
    assert "http" not in mail.text
    assert not read(mail.html).links
    assert "“nothing”" in mail.text


def test_lines_of_the_plain_text_are_short_and_no_word_is_torn() -> None:
    long_word = "https://example.com/" + "a" * 100
    mail = render(Message((Paragraph(text("word " * 40 + long_word)),), "s"), Links(None))
    assert long_word in mail.text
    assert all(len(line) <= 72 for line in mail.text.split("\n") if long_word not in line)


TYPED = st.text(st.characters(exclude_categories=["Cs"]), max_size=80) | st.sampled_from(
    [
        "<b>x</b>",
        "&amp;",
        '"><script>alert(1)</script>',
        "</style><img src=x>",
        "{{ 7*7 }}",
        "{% raw %}",
        "a\r\nBcc: x@y",
    ]
)


@settings(max_examples=300, deadline=None)
@given(typed=TYPED, style=st.sampled_from(Style))
def test_whatever_is_typed_stays_text(typed: str, style: Style) -> None:
    run = Run(typed, style)
    message = Message((Heading(typed), Paragraph((run,)), Group((run,), ((run,),))), typed, typed)
    mail = render(message, LINKS)
    page = read(mail.html)
    assert page.tags <= {"table", "tr", "td", "h1", "p", "ul", "li", "strong", "span", "code", "a", "div"}
    assert page.links == ["https://done.example/stop"]
    assert not set("\r\n") & set(mail.subject)
    assert len(mail.subject) <= 200
    squeezed = re.sub(r"[\s\u2066-\u2069\x00]+", "", "".join(page.words))
    assert re.sub(r"[\s\u2066-\u2069\x00]+", "", typed) in squeezed.replace("\ufffd", "")


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab אب\u202e\u202a\u2066\u2067\u2068\u2069\u200f\u061c1"), max_size=30))
def test_no_text_turns_the_direction_of_what_stands_beside_it(typed: str) -> None:
    """Between its first and last character every isolate that opens is closed, and none closes earlier."""
    shown = isolated(typed)
    depth = 0
    for place, character in enumerate(shown):
        depth += (character in "\u2066\u2067\u2068") - (character == PDI)
        assert depth >= 0
        assert depth > 0 or place == len(shown) - 1 or FSI not in shown
    assert depth == 0
