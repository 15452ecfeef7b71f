"""`donelog gallery`: everything the bot says, on every channel, on one page to look at."""

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader

from adapters.discord.render import render as render_discord
from adapters.email.render import Links
from adapters.email.render import render as render_mail
from adapters.slack.render import render as render_slack
from domain.commands import Command
from domain.messages import Message
from domain.people import Channel
from simulators.plain import discord_content, slack_content
from tests.examples import examples


@dataclass(frozen=True, slots=True)
class Shown:
    """One example as its readers see it."""

    name: str
    slack: str
    discord: str
    subject: str
    text: str
    html: str


def write(path: Path) -> int:
    """Write the page; how many examples it shows."""
    slack, discord, mail = (examples(channel) for channel in Channel)
    shown = [_shown(name, slack[name], discord[name], mail[name]) for name in slack]
    pages = Environment(loader=PackageLoader("simulators"), autoescape=True)
    path.write_text(pages.get_template("gallery.html.j2").render(examples=shown), encoding="utf-8")
    return len(shown)


def _shown(name: str, slack: Message, discord: Message, mail: Message) -> Shown:
    on_discord = render_discord(discord, _sign)
    letter = render_mail(mail, Links(act=lambda command: f"https://done.example.com/do/{_sign(command)}"))
    return Shown(
        name.replace("_", " "),
        slack_content(render_slack(slack, _sign)),
        discord_content(on_discord["content"], on_discord.get("components", [])),
        letter.subject,
        letter.text,
        letter.html,
    )


def _sign(command: Command) -> str:
    """Stands for a signed command, which no example has."""
    return type(command).__name__
