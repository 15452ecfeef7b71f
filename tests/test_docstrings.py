"""What a docstring or comment names by its full path, as `domain.ports.ledger.Ledger.claim`, is there."""

import re
from pathlib import Path
from pkgutil import resolve_name

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("adapters", "bench", "bot", "domain", "migrations", "scheduler", "simulators", "tests")
FULL_PATH = re.compile(r"`((?:adapters|bot|domain|scheduler)(?:\.[A-Za-z_]\w*)+)`")


def named() -> dict[str, list[str]]:
    """By full path, the files that name it."""
    found: dict[str, list[str]] = {}
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            for path in FULL_PATH.findall(file.read_text(encoding="utf-8")):
                found.setdefault(path, []).append(str(file.relative_to(ROOT)))
    return found


NAMED = named()


@pytest.mark.parametrize("path", NAMED)
def test_what_is_named_by_its_full_path_is_there(path: str) -> None:
    try:
        resolve_name(path)
    except (AttributeError, ImportError):
        pytest.fail(f"{path} is not there; named in {', '.join(NAMED[path])}")
