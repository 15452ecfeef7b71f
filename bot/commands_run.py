"""`donelog run`, and its parts: `web`, `gateway`, `worker`."""

from typing import TYPE_CHECKING

import typer

from bot.console import around, fail, opened, say

if TYPE_CHECKING:  # only for the checker: commands load lazily
    from bot.compose import Work
    from bot.settings import Settings

NOTHING_ON = """\
No channel is set up yet, so there is nobody to ask. Set one up:
    ./donelog setup slack
    ./donelog setup discord
    ./donelog setup email
Or see a whole team's day first, without any account: ./donelog demo"""


def run(context: typer.Context) -> None:
    """Run everything in one process."""
    from bot.compose import EVERYTHING

    _start(context, EVERYTHING)


def web(context: typer.Context) -> None:
    """Run the part that serves HTTP.  There may be as many as you like."""
    from bot.compose import Work

    _start(context, Work.WEB)


def gateway(context: typer.Context) -> None:
    """Run the part that holds Slack's socket and Discord's gateway."""
    from bot.compose import Work

    _start(context, Work.GATEWAY)


def worker(context: typer.Context) -> None:
    """Run the part that asks people and sends digests.  There may be as many as you like."""
    from bot.compose import Work

    _start(context, Work.WORKER)


def _start(context: typer.Context, work: "Work") -> None:
    from bot import logs, processes
    from bot.core import channels_of

    settings = around(context).settings()
    if not channels_of(settings):
        fail(NOTHING_ON)
    for line in channel_lines(settings):
        say(line)
    with opened(settings) as core:
        logs.set_up()
        processes.run(core, work, say)


def channel_lines(settings: "Settings") -> list[str]:
    """Which channels are on, and for each other the command that sets it up."""
    return [_slack(settings), _discord(settings), *_mail(settings)]


def _slack(settings: "Settings") -> str:
    if not settings.slack_bot_token:
        return "Slack    off   ./donelog setup slack"
    way = "Socket Mode" if settings.slack_app_token else "events over HTTP at /slack/events"
    return f"Slack    on    {way}"


def _discord(settings: "Settings") -> str:
    if settings.discord_bot_token is None:
        return "Discord  off   ./donelog setup discord"
    return "Discord  on"


def _mail(settings: "Settings") -> list[str]:
    if not settings.sends_mail:
        return ["Mail     off   ./donelog setup email"]
    return _mail_by_sendgrid(settings) if settings.sendgrid_api_key else _mail_by_account(settings)


def _mail_by_account(settings: "Settings") -> list[str]:
    server, mailbox, door = settings.smtp_url, settings.imap_url, settings.smtp_listen
    ways = [f"through {server.host}"] if server else []
    ways += [f"answers from the mailbox at {mailbox.server.host}"] if mailbox else []
    ways += [f"answers at {door.host}:{door.port}"] if door else []
    lines = [f"Mail     on    from {settings.mail_domain or settings.mail_from}, {', '.join(ways)}"]
    if mailbox is None and door is None and not (settings.mail_domain and settings.inbound_token):
        lines.append("           IMAP_URL is missing: no answer by mail arrives")
    return lines


def _mail_by_sendgrid(settings: "Settings") -> list[str]:
    given = {
        "DONELOG_MAIL_DOMAIN": (settings.mail_domain, "no answer by mail arrives"),
        "DONELOG_INBOUND_TOKEN": (settings.inbound_token, "no answer by mail is taken in"),
        "DONELOG_PUBLIC_URL": (settings.public_url, "mails have no link to stop them"),
        "SENDGRID_EVENT_PUBLIC_KEY": (settings.sendgrid_event_public_key, "bounces are not noticed"),
    }
    missing = [f"           {name} is missing: {loss}" for name, (value, loss) in given.items() if not value]
    hint = "   ./donelog setup email asks for what is missing:" if missing else ""
    return [f"Mail     on    from {settings.mail_domain or settings.mail_from}{hint}", *missing]
