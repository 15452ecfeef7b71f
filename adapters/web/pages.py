"""The pages behind the links in mails: `/unsubscribe/{token}` and `/do/{token}`, and one for who opens `/`.

Opening one changes nothing, because mail scanners and previews open every link; a POST does, by the page's
button or by a mail program itself (RFC 8058).  No script, nothing from elsewhere, nothing kept in caches.
"""

import secrets
from datetime import datetime
from http import HTTPStatus
from typing import assert_never

from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from adapters.web.questions import question
from adapters.web.render import STYLE_HASH, answer_page, notice_page, question_page
from domain.commands import Command, Origin, Request, StopMail, Surface
from domain.messages import Mark, Nothing, Reply, Say
from domain.people import Address, Channel, Profile
from domain.ports.front import AnswerDelayed, Clock, Front, Reading, SignedCommand, StorageDown, Tokens
from domain.ports.inbox import Arrival, InboxItem, Lane, Source

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src '{STYLE_HASH}'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def routes(front: Front, tokens: Tokens, clock: Clock) -> list[Route]:
    """The routes of all pages."""
    pages = _Pages(front, tokens, clock)
    return [
        Route("/", _front_page, methods=["GET"]),
        Route("/unsubscribe/{token}", pages.stop, methods=["GET", "POST"]),
        Route("/do/{token}", pages.act, methods=["GET", "POST"]),
    ]


class LinkReader:
    """Understands a pressed link that was stored when its process died: the token says it all."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def read(self, item: InboxItem) -> Reading:
        """What was pressed."""
        read = self._tokens.read_command(item.raw.decode("ascii", "replace"))
        if read is None:
            return Reading(None, "a link that is not signed by this installation")
        return Reading(Request(_origin(read, item.at), read.command))

    async def profile(self, address: Address) -> Profile:
        """A link names a known person; nobody new comes by one."""
        return Profile(address.external_id)

    async def answer_late(self, item: InboxItem, reply: Reply) -> None:
        """Nothing: the browser that pressed it is gone."""


class _Pages:
    def __init__(self, front: Front, tokens: Tokens, clock: Clock) -> None:
        self._front = front
        self._tokens = tokens
        self._clock = clock

    async def stop(self, request: HttpRequest) -> Response:
        """The page of a mail's last line; its token can do nothing but stop mail."""
        token, read = self._read(request)
        if read is None or not isinstance(read.command, StopMail):
            return _unknown()
        return await self._answer(request, token, read)

    async def act(self, request: HttpRequest) -> Response:
        token, read = self._read(request)
        return _unknown() if read is None else await self._answer(request, token, read)

    def _read(self, request: HttpRequest) -> tuple[str, SignedCommand | None]:
        token = str(request.path_params["token"])
        return token, self._tokens.read_command(token) if len(token) <= _LONGEST_TOKEN else None

    async def _answer(self, request: HttpRequest, token: str, read: SignedCommand) -> Response:
        if request.method != "POST":
            return _page(question_page(question(read.command)))
        at = self._clock.now()
        arrival = Arrival(Source.WEB, Lane.ASKED, f"web:{secrets.token_hex(16)}", token.encode(), at)
        try:
            reply = await self._front.ask(arrival, Request(_origin(read, at), read.command))
        except StorageDown:
            return _page(
                notice_page("Not now", "I could not reach my notes. Please try again in a minute."), 503
            )
        except AnswerDelayed:
            return _page(notice_page("Kept", "I have kept that, and will do it as soon as I can."))
        return _page(self._told(reply, read))

    def _told(self, reply: Reply, read: SignedCommand) -> str:
        match reply:
            case Say():
                return answer_page(reply.message, lambda each: self._link(read, each))
            case Mark():
                return notice_page("Done", "That is noted.")
            case Nothing():
                return notice_page("Nothing to do", "Nothing was left to do; it may have been done already.")
            case _:
                assert_never(reply)

    def _link(self, read: SignedCommand, command: Command) -> str:
        """The last segment of a link; empty for what none can carry."""
        try:
            return self._tokens.sign_command(read.organization_id, read.person_id, command)
        except ValueError:
            return ""


_LONGEST_TOKEN = 100


def _origin(read: SignedCommand, at: datetime) -> Origin:
    """The token names who it is; a browser has no address."""
    return Origin(
        address=Address(Channel.EMAIL, ""),
        surface=Surface.WEB,
        at=at,
        organization_id=read.organization_id,
        person_id=read.person_id,
    )


def _page(markup: str, status: int = HTTPStatus.OK) -> Response:
    return HTMLResponse(markup, status, HEADERS)


async def _front_page(_: HttpRequest) -> Response:
    told = "It asks people at six what they got done, on Slack, on Discord or by mail, and is answered there."
    return _page(notice_page("donelog is running", f"{told} There is nothing to do here."))


def _unknown() -> Response:
    page = notice_page(
        "This link does not work",
        "Your mail program may have cut it short. Replying to the mail works as well.",
    )
    return _page(page, HTTPStatus.NOT_FOUND)
