"""Replies in the form in which Discord takes them: as the answer to an interaction.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never

from adapters.discord.api import DiscordApi
from adapters.discord.render import NO_PREVIEWS, render
from domain.commands import Command
from domain.messages import Audience, Mark, Nothing, Reply, Say
from domain.parts import split
from domain.people import Channel
from domain.ports.front import Tokens
from domain.render_cache import Sign

Json = dict[str, Any]

SAY, PUT_OFF, LEAVE_AS_IT_IS, REPLACE, COMPLETE = 4, 5, 6, 7, 8
"""Kinds of answers: a message, "thinking", nothing new, a new text for the message of the button, choices."""
EPHEMERAL = 1 << 6
CHECK_MARK = "✅"
MOST_FURTHER = 4
"""Discord takes five further messages without hesitation; whatever is longer has pages of its own."""
LATER: Json = {"type": PUT_OFF, "data": {"flags": EPHEMERAL}}
AS_IT_IS: Json = {"type": LEAVE_AS_IT_IS}


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send, one body for each message."""

    kind: int
    body: Json
    further: tuple[Json, ...] = field(default=())

    @property
    def is_public(self) -> bool:
        return not self.body.get("flags", 0) & EPHEMERAL


def answer_to(reply: Reply, tokens: Tokens, *, pressed: bool) -> Answer | None:
    """What to answer; None when nothing is to be said.

    Args:
        reply: what the core answers.
        tokens: signs what buttons carry.
        pressed: it answers a button, whose message it may take the place of.
    """
    match reply:
        case Say():
            return _said(reply, tokens, pressed=pressed)
        case Mark():
            return None if pressed else Answer(SAY, {"content": CHECK_MARK, "flags": EPHEMERAL | NO_PREVIEWS})
        case Nothing():
            return None
        case _:
            assert_never(reply)


def _said(reply: Say, tokens: Tokens, *, pressed: bool) -> Answer:
    private = 0 if reply.audience is Audience.PLACE else EPHEMERAL
    replaces = pressed and reply.replaces
    parts = [render(part, _signer(reply, tokens)) for part in split(reply.message, Channel.DISCORD)]
    first, *rest = ({**part, "flags": part["flags"] | (0 if replaces else private)} for part in parts)
    return Answer(REPLACE if replaces else SAY, first, tuple(rest[:MOST_FURTHER]))


def _signer(reply: Say, tokens: Tokens) -> Sign | None:
    organization_id = reply.organization_id
    if organization_id is None:
        return None

    def sign(command: Command) -> str:
        return tokens.sign_command(organization_id, None, command)

    return sign


async def give_late(api: DiscordApi, data: Mapping[str, Any], answer: Answer | None) -> None:
    """Put the answer where "thinking" stands; for a quarter of an hour.

    Only who asked sees what was put off, so a public answer follows as a message of its own.

    Raises:
        Exception: one of `outcomes.TROUBLE`.
    """
    application_id, token = data["application_id"], data["token"]
    if answer is None:
        await api.delete_response(application_id, token)
    elif answer.is_public:
        await api.edit_response(application_id, token, {"content": CHECK_MARK})
        await api.follow_up(application_id, token, answer.body)
        await send_further(api, data, answer)
    else:
        body = {name: value for name, value in answer.body.items() if name != "flags"}
        await api.edit_response(application_id, token, body)
        await send_further(api, data, answer)


async def send_further(api: DiscordApi, data: Mapping[str, Any], answer: Answer) -> None:
    """The rest of an answer that is too long for one message."""
    for body in answer.further:
        await api.follow_up(data["application_id"], data["token"], body)
