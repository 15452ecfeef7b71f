"""`python -m tests.fuzz_mail`: throws broken mails at everything that reads them, until something breaks.

    python -m tests.fuzz_mail --count 1000000 --jobs 2     all targets, a million inputs each
    python -m tests.fuzz_mail --target text --seed 7       one target, other inputs

The same seed gives the same inputs.  It fails on an exception, on an input that takes longer than its time,
and on more memory than a reader may have.  A failing input is written to a file that its last line names.
"""

import argparse
import logging
import multiprocessing
import resource
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.email.automatic import why_automatic_text
from adapters.email.inbound import read_mail
from adapters.email.mime import decoded_words, read_message
from adapters.email.one_mail import read_jsonl, read_raw
from adapters.email.reading.answer import read_text
from adapters.email.reading.html_text import visible_text
from adapters.email.signatures import SIGNATURE_HEADER, TIMESTAMP_HEADER, Verifier
from tests.broken_mails import inputs
from tests.mail_world import Key, form, item, raw_item, read_here

LONGEST = 1.0
"""Seconds of processor time for an input of a few kilobytes; an honest one takes a thousandth."""
MOST_MEMORY = 300 * 1024
"""Kilobytes."""

Target = Callable[[bytes], object]


@dataclass(frozen=True, slots=True)
class Failure:
    target: str
    why: str
    data: bytes


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    logging.disable()  # the form parser warns of each form that breaks off
    names = [options.target] if options.target else list(TARGETS)
    share = options.count // options.jobs
    tasks = [(name, share, options.seed + job) for name in names for job in range(options.jobs)]
    with multiprocessing.get_context("fork").Pool(options.jobs) as pool:
        for name, tried, slowest, failure in pool.imap(_fuzz_task, tasks):
            if failure is not None:
                return _tell(failure)
            print(f"{name:<10} {tried:>9,} inputs, slowest {1000 * slowest:,.0f} ms", flush=True)  # noqa: T201 -- a command
    return 0


def _fuzz_task(task: tuple[str, int, int]) -> tuple[str, int, float, Failure | None]:
    name, count, seed = task
    slowest, failure = fuzz(name, count, seed)
    return name, count, slowest, failure


def fuzz(name: str, count: int, seed: int, most_memory: int = MOST_MEMORY) -> tuple[float, Failure | None]:
    """Give a target so many inputs; the longest time one took, in seconds, and the first failure.

    Args:
        name: Of the target.
        count: Of inputs.
        seed: The same gives the same inputs.
        most_memory: Kilobytes that this process may have needed so far; 0 where it does other things too.
    """
    target, slowest = TARGETS[name](), 0.0
    for data in inputs(count, seed):
        begun = time.process_time()
        try:
            target(data)
        except Exception:  # noqa: BLE001 -- whatever it is, it is what is looked for
            return slowest, Failure(name, traceback.format_exc(), data)
        slowest = max(slowest, time.process_time() - begun)
        if slowest > LONGEST:
            return slowest, Failure(name, f"took {slowest:.1f} s", data)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if 0 < most_memory < used and sys.platform != "darwin":  # there it is counted in bytes
        return slowest, Failure(name, f"needed {used // 1024} MB", b"")
    return slowest, None


# ---------------------------------------------------------------- what is read


def _mime() -> Target:
    def read(data: bytes) -> None:
        head, texts = read_message(data)
        for name, _ in head.items:
            decoded_words(head.line(name))
        read_text(texts.plain, flowed=texts.flowed, delsp=texts.delsp)

    return read


def _whole() -> Target:
    def read(data: bytes) -> None:
        mail = read_raw(data)
        for _, text in mail.dones():
            text.encode()
        mail.answer.reply.encode("utf-8", "surrogatepass")

    return read


def _text() -> Target:
    def read(data: bytes) -> None:
        text = data.decode("utf-8", "surrogateescape")
        answer = read_text(text, "Ana López", flowed=len(data) % 2 == 0, delsp=len(data) % 4 == 0)
        why_automatic_text(answer.lines)
        said = {"", *(line.text.strip() for line in answer.lines)}
        assert all(line.strip() in said for line in answer.reply.split("\n"))  # nothing is made up

    return read


def _markup() -> Target:
    return lambda data: read_text(visible_text(data.decode("utf-8", "replace"))).text


def _post() -> Target:
    def read(data: bytes) -> None:
        read_mail(item("multipart/form-data; boundary=xYzZY", data).raw)
        content_type, body = form({"email": data, "envelope": data[:80], "SPF": data[:9], "dkim": data[-40:]})
        read_here(item(content_type, body))
        read_here(raw_item(data))
        apart = {"headers": data[:400], "text": data[400:], "envelope": b'{"from": ""}', "attachment1": data}
        read_here(item(*form(apart, types={"attachment1": "message/delivery-status"})))

    return read


def _signature() -> Target:
    key = Key()
    verifier = Verifier([key.public])
    good = key.headers(b"body")

    def read(data: bytes) -> None:
        text = data.decode("latin-1")
        half = len(text) // 2
        odd: Mapping[str, str] = {SIGNATURE_HEADER: text[:half], TIMESTAMP_HEADER: text[half : half + 12]}
        assert not verifier.proves(odd, data)
        assert not verifier.proves({**good, SIGNATURE_HEADER: text[:96]}, b"body")
        assert data == b"body" or not verifier.proves(good, data)

    return read


def _jsonl() -> Target:
    return lambda data: list(read_jsonl(data.split(b"\n")))


TARGETS: Mapping[str, Callable[[], Target]] = {
    "mime": _mime,
    "whole": _whole,
    "text": _text,
    "markup": _markup,
    "post": _post,
    "signature": _signature,
    "jsonl": _jsonl,
}


def _tell(failure: Failure) -> int:
    file = Path(tempfile.mkdtemp(prefix="fuzz-mail-")) / failure.target
    file.write_bytes(failure.data)
    print(f"{failure.target}: {failure.why}\nThe input is in {file}", file=sys.stderr)  # noqa: T201 -- a command
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz_mail", description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="inputs for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--target", choices=list(TARGETS), help="only this one")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
