"""The command line as a test holds it: `.env`, database, browser and DNS are its own."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

import dotenv
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.console import Surroundings, opened
from bot.core import Core
from bot.mail_dns import DnsDown

ROOT = Path(__file__).resolve().parent.parent
SECRET = "a secret of the tests and long enough"
OURS = ("DONELOG_", "DATABASE_URL", "SLACK_", "DISCORD_", "SENDGRID_", "SMTP_", "IMAP_", "MEILISEARCH_")
PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")


@dataclass
class FakeDns:
    """Knows what it is told; `down` makes it silent."""

    known: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    down: bool = False

    def records(self, name: str, kind: str) -> Sequence[str]:
        if self.down:
            raise DnsDown("timeout")
        return self.known.get((name, kind), [])


@dataclass
class Shell:
    """Somebody at a terminal.

    Attributes:
        env_file: the settings of this installation.
        opened: links that a browser was asked to open.
        links: the same, for whoever waits for the next one.
    """

    env_file: Path
    dns: FakeDns = field(default_factory=FakeDns)
    opened: list[str] = field(default_factory=list)
    links: "SimpleQueue[str]" = field(default_factory=SimpleQueue)

    @property
    def surroundings(self) -> Surroundings:
        return Surroundings(self.env_file, self._browse, self.dns, patience=0.01)

    def _browse(self, link: str) -> bool:
        self.opened.append(link)
        self.links.put(link)
        return True

    def set(self, **values: str) -> None:
        with self.env_file.open("a") as file:
            file.writelines(f"{name}={value}\n" for name, value in values.items())

    def run(self, *words: str, typed: str = "", environment: Mapping[str, str] | None = None) -> Result:
        """Run a command; settings of the machine the test runs on are not seen."""
        hidden = {name: None for name in os.environ if name.startswith(OURS) or name in PROXIES}
        runner = CliRunner(env={**hidden, **(environment or {})})
        return runner.invoke(
            app, list(words), input=typed, obj=self.surroundings, prog_name="donelog", catch_exceptions=False
        )

    def says(self, *words: str, typed: str = "") -> str:
        """What a command that succeeds prints."""
        result = self.run(*words, typed=typed)
        assert result.exit_code == 0, result.output
        return result.stdout

    def fails(self, *words: str, typed: str = "") -> str:
        """What a command that fails prints on standard error, without a traceback."""
        result = self.run(*words, typed=typed)
        assert result.exit_code == 1, result.output
        assert "Traceback" not in result.output
        return result.stderr

    def process(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run a command in a process of its own, which logs as it likes; it must end by itself."""
        return subprocess.run(  # noqa: S603 -- our own program
            [sys.executable, "-m", "bot", *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            env=self.environment(),
        )

    def environment(self) -> dict[str, str]:
        """What a process of its own is given: the settings, and none of the machine the test runs on."""
        given = {name: value or "" for name, value in dotenv.dotenv_values(self.env_file).items()}
        plain = {name: value for name, value in os.environ.items() if not name.startswith((*OURS, *PROXIES))}
        return {**plain, **given, "PYTHONPATH": str(ROOT)}

    @contextmanager
    def core(self) -> Iterator[Core]:
        with opened(self.surroundings.settings()) as core:
            yield core


def shell_on(database: str, folder: Path) -> Shell:
    """A shell whose installation has that database."""
    shell = Shell(folder / ".env")
    shell.set(DATABASE_URL=f"'{database}'", DONELOG_SECRET=f"'{SECRET}'", DONELOG_HOME=str(folder / "home"))
    return shell
