"""The process in which mails are read: takes them from standard input, some at a time, until that ends.

A frame is eight octets of length and a pickle: of a list of questions, or of the answer to each of them.
What comes in is from our own process; what goes out is read there by somebody who trusts no more than the
types that a mail can give.
"""

import contextlib
import pickle
import signal
import struct
import sys
from collections.abc import Callable
from datetime import date
from typing import BinaryIO

from adapters.email.understanding import Understood, understand

READY = b"ready\n"
LENGTH = struct.Struct(">Q")
Question = tuple[bytes, str, date]
"""What `understand` is to read, and with what."""
Answer = Understood | str | None
"""A string names what went wrong."""


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer each frame with one."""
    while len(head := source.read(LENGTH.size)) == LENGTH.size:
        questions = pickle.loads(source.read(LENGTH.unpack(head)[0]))  # noqa: S301 -- our own process
        answers = pickle.dumps([_read(understand, *each) for each in questions], pickle.HIGHEST_PROTOCOL)
        sink.write(LENGTH.pack(len(answers)) + answers)
        sink.flush()


def _read(
    read: Callable[[bytes, str, date], Understood | None], stored: bytes, domain: str, day: date
) -> Answer:
    try:
        return read(stored, domain, day)
    except Exception as error:  # noqa: BLE001 -- the outermost loop: one bad mail stops no other
        return type(error).__name__


def _limit_memory(octets: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # not on every system
        import resource  # noqa: PLC0415 -- there is none on Windows

        resource.setrlimit(resource.RLIMIT_AS, (octets, octets))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that began this one
    _limit_memory(int(sys.argv[1]))
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    try:
        serve(sys.stdin.buffer, sys.stdout.buffer)
    except MemoryError:
        sys.exit(1)  # half a frame is read: nobody could go on from there
