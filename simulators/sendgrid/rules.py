"""What `POST /v3/mail/send` refuses beyond what its published description states.

https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors
https://www.twilio.com/docs/sendgrid/api-reference/mail-send/limitations
https://www.twilio.com/docs/sendgrid/for-developers/sending-email/personalizations
https://www.twilio.com/docs/sendgrid/for-developers/sending-email/substitution-tags
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

MOST_PERSONALIZATIONS = 1000
MOST_RECIPIENTS = 1000
MOST_BYTES = 30 * 1024 * 1024
"""Of a whole request."""
MOST_ARGUMENT_BYTES = 10_000
"""Of the `custom_args` of one message, and of the `substitutions` of one personalization."""
MOST_AHEAD = 72 * 3600
"""Seconds that `send_at` may lie in the future."""
RESERVED_HEADERS = frozenset(
    [
        *["x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding"],
        *["to", "from", "subject", "reply-to", "cc", "bcc"],
    ]
)
_HELP = "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#message."
_KINDS = ("to", "cc", "bcc")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>{_LABEL}(?:\.{_LABEL})+)")
_HEADER_NAME = re.compile(r"[!-9;-~]+")


@dataclass(frozen=True, slots=True)
class Refusal:
    message: str
    field: str | None = None
    """A path with dots: `personalizations.7.to.0.email`."""

    def shown(self) -> dict[str, str | None]:
        """The refusal as an entry of the answer's `errors`."""
        place = re.sub(r"\.\d+(?=\.|$)", "", self.field) if self.field else None
        return {"message": self.message, "field": self.field, "help": f"{_HELP}{place}" if place else None}


def is_address(text: object) -> bool:
    """Whether `text` is an address in the dotted form that is deliverable (RFC 5321: 64 and 254 octets)."""
    found = _ADDRESS.fullmatch(text) if isinstance(text, str) else None
    return found is not None and len(found["local"]) <= 64 and len(found.group()) <= 254  # noqa: PLR2004 -- RFC 5321


def refusals(request: Mapping[str, Any], now: datetime) -> list[Refusal]:
    """Everything that is wrong with a request; one mistake refuses the whole of it."""
    many: Sequence[Mapping[str, Any]] = request.get("personalizations", ())
    if not many:
        return [Refusal("You must have at least one personalization.", "personalizations")]
    if len(many) > MOST_PERSONALIZATIONS:
        sentence = (
            f"The personalization block is limited to {MOST_PERSONALIZATIONS} personalizations per API"
            f" request. You have provided {len(many)} personalizations."
            " Please consider splitting this into multiple requests and resending your request."
        )
        return [Refusal(sentence, "personalizations")]
    found = [*_whole(request, many), *_recipients(many)]
    for index, one in enumerate(many):
        found += _personalization(request, one, f"personalizations.{index}", now)
    return found


def unsure(request: Mapping[str, Any]) -> Iterator[str]:
    """What is accepted although the documentation does not say what comes of it."""
    if "send_at" in request or any("send_at" in one for one in request["personalizations"]):
        yield "send_at: here mail leaves at once"
    shared = " ".join(str(value) for value in request.get("headers", {}).values())
    for index, one in enumerate(request["personalizations"]):
        own = " ".join(str(value) for value in one.get("headers", {}).values())
        values: Mapping[str, str] = one.get("substitutions", {})
        for tag in values:
            if tag in shared or tag in own:
                yield f"personalizations.{index}: {tag!r} stands in a header, where nothing is substituted"
            if any(tag in value for value in values.values()):
                yield f"personalizations.{index}: {tag!r} stands in a value that is put in"


def _whole(request: Mapping[str, Any], many: Sequence[Mapping[str, Any]]) -> Iterator[Refusal]:
    yield from _sender(request.get("from"), "from")
    if (
        not request.get("subject")
        and not all(one.get("subject") for one in many)
        and "template_id" not in request
    ):
        yield Refusal(
            "The subject is required. You can get around this requirement if you use a template with a"
            " subject defined or if every personalization has a subject defined.",
            "subject",
        )
    if "reply_to" in request and "reply_to_list" in request:
        yield Refusal("reply_to is mutually exclusive with reply_to_list.", "reply_to_list")
    if "reply_to" in request and not is_address(request["reply_to"].get("email")):
        yield Refusal("The reply_to email does not contain a valid address.", "reply_to.email")
    if "template_id" in request:
        yield Refusal("The template_id does not name a template of this account.", "template_id")
    yield from _contents(request)
    yield from _headers(request.get("headers", {}), "headers")


def _contents(request: Mapping[str, Any]) -> Iterator[Refusal]:
    contents = request.get("content", ())
    if not contents:
        yield Refusal(
            "Unless a valid template_id is provided, the content parameter is required."
            " There must be at least one defined content block.",
            "content",
        )
    kinds = [str(part.get("type", "")).split(";")[0].strip().lower() for part in contents]
    known = [kind for kind in ("text/plain", "text/x-amp-html", "text/html") if kind in kinds]
    if kinds != known + [kind for kind in kinds if kind not in known]:
        yield Refusal(
            "If present, text/plain and text/html may only be provided once, and text/plain must be first,"
            " followed by text/html, followed by any other content.",
            "content",
        )
    for index, part in enumerate(contents):
        if not isinstance(part.get("value"), str) or not part["value"]:
            sentence = "The content value must be a string at least one character in length."
            yield Refusal(sentence, f"content.{index}.value")


def _sender(given: object, field: str) -> Iterator[Refusal]:
    if not isinstance(given, Mapping) or not given.get("email"):
        sentence = "The from object must be provided for every email send. It requires the email parameter."
        yield Refusal(sentence, f"{field}.email")
    elif not is_address(given["email"]):
        yield Refusal("The from email does not contain a valid address.", f"{field}.email")


def _recipients(many: Sequence[Mapping[str, Any]]) -> Iterator[Refusal]:
    seen: set[str] = set()
    total = 0
    for index, one in enumerate(many):
        inside: set[str] = set()
        for kind in _KINDS:
            for person in one.get(kind, ()):
                total += 1
                address = str(person.get("email", "")).lower()
                if address in inside:
                    yield Refusal(
                        "Each email address in the personalization block should be unique between to, cc, and"
                        f" bcc. We found the first duplicate instance of [{address}] in the"
                        f" personalizations.{index}.{kind} field.",
                        f"personalizations.{index}",
                    )
                elif address in seen:
                    yield Refusal(
                        "Each unique email address in the personalizations array should only be included"
                        f" once. You have included [{address}] more than once.",
                        f"personalizations.{index}.{kind}",
                    )
                inside.add(address)
        seen |= inside
    if total > MOST_RECIPIENTS:
        sentence = f"There is a limit of {MOST_RECIPIENTS} total recipients (to + cc + bcc) per request."
        yield Refusal(sentence, "personalizations")


def _personalization(
    request: Mapping[str, Any], one: Mapping[str, Any], field: str, now: datetime
) -> Iterator[Refusal]:
    if not one.get("to"):
        sentence = "The to parameter is required for all personalization objects."
        yield Refusal(
            f"{sentence} It must hold at least one email object with a valid address.", f"{field}.to"
        )
    for kind in _KINDS:
        for place, person in enumerate(one.get(kind, ())):
            if not is_address(person.get("email")):
                sentence = "Does not contain a valid address."
                yield Refusal(sentence, f"{field}.{kind}.{place}.email")
    if "from" in one:
        yield from _own_sender(request, one["from"], f"{field}.from")
    if "subject" in one and not one["subject"]:
        sentence = "The personalizations subject must be a string at least one character in length."
        yield Refusal(sentence, f"{field}.subject")
    yield from _headers(one.get("headers", {}), f"{field}.headers")
    yield from _arguments(one.get("custom_args", request.get("custom_args") or {}), f"{field}.custom_args")
    yield from _arguments(one.get("substitutions", {}), f"{field}.substitutions")
    yield from _send_at(one.get("send_at", request.get("send_at")), f"{field}.send_at", now)


def _own_sender(request: Mapping[str, Any], given: Mapping[str, Any], field: str) -> Iterator[Refusal]:
    yield from _sender(given, field)
    domain, shared = (
        str(one.get("email", "")).rpartition("@")[2].lower() for one in (given, request.get("from", {}))
    )
    if domain != shared:
        yield Refusal(
            "The from domain must match the domain of the message's from address.", f"{field}.email"
        )


def _headers(headers: Mapping[str, Any], field: str) -> Iterator[Refusal]:
    for name, value in headers.items():
        if name.lower() in RESERVED_HEADERS:
            yield Refusal(f"You cannot use the reserved header {name}.", f"{field}.{name}")
        elif _HEADER_NAME.fullmatch(name) is None:
            yield Refusal("The header's name must be printable ASCII without spaces or colons.", field)
        elif not isinstance(value, str):
            yield Refusal("The header's value must be a string.", f"{field}.{name}")
        elif "\r" in value or "\n" in value:
            yield Refusal("The header's value must not contain line breaks.", f"{field}.{name}")


def _arguments(values: Mapping[str, Any], field: str) -> Iterator[Refusal]:
    for name, value in values.items():
        if not isinstance(value, str):
            yield Refusal("Each value must be a string.", f"{field}.{name}")
    if len(json.dumps(values, ensure_ascii=False).encode()) > MOST_ARGUMENT_BYTES:
        yield Refusal(f"The total size may not exceed {MOST_ARGUMENT_BYTES} bytes.", field)


def _send_at(at: object, field: str, now: datetime) -> Iterator[Refusal]:
    if isinstance(at, int) and at > now.timestamp() + MOST_AHEAD:
        yield Refusal("The send_at time must be within the next 72 hours.", field)
