"""`donelog demo | gallery | simulate`: the product among simulated services, no account needed."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
)


@app.command()
def demo(
    html: Annotated[Path | None, typer.Option(help="Write the same day as one page to look at.")] = None,
) -> None:
    """A whole team's day on three channels, in less than a minute; needs no account."""
    from simulators.demo import run

    with _in_a_sentence():
        if html is not None:
            html.touch()  # a day that nobody could look at is not played
        sys.exit(run(html))


@app.command()
def gallery(
    file: Annotated[Path, typer.Argument(help="Where to write the page.")] = Path("gallery.html"),
) -> None:
    """Everything the bot says, on every channel, on one page to look at."""
    from simulators.gallery import write

    with _in_a_sentence():
        typer.echo(f"{write(file)} examples on each channel: {file}")


@app.command()
def simulate(
    slack: Annotated[int, typer.Option(help="Port of the simulated Slack.")] = 4003,
    discord: Annotated[int, typer.Option(help="Port of the simulated Discord.")] = 4010,
    sendgrid: Annotated[int, typer.Option(help="Port of the simulated SendGrid.")] = 4020,
    meilisearch: Annotated[int, typer.Option(help="Port of the simulated Meilisearch.")] = 4030,
    donelog: Annotated[str, typer.Option(help="Where donelog's web server is.")] = "http://127.0.0.1:8080",
) -> None:
    """Run the simulated services by hand: prints the settings that lead to them, does what you type."""
    from simulators.by_hand import run

    with _in_a_sentence():
        asyncio.run(run((slack, discord, sendgrid, meilisearch), donelog))


@contextmanager
def _in_a_sentence() -> Iterator[None]:
    """What the machine does not allow: one sentence on standard error, and status 1."""
    from adapters.storage.embedded import EmbeddedPostgresError

    try:
        yield
    except EmbeddedPostgresError as error:
        sys.exit(f"donelog: {error}.")
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        sys.exit(f"donelog: {place}{error.strerror or error}")


if __name__ == "__main__":
    app(prog_name="donelog")
