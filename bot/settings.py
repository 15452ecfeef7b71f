"""Settings: read once from the environment and `.env`, checked, frozen.

Each can also be given as `NAME_FILE`, the path of a file that holds it.  The environment wins over `.env`.
"""

import dataclasses
import difflib
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import dotenv
import platformdirs

from adapters.email.accounts import Listen, Mailbox, Server, read_imap, read_listen, read_smtp
from bot import setting_values as values
from domain.errors import DoneLogError
from domain.retention import Retention


class SettingsError(DoneLogError):
    """A setting is missing, malformed or unknown; the message names it and says what it should be."""


def _setting(name: str, read: Callable[[str], Any], meaning: str, default: Any = None) -> Any:
    return dataclasses.field(default=default, metadata={"name": name, "read": read, "meaning": meaning})


def default_home() -> Path:
    return Path(platformdirs.user_data_dir("donelog", appauthor=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that can be set; see docs/reference/settings.md."""

    database_url: str | None = _setting(
        "DATABASE_URL",
        values.database_url,
        "PostgreSQL 17 or later; without it donelog runs one of its own.",
    )
    home: Path | None = _setting("DONELOG_HOME", values.path, "Where donelog keeps its database and secret.")
    public_url: str | None = _setting(
        "DONELOG_PUBLIC_URL",
        values.url,
        "How the web server is reached from outside; links in mails need it.",
    )
    http_host: str = _setting("DONELOG_HTTP_HOST", values.text, "The address of the web server.", "127.0.0.1")
    http_port: int = _setting("DONELOG_HTTP_PORT", values.port, "Its port; 0 takes any free one.", 8080)
    secret: tuple[str, ...] = _setting(
        "DONELOG_SECRET",
        values.secrets,
        "Signs addresses, buttons and links; the first signs, all verify.",
        (),
    )
    slack_bot_token: tuple[str, ...] = _setting(
        "SLACK_BOT_TOKEN", values.bot_tokens, "The app's bot token; several, one for each workspace.", ()
    )
    slack_app_token: str | None = _setting(
        "SLACK_APP_TOKEN", values.prefixed("xapp-"), "Its app-level token; no public address is needed."
    )
    slack_signing_secret: tuple[str, ...] = _setting(
        "SLACK_SIGNING_SECRET",
        values.several,
        "Its signing secret, for events over HTTP; two while it changes.",
        (),
    )
    slack_api_url: str = _setting("SLACK_API_URL", values.url, "Slack's Web API.", "https://slack.com/api")
    discord_bot_token: str | None = _setting("DISCORD_BOT_TOKEN", values.text, "The Discord bot's token.")
    discord_api_url: str = _setting(
        "DISCORD_API_URL", values.url, "Discord's HTTP API.", "https://discord.com/api/v10"
    )
    discord_gateway_url: str = _setting(
        "DISCORD_GATEWAY_URL", values.url, "Discord's gateway.", "wss://gateway.discord.gg"
    )
    sendgrid_api_key: str | None = _setting(
        "SENDGRID_API_KEY", values.text, "SendGrid's API key, to send mail."
    )
    sendgrid_api_url: str = _setting(
        "SENDGRID_API_URL", values.url, "SendGrid's API.", "https://api.sendgrid.com"
    )
    sendgrid_inbound_public_key: tuple[str, ...] = _setting(
        "SENDGRID_INBOUND_PUBLIC_KEY",
        values.public_keys,
        "Key of the Inbound Parse policy; two while it changes.",
        (),
    )
    sendgrid_event_public_key: tuple[str, ...] = _setting(
        "SENDGRID_EVENT_PUBLIC_KEY",
        values.public_keys,
        "Key of the signed Event Webhook; two while it changes.",
        (),
    )
    inbound_token: str | None = _setting(
        "DONELOG_INBOUND_TOKEN", values.text, "The secret in the address /sendgrid/inbound?token=..."
    )
    mail_domain: str | None = _setting(
        "DONELOG_MAIL_DOMAIN",
        values.host_name,
        "Domain of each person's own address, out and in.",
    )
    mail_from: str | None = _setting(
        "DONELOG_MAIL_FROM", values.mail_address, "Sender of mail to whoever has no such address."
    )
    smtp_url: Server | None = _setting(
        "SMTP_URL", read_smtp, "An ordinary mail account or server, to send mail instead of SendGrid."
    )
    imap_url: Mailbox | None = _setting(
        "IMAP_URL", read_imap, "The mailbox of an ordinary account, in which answers arrive."
    )
    smtp_listen: Listen | None = _setting(
        "DONELOG_SMTP_LISTEN", read_listen, "Where to take mail for the mail domain, as its mail server."
    )
    pace: float = _setting(
        "DONELOG_PACE",
        values.pace,
        "How many times as fast as published limits say Slack and Discord are called.",
        1.0,
    )
    deliveries_kept: timedelta = _setting(
        "DONELOG_DELIVERIES_KEPT",
        values.deliveries_kept,
        "Days for which deliveries and what became of them are kept.",
        Retention().deliveries,
    )
    inbox_kept: timedelta = _setting(
        "DONELOG_INBOX_KEPT",
        values.inbox_kept,
        "Days for which the raw form of what arrived is kept.",
        Retention().inbox,
    )
    meilisearch_url: str | None = _setting("MEILISEARCH_URL", values.url, "Without it PostgreSQL searches.")
    meilisearch_key: str | None = _setting("MEILISEARCH_KEY", values.text, "Its key.")

    @property
    def sends_mail(self) -> bool:
        return self.sendgrid_api_key is not None or self.smtp_url is not None

    @property
    def retention(self) -> Retention:
        return Retention(self.deliveries_kept, self.inbox_kept)

    @property
    def home_folder(self) -> Path:
        return self.home or default_home()


def names() -> dict[str, str]:
    """Every setting's name and meaning."""
    return {each.metadata["name"]: each.metadata["meaning"] for each in dataclasses.fields(Settings)}


def env_file() -> Path:
    """`.env` beside the program, where `donelog setup` writes what it has learnt."""
    return Path(__file__).resolve().parent.parent / ".env"


def load(file: Path | None = None) -> Settings:
    """The settings of this process.

    Args:
        file: what holds those that the environment does not give; `.env` beside the program by default.

    Raises:
        SettingsError: one is malformed, unknown, given twice, or missing beside another.
    """
    return read({**written(file or env_file()), **os.environ})


def written(file: Path) -> dict[str, str]:
    """What stands in that file, as written: `${...}` in a token means nothing.

    Raises:
        SettingsError: it is there and cannot be read.
    """
    try:
        found = dotenv.dotenv_values(file, interpolate=False)
    except OSError as error:
        raise SettingsError(f"{file} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file} holds no text.") from error
    return {name: value for name, value in found.items() if value is not None}


def read(environment: Mapping[str, str]) -> Settings:
    """The settings in `environment`; an empty value counts as none.

    Raises:
        SettingsError: as for `load`.
    """
    known = names()
    for name in environment:
        if name.startswith("DONELOG_") and name.removesuffix("_FILE") not in known:
            raise SettingsError(_no_such_setting(name, known))
    given = {
        each.name: value
        for each in dataclasses.fields(Settings)
        if (value := _read_one(environment, each.metadata["name"], each.metadata["read"])) is not None
    }
    settings = Settings(**given)
    _check_together(settings)
    return settings


def _no_such_setting(name: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name.removesuffix("_FILE"), known, n=1, cutoff=0.8)
    hint = f"did you mean {close[0]}? " if close else ""
    return f"{name} is not a setting of donelog; {hint}docs/reference/settings.md lists them all."


def read_one(environment: Mapping[str, str], name: str) -> Any:
    """One setting, or its default; whether it goes together with others is not asked.

    Raises:
        SettingsError: it is malformed, or given twice.
    """
    each = next(each for each in dataclasses.fields(Settings) if each.metadata["name"] == name)
    found = _read_one(environment, name, each.metadata["read"])
    return each.default if found is None else found


def _read_one(environment: Mapping[str, str], name: str, parse: Callable[[str], Any]) -> Any:
    given = environment.get(name, "").strip()
    path = environment.get(f"{name}_FILE", "").strip()
    if given and path:
        raise SettingsError(f"{name} and {name}_FILE are both set; keep one of them.")
    if path:
        try:
            given = Path(path).read_text().strip()
        except OSError as error:
            raise SettingsError(f"{name}_FILE: {path} cannot be read ({error.strerror}).") from error
        except UnicodeDecodeError as error:
            raise SettingsError(f"{name}_FILE: {path} holds no text.") from error
    if not given:
        return None
    try:
        return parse(given)
    except ValueError as wanted:
        raise SettingsError(f"{name} should be {wanted}.") from None


def _check_together(settings: Settings) -> None:
    if settings.database_url and not settings.secret:
        raise SettingsError(
            "DONELOG_SECRET is missing: with DATABASE_URL every process needs the same one. "
            "`openssl rand -hex 32` makes one."
        )
    if settings.slack_bot_token and not (settings.slack_app_token or settings.slack_signing_secret):
        raise SettingsError(
            "SLACK_APP_TOKEN is missing (or SLACK_SIGNING_SECRET, for events over HTTP): "
            "without one of them nothing that people write arrives."
        )
    _check_mail(settings)


def _check_mail(settings: Settings) -> None:
    sends = settings.sendgrid_api_key or settings.smtp_url
    if sends and not (settings.mail_domain or settings.mail_from):
        raise SettingsError("DONELOG_MAIL_DOMAIN (or DONELOG_MAIL_FROM) is missing: mail needs a sender.")
    if settings.sendgrid_api_key and settings.smtp_url:
        raise SettingsError("SENDGRID_API_KEY and SMTP_URL are both set; keep the one that sends mail.")
    if settings.smtp_listen and not settings.mail_domain:
        raise SettingsError("DONELOG_MAIL_DOMAIN is missing: DONELOG_SMTP_LISTEN takes mail for that domain.")
    if settings.imap_url and not (settings.mail_from or settings.mail_domain):
        raise SettingsError("DONELOG_MAIL_FROM is missing: it is the address of the mailbox in IMAP_URL.")
