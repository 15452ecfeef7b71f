"""What the style asks for that no linter knows: sizes, and reasons beside exceptions."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("domain", "scheduler", "adapters", "bot", "simulators", "bench", "migrations", "tests")
FILES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
MOST_LINES = 300
MOST_IN_FUNCTION = 50
"""Lines, without those of a docstring."""
EXCEPTION = re.compile(r"# (?:noqa: [A-Z0-9, ]+|type: ignore\[[a-z-]+\])")
WITH_REASON = re.compile(r"# (?:noqa: [A-Z0-9, ]+ -- |type: ignore\[[a-z-]+\] # )\S")
BROAD = re.compile(r"except(?: Exception| BaseException)?(?: as \w+)?:")


def sizes(source: str) -> Iterator[tuple[str, int]]:
    """Name and lines of each function."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            told = len((ast.get_docstring(node, clean=False) or "").splitlines())
            yield node.name, (node.end_lineno or 0) - node.lineno + 1 - told


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_and_its_functions_are_short(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= MOST_LINES
    assert [name for name, size in sizes(source) if size > MOST_IN_FUNCTION] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_an_exception_has_its_reason_beside_it(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        assert not EXCEPTION.search(line) or WITH_REASON.search(line), line
        assert not BROAD.search(line) or "#" in line, line
