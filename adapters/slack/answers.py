"""Replies in the form in which Slack takes them: in the acknowledgement, or at a `response_url`.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

from typing import Any, assert_never

from adapters.slack.render import render
from domain.commands import Command
from domain.messages import Audience, Mark, Nothing, Reply, Say
from domain.ports.front import Tokens


def answer_to(reply: Reply, tokens: Tokens, *, replaceable: bool) -> dict[str, Any] | None:
    """What to send; None when nothing is to be said.

    Args:
        reply: what the core answers.
        tokens: signs what buttons carry.
        replaceable: it answers a button, whose message it may take the place of.
    """
    match reply:
        case Say():
            return _said(reply, tokens, replaceable=replaceable)
        case Mark() | Nothing():
            return None
        case _:
            assert_never(reply)


def _said(reply: Say, tokens: Tokens, *, replaceable: bool) -> dict[str, Any]:
    def sign(command: Command) -> str:
        if reply.organization_id is None:
            raise ValueError("nobody is known, so nothing can be signed")
        return tokens.sign_command(reply.organization_id, None, command)

    everybody = reply.audience is Audience.PLACE
    return {
        **render(reply.message, sign),
        "mrkdwn": False,
        "response_type": "in_channel" if everybody else "ephemeral",
        **({"replace_original": reply.replaces} if replaceable else {}),
    }
