"""What there is to say about a Web API method, and what every method may answer.

Rate tiers: https://docs.slack.dev/apis/web-api/rate-limits
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class Type(enum.Enum):
    STRING = "string"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    ARRAY = "array"
    OBJECT = "object"


class Tier(enum.Enum):
    """How often one app may call a method in one workspace; the value is calls a minute."""

    ONE = 1
    TWO = 20
    THREE = 50
    FOUR = 100
    POSTING = 300
    """One a second in each conversation, and "several hundred" a minute in a workspace (300 here)."""
    UNLIMITED = 0
    """`auth.test`: "hundreds of requests per minute"."""


@dataclass(frozen=True, slots=True)
class Method:
    name: str
    tier: Tier
    needs: Mapping[str, Type] = field(default_factory=dict)
    may: Mapping[str, Type] = field(default_factory=dict)
    scopes: tuple[str, ...] = ()
    """Every one of these; scopes that depend on the kind of conversation are `by_kind`."""
    by_kind: str = ""
    """`read`, `history` or `write`: needs `channels:read`, `groups:read` or `im:read`, and so on."""
    errors: frozenset[str] = frozenset()
    """What this method may answer beside `COMMON_ERRORS`."""
    app_token: bool = False
    """Called with the app's own token (xapp-) instead of a bot's."""

    @property
    def page(self) -> str:
        return f"https://docs.slack.dev/reference/methods/{self.name}"


COMMON_ERRORS = frozenset(
    {
        "account_inactive",
        "fatal_error",
        "internal_error",
        "invalid_arguments",
        "invalid_auth",
        "invalid_json",
        "invalid_post_type",
        "missing_scope",
        "not_allowed_token_type",
        "not_authed",
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
        "token_expired",
        "token_revoked",
        "unknown_method",
    }
)
