"""What an answer of Slack's, or the lack of one, means for a delivery."""

import enum
from collections.abc import Iterable, Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from domain.deliveries import Later, LimitScope, Never, RefusalScope, Unknown

TROUBLE = (aiohttp.ClientError, SlackApiError, OSError, ValueError, TypeError, AttributeError, LookupError)
"""All that a call may raise; a time-out is an OSError, and the last four come of undocumented answers."""


PROBE_EVERY = timedelta(minutes=1)
"""How long to wait where nobody says it."""


class Fate(enum.Enum):
    NEVER = "never"
    LATER = "later"
    UNKNOWN = "unknown"
    """Slack itself says that a part of it may have been done."""


def _each(fate: Fate, codes: Iterable[str]) -> dict[str, Fate]:
    return dict.fromkeys(codes, fate)


FATES: Mapping[str, Fate] = {
    # What every method may answer; https://docs.slack.dev/reference/methods/chat.postMessage#errors
    **_each(
        Fate.NEVER,
        (
            "access_denied",
            "account_inactive",
            "ekm_access_denied",
            "enterprise_is_restricted",
            "invalid_arguments",
            "invalid_auth",
            "missing_scope",
            "no_permission",
            "not_allowed_token_type",
            "not_authed",
            "team_access_not_granted",
            "token_expired",
            "token_revoked",
            "two_factor_setup_required",
        ),
    ),
    **_each(
        Fate.LATER,
        (
            "org_login_required",
            "rate_limited",
            "ratelimited",
            "request_timeout",
            "service_unavailable",
            "team_added_to_org",
        ),
    ),
    **_each(Fate.UNKNOWN, ("fatal_error", "internal_error")),
    # https://docs.slack.dev/reference/methods/chat.postMessage#errors
    **_each(
        Fate.NEVER,
        (
            "cannot_reply_to_message",
            "channel_not_found",
            "invalid_blocks",
            "invalid_blocks_format",
            "invalid_metadata_format",
            "invalid_metadata_schema",
            "is_archived",
            "messages_tab_disabled",
            "metadata_too_large",
            "msg_blocks_too_long",
            "msg_too_long",
            "no_text",
            "not_in_channel",
            "restricted_action",
            "restricted_action_non_threadable_channel",
            "restricted_action_read_only_channel",
            "restricted_action_thread_locked",
            "restricted_action_thread_only_channel",
        ),
    ),
    # https://docs.slack.dev/reference/methods/conversations.open#errors
    **_each(
        Fate.NEVER,
        ("cannot_dm_bot", "user_disabled", "user_not_found", "user_not_visible", "users_list_not_supplied"),
    ),
    # https://docs.slack.dev/reference/methods/reactions.add#errors
    **_each(
        Fate.NEVER,
        (
            "bad_timestamp",
            "message_not_found",
            "no_item_specified",
            "thread_locked",
            "too_many_emoji",
            "too_many_reactions",
        ),
    ),
}


ADDRESS_IS_DEAD = frozenset(
    {
        "cannot_dm_bot",
        "channel_not_found",
        "is_archived",
        "messages_tab_disabled",
        "not_in_channel",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
    }
)
"""After one of these nothing reaches that person there any more."""
WORKSPACE_IS_DEAD = frozenset(
    {
        "access_denied",
        "account_inactive",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "invalid_auth",
        "not_authed",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
    }
)
"""After one of these nothing reaches anybody there until the app is let in again."""


def refusal(code: str) -> Never:
    """A refusal for good, and how far it reaches."""
    if code in WORKSPACE_IS_DEAD:
        return Never(code, RefusalScope.WORKSPACE)
    return Never(code, RefusalScope.ADDRESS if code in ADDRESS_IS_DEAD else RefusalScope.MESSAGE)


def outcome_of(trouble: Exception, *, repeatable: bool) -> Later | Never | Unknown:
    """What became of a call that ended in one of `TROUBLE`.

    Args:
        trouble: what was raised.
        repeatable: the call may be made again without a second effect, so that doubt means later.
    """
    if isinstance(trouble, aiohttp.ClientConnectorError):  # refused, no such host, no TLS: nothing was sent
        return Later("Slack cannot be reached")
    found: Later | Never | Unknown
    if isinstance(trouble, SlackApiError):
        found = _of_answer(trouble.response)
    elif isinstance(trouble, TimeoutError):
        found = Unknown("no answer in time")
    else:
        found = Unknown(f"no readable answer: {type(trouble).__name__}")
    return Later(found.evidence) if repeatable and isinstance(found, Unknown) else found


def in_words(trouble: Exception) -> str:
    """What went wrong, for whoever looks after the installation."""
    outcome = outcome_of(trouble, repeatable=False)
    return outcome.evidence if isinstance(outcome, Unknown) else outcome.reason


def error_code(response: Any) -> str:
    """Slack's word for what is wrong; empty where the answer has none."""
    data = getattr(response, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    return code if isinstance(code, str) else ""


def _of_answer(response: Any) -> Later | Never | Unknown:
    """The SDK raises with its own response or, where that could not be decoded, with the HTTP client's."""
    status = getattr(response, "status_code", None) or getattr(response, "status", 0)
    code = error_code(response)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _limited(code, _wait(response))
    match FATES.get(code):
        case Fate.NEVER:
            return refusal(code)
        case Fate.LATER:
            return Later(code, _wait(response))
        case _:
            return Unknown(code[:80] or f"status {status}")


def _limited(code: str, wait: timedelta | None) -> Later:
    """Limits hold for a method in a workspace; what answers without Slack's own words is not Slack."""
    if wait is None and not code:
        return Later("refused before it came to Slack", PROBE_EVERY, LimitScope.EVERYTHING)
    return Later("ratelimited", wait or PROBE_EVERY, LimitScope.POST)


def _wait(response: Any) -> timedelta | None:
    """`Retry-After` is in whole seconds: https://docs.slack.dev/apis/web-api/rate-limits."""
    asked = str(getattr(response, "headers", {}).get("Retry-After", ""))
    return timedelta(seconds=int(asked)) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else None  # noqa: PLR2004 -- a day has five digits
