"""What all commands share: their surroundings, opening the core, and output.

Imports nothing heavy by itself, since `donelog --help` comes through here.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:  # only for the checker: each of these costs time that `--help` does not have
    from bot.core import Core
    from bot.mail_dns import Resolver
    from bot.settings import Settings
    from domain.ports.front import StorageDown

OLDEST_POSTGRES = 17


def _open_in_browser(link: str) -> bool:
    import webbrowser

    return webbrowser.open(link)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The machine as a command sees it: environment, files, DNS, browser.  Tests hand over others."""

    env_file: Path | None = None
    """Read for settings and written by `setup`; None: `.env` beside the program."""
    browse: Callable[[str], bool] = _open_in_browser
    resolver: "Resolver | None" = None
    """Asks the DNS; None: the system's resolver."""
    patience: float = 2.0
    """Seconds between two looks at whether somebody has done what `setup` asked for."""

    @property
    def settings_file(self) -> Path:
        from bot.settings import env_file

        return self.env_file or env_file()

    def settings(self) -> "Settings":
        """The settings of this process.

        Raises:
            SettingsError: as for `bot.settings.load`.
        """
        from bot.settings import load

        return load(self.settings_file)


def around(context: typer.Context) -> Surroundings:
    """The surroundings of the running command."""
    found = context.find_object(Surroundings)
    return found or Surroundings()


@contextmanager
def opened(settings: "Settings") -> Iterator["Core"]:
    """The core on its database, closed at the end.

    Raises:
        SettingsError: the database does not answer, is too old, or cannot be made.
    """
    from adapters.storage.embedded import EmbeddedPostgresError
    from bot.core import build_core
    from bot.settings import SettingsError
    from domain.ports.front import StorageDown

    try:
        _expect_postgres(settings)
        core = build_core(settings)
        try:
            yield core
        finally:
            core.close()
    except EmbeddedPostgresError as error:
        raise SettingsError(f"{str(error).rstrip('.')}.") from error
    except StorageDown as down:
        raise SettingsError(database_down(settings, down)) from down


def _expect_postgres(settings: "Settings") -> None:
    from adapters.storage.checks import look
    from bot.settings import SettingsError

    if settings.database_url is None:
        if is_first_start(settings):
            note("Making the database (first start only)...")
        return
    version = look(settings.database_url).version
    if version < OLDEST_POSTGRES:
        raise SettingsError(
            f"DATABASE_URL: that is PostgreSQL {version}; donelog needs {OLDEST_POSTGRES} or later."
        )


def is_first_start(settings: "Settings") -> bool:
    """Whether the embedded database is still to be made."""
    return settings.database_url is None and not any(settings.home_folder.glob("pg*/data"))


def database_down(settings: "Settings", down: "StorageDown") -> str:
    """What is wrong with the database and what to do, in a sentence that names the setting."""
    setting = "DATABASE_URL" if settings.database_url else "DONELOG_HOME"
    said = str(down.__cause__ or down).strip().partition("\n")[0]
    return f"{setting}: the database does not answer ({said}). Is it running, and is the address right?"


# ---------------------------------------------------------------- saying things


def say(text: str = "") -> None:
    typer.echo(text)


def note(text: str) -> None:
    """Print a remark for people on standard error, where no program that reads the output meets it."""
    typer.echo(text, err=True)


def fail(sentence: str) -> NoReturn:
    """Say what is wrong on standard error and end with status 1."""
    note(f"donelog: {sentence}")
    raise typer.Exit(1)


def say_json(value: Any) -> None:
    """Print JSON for programs, with dates and times in ISO 8601."""
    say(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def say_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns with two blanks between them; the head stands above in capitals."""
    lines = [[word.upper() for word in head], *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        say("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def strong(text: str) -> str:
    """Bold, which typer leaves out where there is no terminal."""
    return typer.style(text, bold=True)


# ---------------------------------------------------------------- asking


def ask(question: str, *, secret: bool = False, default: str = "") -> str:
    """An answer in a line, from the terminal or from whatever standard input is.

    Args:
        question: without a colon.
        secret: it is not shown while it is typed.
        default: taken when nothing is typed; never shown where it is a secret.
    """
    shown = " [keep the one there is]" if default and secret else f" [{default}]" if default else ""
    answer: str = typer.prompt(
        question + shown, default=default, show_default=False, hide_input=secret and sys.stdin.isatty()
    )
    return answer.strip()


def agreed(question: str) -> bool:
    return typer.confirm(question)
