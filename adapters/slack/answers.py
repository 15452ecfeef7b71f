"""Replies in the form in which Slack takes them: in the acknowledgement, or at a `response_url`.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

from typing import Any, assert_never

from adapters.slack.render import render
from domain.commands import Command
from domain.messages import Audience, Mark, Message, Nothing, Reply, Say
from domain.parts import split
from domain.people import Channel
from domain.ports.front import Tokens

MOST_ANSWERS = 5
"""How often a `response_url` may be used."""


def answers_to(reply: Reply, tokens: Tokens, *, replaceable: bool) -> list[dict[str, Any]]:
    """What to send, in order; empty when nothing is to be said.

    Args:
        reply: what the core answers.
        tokens: signs what buttons carry.
        replaceable: it answers a button, whose message it may take the place of.
    """
    match reply:
        case Say():
            parts = split(reply.message, Channel.SLACK)[:MOST_ANSWERS]
            first, *rest = (_said(reply, part, tokens) for part in parts)
            return [{**first, **({"replace_original": reply.replaces} if replaceable else {})}, *rest]
        case Mark() | Nothing():
            return []
        case _:
            assert_never(reply)


def _said(reply: Say, part: Message, tokens: Tokens) -> dict[str, Any]:
    def sign(command: Command) -> str:
        if reply.organization_id is None:
            raise ValueError("nobody is known, so nothing can be signed")
        return tokens.sign_command(reply.organization_id, None, command)

    everybody = reply.audience is Audience.PLACE
    return {
        **render(part, sign),
        "mrkdwn": False,
        "response_type": "in_channel" if everybody else "ephemeral",
    }
