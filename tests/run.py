"""What `./donelog test` runs: every check of the project, each named, with its time.

`./donelog test` runs all. `./donelog test --quick` stops at the unit tests. Whatever else is given goes to
pytest: `./donelog test tests/unit/test_grammar.py -k due`. A step that fails does not keep the later ones
from running, but the exit status is then 1. pytest is the last step: its summary is the last thing said.
"""

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAUNCHER = "donelog"  # Python without the ending by which the linters would find it
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


@dataclass(frozen=True, slots=True)
class Step:
    """One check: its name for people and what `python` is given for it."""

    name: str
    python_arguments: tuple[str, ...]


STATIC = (
    Step("ruff check", ("-m", "ruff", "check", "--quiet", ".", LAUNCHER)),
    Step("ruff format --check", ("-m", "ruff", "format", "--quiet", "--check", ".", LAUNCHER)),
    Step("mypy --strict", ("-m", "mypy", "--no-error-summary")),
    Step("lint-imports", ("-c", LINT_IMPORTS)),
)


def main(arguments: Sequence[str]) -> int:
    quick = "--quick" in arguments
    for_pytest = [argument for argument in arguments if argument != "--quick"]
    tests = Step("pytest", ("-m", "pytest", *(["tests/unit"] if quick else []), *for_pytest))
    total = len(STATIC) + 1
    failed = [step.name for number, step in enumerate(STATIC, 1) if not passes(step, number, total)]
    already = f" (already failed: {', '.join(failed)})" if failed else ""
    say(f"[{total}/{total}] {tests.name}{already}\n")
    status = subprocess.run(command(tests), cwd=ROOT, check=False).returncode  # noqa: S603 -- our own pytest
    return status or int(bool(failed))


def passes(step: Step, number: int, total: int) -> bool:
    """Run a static check, silent unless it has something to say."""
    say(f"[{number}/{total}] {step.name} ... ")
    begun = time.monotonic()
    done = subprocess.run(  # noqa: S603 -- our own tools
        command(step), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    passed = done.returncode == 0
    say(f"{'ok' if passed else 'FAILED'}, {time.monotonic() - begun:.1f} s\n")
    if not passed:
        say(done.stdout.rstrip() + "\n")
    return passed


def command(step: Step) -> list[str]:
    return [sys.executable, *step.python_arguments]


def say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
