"""The process in which mails are read: takes them from standard input, some at a time, until that ends.

A frame is eight octets of length and a pickle: of a list of questions, or of the answer to each of them.
What comes in is from our own process; what goes out is read there by somebody who trusts no more than the
types that a mail can give.
"""

import contextlib
import gc
import pickle
import signal
import struct
import sys
from typing import BinaryIO

from adapters.email.reading.language_files import words
from adapters.email.understanding import understand_all

READY = b"ready\n"
LENGTH = struct.Struct(">Q")
_YOUNG = 50_000
"""Objects before the collector of reference cycles looks at the young ones."""


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer each frame with one."""
    while len(head := source.read(LENGTH.size)) == LENGTH.size:
        questions = pickle.loads(source.read(LENGTH.unpack(head)[0]))  # noqa: S301 -- our own process
        answers = pickle.dumps(understand_all(questions), pickle.HIGHEST_PROTOCOL)
        sink.write(LENGTH.pack(len(answers)) + answers)
        sink.flush()


def _limit_memory(octets: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # not on every system
        import resource  # noqa: PLC0415 -- there is none on Windows

        resource.setrlimit(resource.RLIMIT_AS, (octets, octets))


def _prepare() -> None:
    """Read the words of all languages now, and keep the collector from looking through them for ever.

    A mail that has been read leaves no cycle behind, so it would look in vain; what a hundred mails are made
    of while they are read is less than it waits for.  https://docs.python.org/3/library/gc.html#gc.freeze
    """
    words()
    gc.freeze()
    gc.set_threshold(_YOUNG)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that began this one
    _limit_memory(int(sys.argv[1]))
    _prepare()
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    try:
        serve(sys.stdin.buffer, sys.stdout.buffer)
    except MemoryError:
        sys.exit(1)  # half a frame is read: nobody could go on from there
