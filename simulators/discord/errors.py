"""How Discord says no.

https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
"""

import json
from typing import Any

from simulators.base import Fault, When

Json = dict[str, Any]

NOT_FOUND = 404
FORBIDDEN = 403
BAD_REQUEST = 400

_REFUSALS: dict[int, tuple[int, str]] = {
    10003: (NOT_FOUND, "Unknown Channel"),
    10004: (NOT_FOUND, "Unknown Guild"),
    10007: (NOT_FOUND, "Unknown Member"),
    10008: (NOT_FOUND, "Unknown Message"),
    10013: (NOT_FOUND, "Unknown User"),
    10014: (BAD_REQUEST, "Unknown Emoji"),
    10015: (NOT_FOUND, "Unknown Webhook"),
    10062: (NOT_FOUND, "Unknown interaction"),
    20012: (FORBIDDEN, "You are not authorized to perform this action on this application"),
    40003: (FORBIDDEN, "You are opening direct messages too fast"),
    40060: (BAD_REQUEST, "Interaction has already been acknowledged."),
    50001: (FORBIDDEN, "Missing Access"),
    50003: (FORBIDDEN, "Cannot execute action on a DM channel"),
    50005: (FORBIDDEN, "Cannot edit a message authored by another user"),
    50006: (BAD_REQUEST, "Cannot send an empty message"),
    50007: (FORBIDDEN, "Cannot send messages to this user"),
    50013: (FORBIDDEN, "Missing Permissions"),
    50024: (BAD_REQUEST, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50033: (BAD_REQUEST, "Invalid Recipient(s)"),
    50035: (BAD_REQUEST, "Invalid Form Body"),
    50109: (BAD_REQUEST, "The request body contains invalid JSON."),
    50278: (FORBIDDEN, "Cannot send messages to this user due to having no mutual guilds"),
    160004: (BAD_REQUEST, "A thread has already been created for this message"),
}


class DiscordError(Exception):
    """An answer other than 2xx: `status` and a body with Discord's own `code`."""

    def __init__(self, code: int, errors: Json | None = None, retry_after: float | None = None) -> None:
        self.status, message = _REFUSALS[code]
        super().__init__(f"{code} {message}")
        self.body: Json = {"message": message, "code": code}
        if errors is not None:
            self.body["errors"] = errors
        if retry_after is not None:
            self.body["retry_after"] = retry_after


class HttpLayerError(DiscordError):
    """An answer without a code of its own: 401, 404 and 405 of the HTTP layer."""

    def __init__(self, status: int, message: str) -> None:
        Exception.__init__(self, message)
        self.status = status
        self.body = {"message": f"{status}: {message}", "code": 0}


def invalid(path: str, code: str, message: str) -> DiscordError:
    """50035 with the tree that names the field; `path` like `components.0.components.1.label`."""
    tree: Json = {"_errors": [{"code": code, "message": message}]}
    for step in reversed(path.split(".")):
        tree = {step: tree}
    return DiscordError(50035, errors=tree)


def too_long(path: str, most: int) -> DiscordError:
    return invalid(path, "BASE_TYPE_MAX_LENGTH", f"Must be {most} or fewer in length.")


def missing(path: str) -> DiscordError:
    return invalid(path, "BASE_TYPE_REQUIRED", "This field is required")


def refused(code: int) -> Fault:
    """A planned failure with one of Discord's own codes, to be handed to `journal.fail`."""
    refusal = DiscordError(code)
    return Fault(
        status=refusal.status,
        headers={"Content-Type": "application/json"},
        body=json.dumps(refusal.body),
        when=When.BEFORE,
    )


def too_many(retry_after: float, *, everywhere: bool = False) -> Fault:
    """A planned 429; `everywhere` makes it the global limit, which holds for all routes of the bot."""
    return Fault(
        status=429,
        headers=limit_headers(retry_after, everywhere=everywhere),
        body=json.dumps(limit_body(retry_after, everywhere=everywhere)),
    )


def limit_body(retry_after: float, *, everywhere: bool) -> Json:
    """https://docs.discord.com/developers/topics/rate-limits#exceeding-a-rate-limit."""
    message = "You are being rate limited."
    return {"message": message, "retry_after": retry_after, "global": everywhere, "code": 0}


def limit_headers(retry_after: float, *, everywhere: bool) -> dict[str, str]:
    """A 429 of the API came through a proxy that names itself in Via; one without it is a Cloudflare ban."""
    headers = {
        "Content-Type": "application/json",
        "Via": "1.1 google",
        "Retry-After": str(max(1, round(retry_after))),
        "X-RateLimit-Scope": "global" if everywhere else "user",
    }
    return headers | {"X-RateLimit-Global": "true"} if everywhere else headers
