"""`donelog ...`: what is done from the command line.  Commands import what they need when they run."""

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from bot import (
    commands_doctor,
    commands_ledger,
    commands_mail,
    commands_people,
    commands_run,
    commands_search,
    commands_setup,
    commands_teams,
)
from bot.console import fail, note, say
from domain.errors import DoneLogError

ORDER = (
    *("run", "setup", "doctor", "ledger", "mail", "team", "member", "workspace", "invite", "search"),
    *("reindex", "web", "gateway", "worker"),
)
"""Of the help: what people need first stands first."""


class _Commands(TyperGroup):
    """Says what is wrong in a sentence, not a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except DoneLogError as error:
            fail(str(error))
        except (typer.Abort, KeyboardInterrupt):
            note("\nStopped.")
            raise typer.Exit(1) from None

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(super().list_commands(ctx), key=ORDER.index)


app = typer.Typer(
    name="donelog",
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Asks everybody at 18:00 what they got done, on Slack, Discord or by mail; "
    "tells the team the next morning.",
    epilog="Also: `donelog demo` plays a whole team's day without any account; "
    "`donelog test` runs the tests.",
)
app.add_typer(commands_setup.setup_app, name="setup")
app.add_typer(commands_teams.team_app, name="team")
app.add_typer(commands_people.member_app, name="member")
app.add_typer(commands_teams.workspace_app, name="workspace")
app.add_typer(commands_ledger.ledger_app, name="ledger")
app.add_typer(commands_mail.mail_app, name="mail")
for command in (commands_run.run, commands_run.web, commands_run.gateway, commands_run.worker):
    app.command()(command)
app.command()(commands_doctor.doctor)
app.command()(commands_people.invite)
app.command()(commands_people.search)
app.command()(commands_search.reindex)


def main() -> None:
    """Run the command that the arguments name."""
    app(prog_name="donelog")


def _version(wanted: bool) -> None:  # noqa: FBT001 -- typer hands it over so
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            say(version("donelog"))
        except PackageNotFoundError:
            say("0.1.0 (from source)")
        raise typer.Exit


@app.callback()
def _donelog(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass
