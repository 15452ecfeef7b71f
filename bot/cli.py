"""`donelog ...`: what is done from the command line.  Commands import what they need when they run."""

import sys
from typing import NoReturn

import typer

app = typer.Typer(
    name="donelog",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Asks everybody at 18:00 what they got done, on Slack, Discord or by mail; "
    "tells the team next morning.",
    epilog="Also: `donelog demo` plays a whole team's day without any account, `donelog test` runs the tests.",
)
team_app = typer.Typer(help="Teams: list, make, show.", no_args_is_help=True)
member_app = typer.Typer(help="People: list, add to a team, link a second address.", no_args_is_help=True)
workspace_app = typer.Typer(
    help="Slack workspaces and Discord servers that belong here.", no_args_is_help=True
)
app.add_typer(team_app, name="team")
app.add_typer(member_app, name="member")
app.add_typer(workspace_app, name="workspace")


def main() -> None:
    """Run a command; what is wrong is said in a sentence, not a traceback."""
    from domain.errors import DoneLogError  # noqa: PLC0415 -- commands load lazily

    try:
        app()
    except DoneLogError as error:
        fail(str(error))


def fail(sentence: str) -> NoReturn:
    """Say what is wrong on standard error and end with status 1."""
    typer.echo(f"donelog: {sentence}", err=True)
    sys.exit(1)


def _version(wanted: bool) -> None:  # noqa: FBT001 -- typer hands it over so
    if wanted:
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 -- commands load lazily

        try:
            typer.echo(version("donelog"))
        except PackageNotFoundError:
            typer.echo("0.1.0 (from source)")
        raise typer.Exit
