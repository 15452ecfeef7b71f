"""Whether SendGrid is set up right, for `doctor` and `setup`; every call only reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp

from domain.deliveries import CALL_DEADLINE

Finding = tuple[bool, str]
SEND, DOMAINS = "mail.send", "whitelabel.read"
PARSE, EVENTS = "user.webhooks.parse.settings.read", "user.webhooks.event.settings.read"


@dataclass(frozen=True, slots=True)
class MailWanted:
    """What SendGrid should be told; what is None is not looked at."""

    mail_domain: str | None
    inbound_url: str | None
    event_url: str | None
    event_public_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """A record that SendGrid wants to see before it sends for a domain."""

    host: str
    kind: str
    data: str


class SendGridAccount:
    """What can be read of an account with a key.

    Args:
        session: carries the requests; whoever made it closes it.
        api_key: with any permissions; what they do not cover is not looked at.
        api_url: where the API is.
    """

    def __init__(self, session: aiohttp.ClientSession, api_key: str, api_url: str) -> None:
        self._session = session
        self._headers = {"Authorization": f"Bearer {api_key}"}
        self._url = api_url.rstrip("/")

    async def check(self, wanted: MailWanted) -> list[Finding]:
        """What is right (True) and what is not, a sentence each."""
        try:
            scopes = set((await self._get("scopes"))["scopes"])
            findings = [_sends(scopes)]
            if DOMAINS in scopes and wanted.mail_domain:
                findings.append(_domain(await self._domains(), wanted.mail_domain))
            if PARSE in scopes and wanted.mail_domain and wanted.inbound_url:
                found = (await self._get("user/webhooks/parse/settings"))["result"]
                findings.append(_parse(found, wanted.mail_domain, wanted.inbound_url))
            if EVENTS in scopes and wanted.event_url:
                found = (await self._get("user/webhooks/event/settings/all"))["webhooks"]
                findings.append(_events(found, wanted.event_url, wanted.event_public_keys))
        except aiohttp.ClientResponseError as error:
            return [(False, _refused(error.status))]
        except (aiohttp.ClientError, OSError) as error:
            return [(False, f"SendGrid does not answer ({type(error).__name__}).")]
        except (KeyError, TypeError, ValueError) as error:
            return [(False, f"SendGrid's answer cannot be read ({type(error).__name__}).")]
        return findings

    async def records(self, mail_domain: str) -> list[DnsRecord]:
        """The records that SendGrid shows for a domain; none when it is not there or the key may not see it.

        https://www.twilio.com/docs/sendgrid/api-reference/domain-authentication/list-all-authenticated-domains
        """
        try:
            found = [each for each in await self._domains() if each["domain"] == mail_domain]
            return [
                DnsRecord(record["host"], record["type"].upper(), record["data"])
                for each in found
                for record in each["dns"].values()
            ]
        except (aiohttp.ClientError, OSError, AttributeError, KeyError, TypeError, ValueError):
            return []

    async def _domains(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self._get("whitelabel/domains")
        return found

    async def _get(self, path: str) -> Any:
        timeout = aiohttp.ClientTimeout(total=CALL_DEADLINE.total_seconds())
        async with self._session.get(
            f"{self._url}/v3/{path}", headers=self._headers, timeout=timeout, allow_redirects=False
        ) as answer:
            answer.raise_for_status()
            return await answer.json()


def _refused(status: int) -> str:
    if status == HTTPStatus.UNAUTHORIZED:
        return "SENDGRID_API_KEY does not work; make one at https://app.sendgrid.com/settings/api_keys."
    return f"SendGrid refuses to tell ({status})."


def _sends(scopes: set[str]) -> Finding:
    """https://www.twilio.com/docs/sendgrid/api-reference/api-key-permissions."""
    if SEND in scopes:
        return True, "The key may send mail."
    return False, "SENDGRID_API_KEY may not send mail: give the key the permission Mail Send."


def _domain(found: Sequence[dict[str, Any]], mail_domain: str) -> Finding:
    """https://www.twilio.com/docs/sendgrid/api-reference/domain-authentication."""
    link = "https://app.sendgrid.com/settings/sender_auth"
    ours = [each for each in found if each["domain"] == mail_domain]
    if not ours:
        return False, f"SendGrid does not know the domain {mail_domain}: authenticate it at {link}."
    if not any(each["valid"] for each in ours):
        return False, f"SendGrid has not seen the records of {mail_domain} yet: press Verify at {link}."
    return True, f"SendGrid sends for {mail_domain}."


def _parse(found: Sequence[dict[str, Any]], mail_domain: str, url: str) -> Finding:
    """https://www.twilio.com/docs/sendgrid/api-reference/settings-inbound-parse."""
    link = "https://app.sendgrid.com/settings/parse"
    ours = [each for each in found if each["hostname"] == mail_domain]
    if not ours:
        return False, f"Inbound Parse does not know {mail_domain}: add the host at {link}."
    if all(each["url"] != url for each in ours):
        return (
            False,
            f"Inbound Parse passes mail for {mail_domain} on to another address: change it at {link}.",
        )
    return True, f"Inbound Parse passes mail for {mail_domain} on."


def _events(found: Sequence[dict[str, Any]], url: str, keys: tuple[str, ...]) -> Finding:
    """https://www.twilio.com/docs/sendgrid/api-reference/webhooks."""
    link = "https://app.sendgrid.com/settings/mail_settings/webhook_settings"
    ours = [each for each in found if each["enabled"] and each["url"] == url]
    if not ours:
        return False, f"No Event Webhook posts to {url}: add it at {link}, with the signature switched on."
    if not any(each.get("public_key") for each in ours):
        return False, f"The Event Webhook is not signed: switch Signed Event Webhook on at {link}."
    if not any(each["public_key"] in keys for each in ours):
        return False, "SENDGRID_EVENT_PUBLIC_KEY is not the key that the Event Webhook is signed with."
    return True, "The Event Webhook is signed and posts here."
