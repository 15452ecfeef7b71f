"""`donelog setup slack | discord | email`."""

from typing import Annotated

import typer

from bot.console import around

NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Print links, open no browser.")]

setup_app = typer.Typer(help="Connect Slack, Discord or mail, step by step.", no_args_is_help=True)


@setup_app.command()
def slack(context: typer.Context, *, no_browser: NoBrowser = False) -> None:
    """Create the Slack app and connect the workspace."""
    from bot import setup_slack
    from bot.setup import SetUp

    setup_slack.run(SetUp(around(context), browser=not no_browser))


@setup_app.command()
def discord(context: typer.Context, *, no_browser: NoBrowser = False) -> None:
    """Create the Discord bot, invite it and connect the server."""
    from bot import setup_discord
    from bot.setup import SetUp

    setup_discord.run(SetUp(around(context), browser=not no_browser))


@setup_app.command()
def email(context: typer.Context, *, no_browser: NoBrowser = False) -> None:
    """Connect mail: SendGrid, or an ordinary mail account."""
    from bot import setup_email
    from bot.setup import SetUp

    setup_email.run(SetUp(around(context), browser=not no_browser))
