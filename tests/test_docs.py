"""The reference names everything there is, and nothing that there is not."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from bot import settings
from bot.cli import app

REFERENCE = Path(__file__).resolve().parent.parent / "docs" / "reference"
SETTINGS = (REFERENCE / "settings.md").read_text(encoding="utf-8")
COMMANDS = (REFERENCE / "commands.md").read_text(encoding="utf-8")
OUTSIDE = {"demo", "test"}
"""What the launcher sends elsewhere than to the command line."""


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command with its full name: `team make`."""
    below = getattr(command, "commands", None)
    if below is None:
        yield " ".join(path), command
        return
    for name, each in below.items():
        yield from leaves(each, (*path, name))


EVERY = dict(leaves(get_command(app)))


@pytest.mark.parametrize("name", settings.names())
def test_every_setting_has_a_row(name: str) -> None:
    assert f"| `{name}` |" in SETTINGS


@pytest.mark.parametrize("name", settings.RESERVED)
def test_every_reserved_name_is_said_to_be_one(name: str) -> None:
    assert f"`{name}`" in SETTINGS.partition("## Reserved")[2]


def test_no_setting_is_described_that_there_is_not() -> None:
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", SETTINGS, re.MULTILINE)) == set(settings.names())


@pytest.mark.parametrize("name", EVERY)
def test_every_command_has_a_row(name: str) -> None:
    assert re.search(rf"^\| `\./donelog {name}[ `]", COMMANDS, re.MULTILINE)


def test_no_command_is_described_that_there_is_not() -> None:
    described = re.findall(r"^\| `\./donelog ([a-z ]*[a-z])", COMMANDS, re.MULTILINE)
    assert set(described) - OUTSIDE == set(EVERY)


@pytest.mark.parametrize("name", EVERY)
def test_every_option_is_described(name: str) -> None:
    options = {option for parameter in EVERY[name].params for option in parameter.opts if option[:2] == "--"}
    for option in options - {"--help"}:
        assert f"`{option}" in COMMANDS or f"[{option}" in COMMANDS
