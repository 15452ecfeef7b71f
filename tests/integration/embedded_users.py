"""Other processes and other people, for the tests of the embedded PostgreSQL."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
_PROGRAM = """
import sys
from pathlib import Path
from adapters.storage.embedded import start
server = start(Path(sys.argv[1]))
print(server.url, flush=True)
sys.stdin.readline()
server.release()
"""


@dataclass(frozen=True, slots=True)
class OtherProcess:
    """Another process that uses the server of `home` until it is told to leave or killed."""

    process: subprocess.Popen[str]

    @classmethod
    def using(cls, home: Path) -> "OtherProcess":
        command = [sys.executable, "-c", _PROGRAM, str(home)]
        environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
        return cls(
            subprocess.Popen(  # noqa: S603 -- our own interpreter and program
                command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        )

    def url(self) -> str:
        """Wait until it is attached; the address it was given."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def leave(self) -> None:
        self.process.communicate("leave\n", timeout=30)
        assert self.process.returncode == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def as_user(number: int, what: Callable[[], str]) -> str:
    """What `what` returns in a child of this process that is the user `number`; needs root.

    A fork, since that user may not be able to reach the interpreter that runs the tests.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setgroups([])
            os.setgid(number)
            os.setuid(number)
            os.write(writer, what().encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    with open(reader, encoding="utf-8") as answer:  # noqa: PTH123 -- a descriptor, not a path
        said = answer.read()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    return said
