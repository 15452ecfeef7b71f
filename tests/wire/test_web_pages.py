"""The pages behind the links in mails."""

import re

import pytest

from adapters.web.pages import LinkReader, routes
from domain.commands import Help, InboxRef, NothingToday, Search, StopMail, Surface
from domain.messages import Action, Actions, Mark, Message, Nothing, Reply, Say
from domain.people import Address, Channel
from domain.ports.inbox import InboxItem, Lane, Source
from tests.examples import examples
from tests.mail_world import NOW, Answer, FakeClock, FakeFront, FakeTokens, call

STOP = "/unsubscribe/1.7.stop31.sig"
NOTHING = "/do/1.7.nothing.sig"
EXAMPLES = examples(Channel.EMAIL)


async def visit(front: FakeFront, method: str, path: str, body: bytes = b"") -> Answer:
    return await call(routes(front, FakeTokens(), FakeClock()), method, path, body)


@pytest.mark.parametrize("path", [STOP, NOTHING])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_opening_a_link_changes_nothing_however_often(path: str, method: str) -> None:
    front = FakeFront()
    for _ in range(3):
        assert (await visit(front, method, path)).status == 200
    assert not front.heard


@pytest.mark.parametrize("body", [b"", b"List-Unsubscribe=One-Click"])
async def test_a_post_stops_the_mail_by_button_and_by_mail_program(body: bytes) -> None:
    front = FakeFront(reply=said("mail_stopped"))
    answer = await visit(front, "POST", STOP, body)
    assert answer.status == 200
    assert "cleo@example.com gets no more mail" in answer.text
    (request,) = front.asked
    assert request.command == StopMail(31)
    assert (request.origin.organization_id, request.origin.person_id) == (1, 7)
    assert request.origin.surface is Surface.WEB


async def test_whoever_opens_the_address_that_the_start_prints_is_told_what_it_is() -> None:
    answer = await visit(FakeFront(), "GET", "/")
    assert answer.status == 200
    assert "donelog is running" in answer.text
    assert "There is nothing to do here." in answer.text


def said(name: str) -> Reply:
    return Say(EXAMPLES[name], organization_id=1)


async def test_the_page_says_what_the_button_will_do() -> None:
    page = (await visit(FakeFront(), "GET", NOTHING)).text
    assert "Tuesday 24 November" in page
    assert re.findall(r"<form.*?</form>", page) == [
        '<form method="post"><button type="submit">Nothing today</button></form>'
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/do/1.7.nothing.forged",
        "/do/x",
        "/unsubscribe/1.7.nothing.sig",
        f"/do/{'a' * 5000}",
        "/do/%00%ff%0d%0a",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_token_that_is_not_ours_is_a_friendly_404(path: str, method: str) -> None:
    front = FakeFront()
    answer = await visit(front, method, path)
    assert answer.status == 404
    assert "does not work" in answer.text
    assert not front.heard


@pytest.mark.parametrize("name", EXAMPLES)
async def test_every_answer_is_shown_and_no_markup_of_people_comes_through(name: str) -> None:
    answer = await visit(FakeFront(reply=said(name)), "POST", NOTHING)
    assert answer.status == 200
    assert "<!channel>" not in answer.text
    assert "<b>" not in answer.text


@pytest.mark.parametrize("reply", [Mark(), Nothing("asked before"), Say(Message((), "s"), 1)])
async def test_every_kind_of_reply_has_a_page(reply: Reply) -> None:
    assert (await visit(FakeFront(reply=reply), "POST", NOTHING)).status == 200


async def test_a_database_that_is_down_is_said_in_words() -> None:
    answer = await visit(FakeFront(down=True), "POST", STOP)
    assert answer.status == 503
    assert "try again" in answer.text


@pytest.mark.parametrize("path", [STOP, NOTHING, "/do/x"])
async def test_pages_are_kept_nowhere_tell_nobody_and_load_nothing(path: str) -> None:
    answer = await visit(FakeFront(), "GET", path)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script" not in answer.text
    assert not re.search(r'(?:src|href)="https?:', answer.text)


async def test_two_presses_are_two_arrivals_and_hold_only_the_token() -> None:
    front = FakeFront()
    await visit(front, "POST", STOP)
    await visit(front, "POST", STOP)
    assert front.heard[0].key != front.heard[1].key
    assert {(each.source, each.lane, each.raw) for each in front.heard} == {
        (Source.WEB, Lane.ASKED, b"1.7.stop31.sig")
    }


async def test_a_press_left_over_by_a_dead_process_is_understood_from_its_token() -> None:
    reader = LinkReader(FakeTokens())
    ref = InboxRef(NOW.date(), 3)
    stored = InboxItem(ref, Source.WEB, Lane.ASKED, b"1.7.nothing.sig", NOW, tries=0)
    reading = await reader.read(stored)
    assert reading.request is not None
    assert isinstance(reading.request.command, NothingToday)
    assert reading.request.origin.person_id == 7
    forged = InboxItem(ref, Source.WEB, Lane.ASKED, b"\xff1.7.nothing.forged", NOW, tries=0)
    assert (await reader.read(forged)).request is None
    assert (await reader.profile(Address(Channel.EMAIL, "a@b.example"))).name == "a@b.example"
    await reader.answer_late(stored, Mark())


async def test_a_command_that_no_mail_offers_is_asked_about_too() -> None:
    tokens = FakeTokens()
    path = f"/do/{tokens.sign_command(1, 7, Help())}"
    assert "Go on?" in (await visit(FakeFront(), "GET", path)).text


async def test_an_answer_leads_on_but_not_by_a_button_that_no_link_can_carry() -> None:
    actions = Actions((Action("More", Search("invoices", 2)), Action("Long", Search("x" * 50, 2))))
    reply = Say(Message((actions,), "s"), organization_id=1)
    page = (await visit(FakeFront(reply=reply), "POST", NOTHING)).text
    assert 'href="../do/1.7.search.sig">More</a>' in page
    assert "Long" not in page
