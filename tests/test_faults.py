"""Every fault that deliveries are built against has a test that says so: `Fault 16: ...` in its docstring."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.guards import GUARDS

TESTS = Path(__file__).resolve().parent
EXPECTED = {*range(1, 34)}
"""Of the catalogue of faults: sending and scheduling, providers."""
_NAMED = re.compile(r"Faults? ((?:\d+(?:, | and | to )?)+)")


def numbers(said: str) -> Iterator[int]:
    """`1, 21 and 23` and `31 to 33`, read."""
    for listed in re.split(r", | and ", said.strip(" ,")):
        ends = [int(each) for each in listed.split(" to ")]
        yield from range(ends[0], ends[-1] + 1)


def told(path: Path) -> Iterator[tuple[str, int]]:
    """The tests of a file, each with the faults that it says it is about."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            for found in _NAMED.finditer(ast.get_docstring(node) or ""):
                for number in numbers(found[1].removesuffix(" and ").removesuffix(" to ")):
                    yield node.name, number


def test_every_fault_has_a_test_that_names_it() -> None:
    covered = {number for path in TESTS.rglob("test_*.py") for _, number in told(path)}
    assert EXPECTED - covered == set()


def test_every_fault_has_a_guard_that_can_be_taken_out() -> None:
    """`python -m tests.without_guards` does it, which takes minutes; this sees that it still can."""
    assert {guard.fault for guard in GUARDS} == EXPECTED
    for guard in GUARDS:
        said = (TESTS.parent / guard.file).read_text(encoding="utf-8")
        assert said.count(guard.guard) == 1, guard
