"""Checks settings, database, channels, DNS and search, and says what to do about each problem."""

import asyncio
import os
from collections.abc import Sequence
from datetime import timedelta

import aiohttp

from adapters.discord.api import DiscordApi
from adapters.discord.checks import check as check_discord
from adapters.email.account_checks import check_imap, check_smtp
from adapters.email.checks import MailWanted, SendGridAccount
from adapters.search.meili import MeiliSearch
from adapters.slack.api import SlackApi
from adapters.slack.checks import check as check_slack
from adapters.storage.checks import look
from adapters.storage.ledger_report import Closed
from bot.clock import real_now
from bot.console import Surroundings, is_first_start, opened
from bot.core import Core, channels_of
from bot.findings import Line, State, ok, problem, unknown
from bot.mail_dns import SystemResolver, check_mail_dns
from bot.settings import Settings, SettingsError
from domain.people import Channel
from domain.ports.search import SearchDown
from migrations.run import current, head

CLOCKS_APART = timedelta(seconds=30)
"""Signatures of webhooks are refused from five minutes on; leases run for a few."""
HEALTH_SECONDS = 10.0
PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")


def diagnose(surroundings: Surroundings) -> list[Line]:
    """The findings, in the order in which to mend them."""
    try:
        settings = surroundings.settings()
    except SettingsError as error:
        return [problem("settings", str(error))]
    lines = [ok("settings", f"All settings can be read ({surroundings.settings_file} and the environment).")]
    lines += _proxies()
    lines += _database(settings)
    lines += asyncio.run(_services(settings, _linked_guilds(settings, lines)))
    if settings.mail_domain and settings.sendgrid_api_key:
        lines += check_mail_dns(settings.mail_domain, surroundings.resolver or SystemResolver())
    return lines


def _proxies() -> list[Line]:
    """slack_sdk takes a proxy from the environment and never looks at NO_PROXY."""
    found = [name for name in PROXIES if os.environ.get(name)]
    if not found:
        return []
    text = f"{found[0]} is set: Slack is called through it, whatever NO_PROXY says; the others directly."
    return [unknown("network", text, "Unset it for donelog if Slack can be reached without it.")]


# ---------------------------------------------------------------- the database


def _database(settings: Settings) -> list[Line]:
    if is_first_start(settings):
        return [
            unknown("database", f"There is none in {settings.home_folder} yet.", "./donelog run makes it.")
        ]
    try:
        with opened(settings) as core:
            return [*_facts(database_url(core)), *_closed(core)]
    except SettingsError as error:
        return [problem("database", str(error))]


def database_url(core: Core) -> str:
    """Where the core's database is."""
    if core.server is not None:
        return core.server.database("donelog")
    return core.settings.database_url or ""


def _facts(url: str) -> list[Line]:
    facts = look(url)
    apart = facts.time - real_now()
    lines = [ok("database", f"PostgreSQL {facts.version} answers.")]
    lines.append(_revision(current(url) or "", head()))
    for table, rows in facts.stray_rows.items():
        text = f"{rows} rows of {table} lie in no partition of their own."
        lines.append(unknown("database", text, "Nothing is lost; keep a worker running, which makes them."))
    if abs(apart) > CLOCKS_APART:
        text = f"This machine's clock is {abs(apart).total_seconds():.0f} s off the database's."
        lines.append(problem("database", text, "Set both by NTP."))
    return lines


def _closed(core: Core) -> list[Line]:
    """What providers refuse at present, so that no worker calls them."""
    now = core.database.time()
    with core.database.storage.begin() as uow:
        return [_closed_line(each) for each in uow.report.closed(now)]


def _closed_line(closed: Closed) -> Line:
    channel = closed.name.partition(" ")[0].partition("-")[0]
    area = {"email": "mail"}.get(channel, channel)
    why = f": {closed.reason}" if closed.reason else ""
    text = f"{closed.name} is closed until {closed.until:%H:%M:%S} UTC{why}."
    if not closed.refuses_all:
        return unknown(area, text, "A limit is used up; it opens by itself.")
    return problem(
        area, text, "Mend what was refused; restarted with another token or key it is tried at once."
    )


def _revision(found: str, newest: str) -> Line:
    if found == newest:
        return ok("database", f"The schema is the newest ({newest}).")
    text = f"The schema is {found}, this program knows {newest}."
    return unknown("database", text, "A later donelog has brought it there: update this one.")


def _linked_guilds(settings: Settings, lines: Sequence[Line]) -> list[str]:
    """The servers that are connected; none while the database cannot tell."""
    known = all(line.state is State.OK for line in lines if line.area == "database")
    if not known or Channel.DISCORD not in channels_of(settings):
        return []
    with opened(settings) as core:
        return core.done_log.linked(Channel.DISCORD)


# ---------------------------------------------------------------- everything behind a network


async def _services(settings: Settings, guilds: list[str]) -> list[Line]:
    looked = (_slack(settings), _discord(settings, guilds), _mail(settings), _web(settings))
    found = await asyncio.gather(*looked)
    lines = [line for lines in found for line in lines]
    if not channels_of(settings):
        lines.insert(
            0, problem("channels", "No channel is set up.", "./donelog setup slack (or discord, email)")
        )
    return [*lines, *await asyncio.to_thread(_search, settings)]


def _found(area: str, findings: Sequence[tuple[bool, str]]) -> list[Line]:
    return [ok(area, text) if right else problem(area, text) for right, text in findings]


async def _slack(settings: Settings) -> list[Line]:
    if not settings.slack_bot_token:
        return []
    api = SlackApi(f"{settings.slack_api_url}/")
    try:
        return _found("slack", await check_slack(api, settings.slack_bot_token, settings.slack_app_token))
    finally:
        await api.close()


async def _discord(settings: Settings, guilds: list[str]) -> list[Line]:
    if settings.discord_bot_token is None:
        return []
    api = DiscordApi(settings.discord_bot_token, settings.discord_api_url)
    try:
        return _found("discord", await check_discord(api, guilds))
    finally:
        await api.close()


async def _mail(settings: Settings) -> list[Line]:
    lines = await _accounts(settings)
    if settings.sendgrid_api_key is None:
        return lines
    async with aiohttp.ClientSession() as session:
        account = SendGridAccount(session, settings.sendgrid_api_key, settings.sendgrid_api_url)
        lines += _found("mail", await account.check(mail_wanted(settings)))
    is_heard = settings.inbound_token or settings.imap_url or settings.smtp_listen
    if settings.mail_domain and not is_heard:
        lines.append(problem("mail", "DONELOG_INBOUND_TOKEN is missing.", "./donelog setup email"))
    return lines


async def _accounts(settings: Settings) -> list[Line]:
    """Checks of an ordinary mail account, where one is configured."""
    lines: list[Line] = []
    if settings.smtp_url is not None:
        lines += _found("mail", [await check_smtp(settings.smtp_url)])
    if settings.imap_url is not None:
        lines += _found("mail", await check_imap(settings.imap_url))
    return lines


def mail_wanted(settings: Settings) -> MailWanted:
    """The settings that SendGrid should have for this installation."""
    inbound = inbound_url(settings.public_url, settings.inbound_token)
    event_url = f"{settings.public_url}/sendgrid/events" if settings.public_url else None
    return MailWanted(settings.mail_domain, inbound, event_url, settings.sendgrid_event_public_key)


def inbound_url(public_url: str | None, token: str | None) -> str | None:
    return f"{public_url}/sendgrid/inbound?token={token}" if public_url and token else None


async def _web(settings: Settings) -> list[Line]:
    if settings.public_url is None:
        if settings.sendgrid_api_key is None:
            return []
        text = "DONELOG_PUBLIC_URL is missing, so mails have no link to stop them."
        return [problem("web", text, "Set it to the address at which this machine is reached from outside.")]
    url = f"{settings.public_url}/health"
    advice = "Is `./donelog run` running, and does that address lead to it?"
    try:
        timeout = aiohttp.ClientTimeout(total=HEALTH_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
            said = (await answer.content.read(100)).strip()
            status = answer.status
    except (aiohttp.ClientError, OSError) as error:
        return [problem("web", f"{url} does not answer ({type(error).__name__}).", advice)]
    if said != b"alive":
        return [problem("web", f"{url} is answered by something else ({status}).", advice)]
    return [ok("web", f"{settings.public_url} leads here.")]


def _search(settings: Settings) -> list[Line]:
    if settings.meilisearch_url is None:
        return []
    engine = MeiliSearch(settings.meilisearch_url, settings.meilisearch_key)
    try:
        return [ok("search", f"Meilisearch {engine.check()} answers.")]
    except SearchDown as down:
        text = f"Meilisearch does not answer ({down}); PostgreSQL searches instead."
        return [problem("search", text, "Check MEILISEARCH_URL and MEILISEARCH_KEY.")]
    finally:
        engine.close()
