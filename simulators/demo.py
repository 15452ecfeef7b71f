"""`donelog demo`: plays the day and prints what the services received."""

import asyncio
import logging
import os
import secrets
import time
from pathlib import Path

import platformdirs
from rich.console import Console

from adapters.storage import embedded
from simulators.day import STARTS, Day
from simulators.page import write_page
from simulators.shown import show
from simulators.town import opened
from simulators.transcript import Transcript


def run(html: Path | None) -> int:
    """Play the day; 0 when everything of it happened.

    Args:
        html: where to write the same as a page.
    """
    logging.basicConfig(level=logging.ERROR)
    console = Console(highlight=False)
    started = time.monotonic()
    transcript = Transcript(lambda entry: show(console, entry))
    with console.status("Starting a database and four simulated services ..."):
        server = _database()
    name = f"demo_{os.getpid()}_{secrets.token_hex(2)}"
    try:
        asyncio.run(_play(server.database(name), transcript))
    finally:
        server.drop(name)
        server.release()
    if html is not None:
        html.write_text(write_page(transcript), encoding="utf-8")
        console.print(f"\nThe same as a page: {html}")
    return _close(console, transcript, time.monotonic() - started)


def _database() -> embedded.EmbeddedServer:
    folder = Path(platformdirs.user_cache_dir("donelog", appauthor=False)) / "demo"
    folder.parent.mkdir(parents=True, exist_ok=True)
    return embedded.start(folder)


async def _play(database_url: str, transcript: Transcript) -> None:
    async with opened(database_url, STARTS, meilisearch=True) as town:
        await Day(town, transcript).play()


def _close(console: Console, transcript: Transcript, seconds: float) -> int:
    failed = transcript.failed
    count = len(transcript.checks)
    if failed:
        console.print(f"\n[bold red]{len(failed)} of {count} things did not happen:[/]")
        for check in failed:
            console.print(f"  ✗ {check.sentence}", style="red", markup=False)
        return 1
    console.print(f"\n[bold green]All {count} things that had to happen did, in {seconds:.0f} s.[/]")
    console.print(
        "Your own: [bold]./donelog setup slack[/] (or discord, email), then [bold]./donelog run[/]."
    )
    return 0
