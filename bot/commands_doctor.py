"""`donelog doctor`."""

from dataclasses import asdict
from typing import Annotated

import typer

from bot.console import around, say, say_json


def doctor(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Check what can be checked, and say what to do.  Exits with status 1 if there is a problem."""
    from bot.doctor import diagnose
    from bot.findings import State

    lines = diagnose(around(context))
    problems = sum(line.state is State.PROBLEM for line in lines)
    if as_json:
        say_json([asdict(line) for line in lines])
    else:
        colours = {State.OK: "green", State.PROBLEM: "red", State.UNKNOWN: "yellow"}
        for line in lines:
            state = typer.style(f"{line.state:8}", fg=colours[line.state])
            say(f"{state} {line.area:9} {line.text}")
            if line.advice:
                say(f"{'':18} {line.advice}")
        say(f"{problems} problem{'' if problems == 1 else 's'} to fix." if problems else "Nothing to fix.")
    if problems:
        raise typer.Exit(1)
