"""What a mail server's answer means for a letter.

Codes: RFC 5321, 4.2.3; the enhanced ones behind them: RFC 3463.  A code of 500 or more is final for that
address or letter, but many servers also use them for what is wrong with the account that sends, or with its
pace (https://support.google.com/a/answer/3726730): that passes, and mail waits for it.
"""

import enum
import logging
import re

from domain.deliveries import REFUSED_FOR, Later, LimitScope, Never, Outcome, RefusalScope

_ENHANCED = re.compile(r"\s*[245]\.(\d{1,3})\.(\d{1,3})\b")
_FINAL = 500
_LONGEST_REASON = 200
_NO_SUCH_ADDRESS = frozenset([550, 551, 553])
_BAD_ADDRESS = frozenset([("1", each) for each in "1236"] + [("2", "1"), ("1", "10")])
"""No such mailbox, domain or form of address, moved, switched off, takes no mail."""
_LOGIN_REFUSED = frozenset([530, 534, 535, 538])
"""RFC 4954, 6."""
_TOO_LARGE = frozenset([("3", "4"), ("2", "3")])
_log = logging.getLogger(__name__)


class Stage(enum.Enum):
    """How far the letter had come."""

    ACCOUNT = "account"
    """Greeting, TLS, login, MAIL FROM: nothing of the letter itself."""
    RECIPIENT = "recipient"
    CONTENT = "content"


def outcome_of(stage: Stage, code: int, said: str) -> Outcome:
    """What a refusal means for the delivery; logs an error where whoever runs the installation must act."""
    reason = f"{code} {' '.join(said.split())}"[:_LONGEST_REASON]
    if code < _FINAL:
        return Later(reason)
    found = _ENHANCED.match(said)
    detail = (found[1], found[2]) if found else None
    if stage is not Stage.ACCOUNT:
        if detail in _BAD_ADDRESS:
            return Never(reason, RefusalScope.ADDRESS)
        if detail is None and stage is Stage.RECIPIENT and code in _NO_SUCH_ADDRESS:
            return Never(reason, RefusalScope.ADDRESS)
        if detail in _TOO_LARGE:
            return Never(reason)
    _log.error(
        "The mail server does not take our mail (%s). Mail waits; check SMTP_URL and the account", reason
    )
    if stage is Stage.ACCOUNT and code in _LOGIN_REFUSED:
        return Later(reason, REFUSED_FOR, LimitScope.EVERYTHING, of_credential=True)
    return Later(reason)
