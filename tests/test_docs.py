"""The pages name what there is: settings, commands, files and each other; the reference names all of it."""

import importlib.util
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from bot import settings
from bot.cli import app
from simulators.cli import app as simulators_app

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "docs" / "reference"
SETTINGS = (REFERENCE / "settings.md").read_text(encoding="utf-8")
COMMANDS = (REFERENCE / "commands.md").read_text(encoding="utf-8")
OUTSIDE = {"demo", "test"}
"""What the launcher sends elsewhere than to the command line."""


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command with its full name: `team make`."""
    below = getattr(command, "commands", None)
    if below is None or getattr(command, "invoke_without_command", False):
        yield " ".join(path), command
    for name, each in (below or {}).items():
        yield from leaves(each, (*path, name))


EVERY = dict(leaves(get_command(app)))


@pytest.mark.parametrize("name", settings.names())
def test_every_setting_has_a_row(name: str) -> None:
    assert f"| `{name}` |" in SETTINGS


def test_no_setting_is_described_that_there_is_not() -> None:
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", SETTINGS, re.MULTILINE)) == set(settings.names())


@pytest.mark.parametrize("name", EVERY)
def test_every_command_has_a_row(name: str) -> None:
    assert re.search(rf"^\| `\./donelog {name}[ `]", COMMANDS, re.MULTILINE)


def test_no_command_is_described_that_there_is_not() -> None:
    described = re.findall(r"^\| `\./donelog ([a-z]+(?:[ -][a-z]+)*)", COMMANDS, re.MULTILINE)
    assert set(described) - OUTSIDE == set(EVERY)


@pytest.mark.parametrize("name", EVERY)
def test_every_option_is_described(name: str) -> None:
    options = {option for parameter in EVERY[name].params for option in parameter.opts if option[:2] == "--"}
    for option in options - {"--help"}:
        assert f"`{option}" in COMMANDS or f"[{option}" in COMMANDS


# ---------------------------------------------------------------- every page

PAGES = {
    str(page.relative_to(ROOT)): page.read_text(encoding="utf-8")
    for page in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
}
FENCED = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
TYPED = re.compile(r"\./donelog(?: [^`\n#,]*)?")
OUR_FILES = re.compile(
    r"`((?:adapters|bench|bot|docs|domain|migrations|scheduler|simulators|tests)/[\w./-]*[\w/])`"
)
LAUNCHER_HAS = re.compile(r'^    "(\w+)": \(\["-m", "([\w.]+)"', re.MULTILINE)
SENT_ELSEWHERE = dict(LAUNCHER_HAS.findall((ROOT / "donelog").read_text(encoding="utf-8")))
"""The launcher's own commands, each with the module it runs."""
GROUPS = {name for each in EVERY for name in [each.partition(" ")[0]] if name not in EVERY}


def anchors(page: str) -> set[str]:
    """What a heading is reached by, as the usual renderers of Markdown make it."""
    headings = re.findall(r"^#+ (.*)$", FENCED.sub("", page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page: str) -> list[str]:
    return [
        link
        for link in re.findall(r"\]\(([^)\s]+)\)", FENCED.sub("", page))
        if not link.startswith(("http://", "https://"))
    ]


@pytest.mark.parametrize("name", PAGES)
def test_every_link_between_pages_leads_somewhere(name: str) -> None:
    for link in links(PAGES[name]):
        target, _, anchor = link.partition("#")
        path = (ROOT / name).parent / target if target else ROOT / name
        assert path.exists(), link
        if anchor:
            assert anchor in anchors(path.read_text(encoding="utf-8")), link


@pytest.mark.parametrize("name", PAGES)
def test_every_file_that_a_page_names_is_there(name: str) -> None:
    for path in OUR_FILES.findall(PAGES[name]):
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("name", PAGES)
def test_every_command_that_a_page_names_exists(name: str) -> None:
    for typed in TYPED.findall(PAGES[name]):
        check_command(typed.strip())


def check_command(typed: str) -> None:
    words = shlex.split(re.sub(r"\[|\]", " ", typed))[1:]  # brackets stand around what may be left out
    if not words or words[0].startswith("--"):
        assert words in ([], ["--version"]), typed
    elif words[0] in SENT_ELSEWHERE:
        check_sent_elsewhere(words[0], typed)
    elif words[0] in GROUPS and len(words) > 1:
        check_options(EVERY.get(" ".join(words[:2])), words[2:], typed)
    else:
        check_options(EVERY.get(words[0]), words[1:], typed)


def check_sent_elsewhere(command: str, typed: str) -> None:
    module = SENT_ELSEWHERE[command]
    if module == "simulators.cli":
        assert command in getattr(get_command(simulators_app), "commands", {}), typed
    else:
        assert importlib.util.find_spec(module) is not None, typed


def check_options(command: Any, words: list[str], typed: str) -> None:
    assert command is not None, typed
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    assert {word for word in words if word.startswith("--")} <= known, typed


@pytest.mark.parametrize("folder", ["domain", "domain/services", "scheduler", "bot"])
def test_the_architecture_has_a_line_for_each_module(folder: str) -> None:
    described = re.findall(r"`(\w+\*?)/?`", PAGES["docs/reference/architecture.md"])
    for module in (ROOT / folder).iterdir():
        if not module.name.startswith("__"):
            assert any(re.fullmatch(each.replace("*", ".*"), module.stem) for each in described), module


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set[str](), ["README.md"]
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        found = [((ROOT / name).parent / link.partition("#")[0]).resolve() for link in links(PAGES[name])]
        waiting += [str(path.relative_to(ROOT)) for path in found if path.suffix == ".md" and path.exists()]
    assert set(PAGES) - reached == set()


LISTED = (ROOT / "pyproject.toml").read_text(encoding="utf-8").partition("dependencies = [")[2]
DEPENDENCIES = set(re.findall(r'^    "([\w.-]+)', LISTED.partition("\n]")[0], re.MULTILINE))


def test_every_decision_is_in_the_list_of_decisions() -> None:
    listed = PAGES["docs/decisions/0001-record-decisions.md"]
    for name, text in PAGES.items():
        if name.startswith("docs/decisions/") and "0001" not in name:
            title = text.partition("\n")[0].removeprefix("# ")
            assert f"- [{title}]({Path(name).name})" in listed


def test_the_decisions_are_about_the_dependencies_that_there_are() -> None:
    decisions = "\n".join(text for name, text in PAGES.items() if name.startswith("docs/decisions/"))
    declared = re.findall(r"^Dependenc(?:y|ies): (`.*)$", decisions, re.MULTILINE)
    assert set(re.findall(r"`([\w.-]+)`", " ".join(declared))) == DEPENDENCIES


def test_what_is_locked_for_donelog_itself_is_what_it_depends_on() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    direct = r"^([\w-]+)==(?:.*\n )+   (?:# via|#  ) donelog \(pyproject\.toml\)$"
    assert set(re.findall(direct, lock, re.MULTILINE)) == {name.replace(".", "-") for name in DEPENDENCIES}
