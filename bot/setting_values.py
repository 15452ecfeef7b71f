"""How the value of a setting is read.  Each raises ValueError with what it should be."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from domain.retention import LEAST_DELIVERIES, LEAST_INBOX


def text(value: str) -> str:
    return value


def path(value: str) -> Path:
    return Path(value).expanduser()


def url(value: str) -> str:
    if not re.fullmatch(r"(https?|wss?)://[^\s/]+(/\S*)?", value):
        raise ValueError("an address such as https://example.com")
    return value.rstrip("/")


def database_url(value: str) -> str:
    if not re.match(r"postgres(ql)?(\+psycopg2)?://", value):
        raise ValueError("an address such as postgresql://user:password@host/database")
    return value


def port(value: str) -> int:
    if not value.isdecimal() or int(value) > 65535:  # noqa: PLR2004 -- the last port there is
        raise ValueError("a number from 0 to 65535; 0 takes any free port")
    return int(value)


def host_name(value: str) -> str:
    if not re.fullmatch(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9-]+", value.lower()):
        raise ValueError("a domain such as done.example.com")
    return value.lower()


def mail_address(value: str) -> str:
    if not re.fullmatch(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+\.[^\s@<>,;:\"]+", value):
        raise ValueError("a mail address such as donelog@example.com")
    return value


def secrets(value: str) -> tuple[str, ...]:
    found = several(value)
    if not found or any(len(each) < 32 for each in found):  # noqa: PLR2004 -- 128 bits in hexadecimal
        raise ValueError("at least 32 random characters; several, the newest first, with commas between")
    return found


def prefixed(prefix: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if not value.startswith(prefix):
            raise ValueError(f"a token that begins with {prefix}")
        return value

    return read


def bot_tokens(value: str) -> tuple[str, ...]:
    tokens = tuple(dict.fromkeys(several(value)))
    if not tokens or not all(each.startswith("xoxb-") for each in tokens):
        raise ValueError("a token that begins with xoxb-; one for each workspace, with commas between")
    return tokens


def pace(value: str) -> float:
    if not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", value) or float(value) == 0:
        raise ValueError("a number above 0, such as 2 or 0.5")
    return float(value)


def public_keys(value: str) -> tuple[str, ...]:
    from adapters.email.signatures import Verifier  # noqa: PLC0415 -- where none is set, nothing waits for it

    keys = several(value)
    try:
        Verifier(keys)
    except ValueError as error:
        raise ValueError("a public key as SendGrid shows it: base64, in one line") from error
    return keys


def several(value: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in value.split(",") if each.strip())


def _days(least: timedelta) -> Callable[[str], timedelta]:
    def read(value: str) -> timedelta:
        if not re.fullmatch(r"[0-9]{1,4}", value) or int(value) < least.days:
            raise ValueError(f"a number of days, at least {least.days}")
        return timedelta(days=int(value))

    return read


deliveries_kept = _days(LEAST_DELIVERIES)
inbox_kept = _days(LEAST_INBOX)
