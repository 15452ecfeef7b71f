"""Takes what holds each fault off out of the program, and sees that a test about that fault fails.

`python -m tests.without_guards` does so for every guard of `tests/guards.py`; numbers of faults make it do so
for those alone.  It works on a copy, so that nothing here is ever without a guard.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from shutil import copy2

from tests.guards import GUARDS, Guard
from tests.test_faults import TESTS, told

ROOT = TESTS.parent
QUICK_FIRST = ("unit", "wire", "contract", "integration", "e2e", "evenings")
LONGEST_SECONDS = 300.0
"""Whatever takes longer hangs."""
HANGS_AFTER_SECONDS = 30.0
"""Tests hang without a guard, so much later than twice the time they took with it: a failure too."""
FAILED, HUNG = 1, -1
"""Exit statuses: pytest's own where tests were run and some failed, and ours."""


def tests_of(faults: Collection[int]) -> dict[int, list[str]]:
    """As pytest names them, the quick ones first."""
    found: dict[int, list[str]] = {fault: [] for fault in faults}
    for path in sorted(TESTS.rglob("test_*.py"), key=_slowness):
        for name, fault in told(path):
            if fault in found:
                found[fault].append(f"{path.relative_to(ROOT)}::{name}")
    return {fault: list(dict.fromkeys(names)) for fault, names in found.items()}


def _slowness(path: Path) -> tuple[int, Path]:
    folder = path.relative_to(TESTS).parts[0]
    return (QUICK_FIRST.index(folder) if folder in QUICK_FIRST else len(QUICK_FIRST)), path


def copy_to(folder: Path) -> None:
    """Everything that belongs to the project as it stands here, whether it is committed or not."""
    listed = subprocess.run(
        ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"),  # noqa: S607 -- whichever git there is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            copy2(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(ROOT / ".venv")


def run(folder: Path, tests: Sequence[str], longest: float = LONGEST_SECONDS) -> tuple[int, str]:
    """The exit status of pytest, and the first test that failed with its reason."""
    command = (
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "--tb=no",
        "-rfE",
        "-p",
        "no:cacheprovider",
        *tests,
    )
    running = subprocess.Popen(  # noqa: S603 -- our own tests
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = running.communicate(timeout=longest)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate()
        return HUNG, f"no end within {longest:.0f} s"
    ended = [line for line in said.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    return running.returncode, (ended or said.splitlines() or [""])[-1]


def is_missed(folder: Path, guard: Guard, tests: Sequence[str], longest: float) -> bool:
    """A test fails without that guard, and not because nothing can be set up."""
    file = folder / guard.file
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole.replace(guard.guard, guard.without), encoding="utf-8")
    try:
        status, said = run(folder, tests, longest)
    finally:
        file.write_text(whole, encoding="utf-8")
    missed = status == HUNG or (status == FAILED and said.startswith("FAILED "))
    some = f"one of {len(tests)} tests fails" if missed else f"{len(tests)} TESTS DO NOT FAIL"
    _say(f'fault {guard.fault}: {some} without "{" ".join(guard.guard.split())}"\n    {said}\n')
    return missed


def is_proved(folder: Path, fault: int, tests: Sequence[str]) -> bool:
    """The tests about a fault pass by themselves, and one fails without each of its guards.

    By themselves, since a test that hangs on others before it would seem to miss whatever is taken out.
    """
    began = time.monotonic()
    status, said = run(folder, tests)
    longest = HANGS_AFTER_SECONDS + 2 * (time.monotonic() - began)
    if status:
        _say(f"fault {fault}: ITS TESTS DO NOT PASS WITH EVERY GUARD IN ITS PLACE\n    {said}\n")
        return False
    return all([is_missed(folder, guard, tests, longest) for guard in GUARDS if guard.fault == fault])  # noqa: C419 -- tells of each


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.without_guards", description="A test fails for every guard that is taken out."
    )
    every = sorted({guard.fault for guard in GUARDS})
    parser.add_argument(
        "fault", type=int, nargs="*", choices=[*every, []], help="its number; all, if none is given"
    )
    faults = parser.parse_args(arguments).fault or every
    with tempfile.TemporaryDirectory(prefix="donelog-") as folder:
        copy_to(Path(folder))
        proved = [is_proved(Path(folder), fault, tests) for fault, tests in tests_of(faults).items()]
    _say(f"{sum(proved)} of {len(proved)}\n")
    return int(not all(proved))


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
