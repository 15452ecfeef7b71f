"""Every fault that deliveries are built against has a test that says so: `Fault 16: ...` in its docstring."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parent
EXPECTED = {*range(1, 34)}
"""Of the catalogue of faults: sending and scheduling, providers."""
_NAMED = re.compile(r"Faults? ((?:\d+(?:, | and | to )?)+)")


def numbers(said: str) -> Iterator[int]:
    """`1, 21 and 23` and `31 to 33`, read."""
    for listed in re.split(r", | and ", said.strip(" ,")):
        ends = [int(each) for each in listed.split(" to ")]
        yield from range(ends[0], ends[-1] + 1)


def told(path: Path) -> Iterator[int]:
    """The faults that the tests of a file say they are about."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            for found in _NAMED.finditer(ast.get_docstring(node) or ""):
                yield from numbers(found[1].removesuffix(" and ").removesuffix(" to "))


def test_every_fault_has_a_test_that_names_it() -> None:
    covered = {number for path in TESTS.rglob("test_*.py") for number in told(path)}
    assert EXPECTED - covered == set()
