"""What can be read about the account: keys and their scopes, sender domains, webhook settings.

https://www.twilio.com/docs/sendgrid/api-reference/api-key-permissions
https://www.twilio.com/docs/sendgrid/api-reference/settings-inbound-parse
https://www.twilio.com/docs/sendgrid/api-reference/webhooks
https://www.twilio.com/docs/sendgrid/api-reference/domain-authentication
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from simulators.sendgrid.signing import SigningKey

SCOPES = frozenset(
    [
        "mail.send",
        "user.profile.read",
        "user.webhooks.event.settings.read",
        "user.webhooks.parse.settings.read",
        "whitelabel.read",
    ]
)
"""What a key of "full access" may do here."""
_EVENTS = [
    *["bounce", "click", "deferred", "delivered", "dropped", "group_resubscribe", "group_unsubscribe"],
    *["open", "processed", "spam_report", "unsubscribe"],
]


@dataclass(slots=True)
class Account:
    keys: dict[str, frozenset[str]] = field(default_factory=dict)
    """API key to scopes."""
    sender_domains: set[str] | None = None
    """Domains authenticated for sending; None: every one is."""
    event_url: str = ""
    event_key: SigningKey = field(default_factory=SigningKey)
    inbound_url: str = ""
    inbound_hostname: str = "mail.example.com"
    inbound_key: SigningKey = field(default_factory=SigningKey)
    inbound_sends_raw: bool = True

    def add_key(self, scopes: Iterable[str] = SCOPES) -> str:
        """Make an API key that may do what `scopes` say."""
        key = f"SG.{secrets.token_urlsafe(16)}.{secrets.token_urlsafe(32)}"
        self.keys[key] = frozenset(scopes)
        return key

    def profile(self) -> dict[str, str]:
        return {"first_name": "Ada", "last_name": "Example", "company": "Example", "country": "US"}

    def domains(self) -> list[dict[str, Any]]:
        found = sorted(self.sender_domains or ())
        return [
            {
                "id": place,
                "domain": domain,
                "subdomain": "em",
                "valid": True,
                "default": place == 1,
                "dns": {},
            }
            for place, domain in enumerate(found, start=1)
        ]

    def parse_settings(self) -> dict[str, list[dict[str, Any]]]:
        if not self.inbound_url:
            return {"result": []}
        shown = {
            "url": self.inbound_url,
            "hostname": self.inbound_hostname,
            "spam_check": False,
            "send_raw": self.inbound_sends_raw,
        }
        return {"result": [shown]}

    def event_settings(self) -> dict[str, Any]:
        return {
            "enabled": bool(self.event_url),
            "url": self.event_url,
            "friendly_name": "donelog",
            "id": "77d4a5da-7015-11ed-a1eb-0242ac120002",
            "public_key": self.event_key.public,
            **dict.fromkeys(_EVENTS, True),
        }

    def all_event_settings(self) -> dict[str, Any]:
        return {"max_allowed": 5, "webhooks": [self.event_settings()]}
