"""What the three set-ups share: asking for settings, showing links, keeping what was learnt."""

import os
from collections.abc import Iterable, Sequence
from typing import Any

from bot import env_file
from bot.commands_teams import connect_code
from bot.console import Surroundings, ask, note, opened, say, strong
from bot.settings import SettingsError, read_one, written


class SetUp:
    """One run of `donelog setup`.

    Args:
        surroundings: the machine.
        browser: also open the links in a browser.
    """

    def __init__(self, surroundings: Surroundings, *, browser: bool) -> None:
        self.surroundings = surroundings
        self._browser = browser
        self._values = {**written(surroundings.settings_file), **os.environ}
        self._learnt: dict[str, str] = {}

    def value(self, name: str) -> Any:
        """What the setting is now, its default when it is not given."""
        return read_one(self._values, name)

    def learn(self, name: str, value: str) -> None:
        self._values[name] = self._learnt[name] = value

    def ask(self, name: str, question: str, *, secret: bool = True, optional: bool = False) -> None:
        """Ask for a setting until what is typed can be read; nothing typed keeps the one there is."""
        if f"{name}_FILE" in self._values:
            say(f"{name} is taken from {name}_FILE.")
            return
        while True:
            typed = ask(question, secret=secret, default=self._values.get(name, ""))
            if not typed and optional:
                return
            try:
                if typed and read_one({name: typed}, name) is not None:
                    self.learn(name, typed)
                    return
            except SettingsError as error:
                note(str(error))

    def show(self, link: str) -> None:
        """Print a link and, unless that was declined, open it."""
        say(f"  {strong(link)}")
        if self._browser:
            self.surroundings.browse(link)

    def keep(self) -> None:
        """Write what was learnt.

        Raises:
            SettingsError: the file cannot be written.
        """
        file = self.surroundings.settings_file
        try:
            env_file.write(file, self._learnt)
        except OSError as error:
            raise SettingsError(f"{file} cannot be written ({error.strerror}).") from error
        say(f"Written to {file}, which only you can read.")

    def say_what_is_next(self) -> None:
        """The next command, and the code by which further workspaces and servers join."""
        with opened(self.surroundings.settings()) as core:
            say(f"\nNext: {strong('./donelog run')}")
            say(f"Then, in a channel: {strong('/done team here')}, and everybody presses Join.")
            say("`/done help` shows the rest.")
            say(f"\nOnly for a further workspace or server:\n  {connect_code(core)}")


def steps(lines: Iterable[str]) -> None:
    """Print what has to be done elsewhere."""
    for line in lines:
        say(line)


def report(findings: Sequence[tuple[bool, str]]) -> bool:
    """Say what a live check has found; whether all is well."""
    for right, sentence in findings:
        say(f"{'✓' if right else '✗'} {sentence}")
    well = all(right for right, _ in findings)
    if not well:
        say("Fix that and type it again; Enter keeps what you typed, Ctrl-C stops.\n")
    return well
