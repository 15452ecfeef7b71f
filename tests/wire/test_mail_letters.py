"""Letters: what of a mail is one recipient's own, and what never gets into a header."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.email.addresses import is_mailable
from adapters.email.letters import Writer
from adapters.email.sendgrid_request import body_of
from domain.commands import Search
from domain.messages import Action, Actions, Message, Paragraph, text
from tests.mail_world import NAMES, FakeTokens, delivery

URL = "https://done.example"

LINES = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.sampled_from(
    ["x\r\nBcc: evil@example.com", "\n", "a\x00b", "\u2028x", "<a@b>\r\nX: y", "%donelog0.0%"]
)


@settings(max_examples=200, deadline=None)
@given(subject=LINES, answers=LINES, body=LINES)
def test_no_header_ever_has_a_line_break(subject: str, answers: str, body: str) -> None:
    message = Message((Paragraph(text(body)),), subject)
    (batch,), refused = Writer(NAMES, URL, FakeTokens()).write(
        [delivery(1, message=message, answers=answers)]
    )
    assert not refused
    sent = json.loads(body_of(batch))
    (one,) = sent["personalizations"]
    values = [sent["subject"], one["from"]["name"], one["from"]["email"], *one["headers"].values()]
    assert not any(set("\r\n\x00\u2028\u2029") & set(value) for value in values)


def test_a_tag_that_somebody_typed_is_not_replaced() -> None:
    typed = Message((Paragraph(text("%donelog0.0% and %donelog1.0%")),), "s")
    (batch,), _ = Writer(NAMES, URL, FakeTokens()).write([delivery(1, message=typed)])
    assert all(tag not in "%donelog0.0% and %donelog1.0%" for tag in batch.letters[0].links)
    assert "%donelog0.0% and %donelog1.0%" in batch.mail.text


@pytest.mark.parametrize(("query", "shown"), [("invoices", True), ("invoices " * 20, False)])
def test_a_button_that_no_link_can_carry_is_left_out(query: str, *, shown: bool) -> None:
    message = Message((Actions((Action("More", Search(query, 2)),)), Paragraph(text("x"))), "s")
    (batch,), _ = Writer(NAMES, URL, FakeTokens()).write([delivery(1, message=message)])
    assert ("More" in batch.mail.text) is shown
    assert ("More" in batch.mail.html) is shown


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("ana@example.com", True),
        ("ana+x.y@mail.example.co.uk", True),
        ("ana@localhost", False),
        ("ana @example.com", False),
        ("ana@example.com\r\nBcc: x@y.z", False),
        ("Ana <ana@example.com>", False),
        ("a" * 65 + "@example.com", False),
        ("", False),
        ("ana@exämple.com", False),
    ],
)
def test_addresses_are_looked_at_before_sendgrid_does(address: str, *, good: bool) -> None:
    assert is_mailable(address) is good
