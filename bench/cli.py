"""`./donelog bench`: prints each figure beside the bound that it was held against in the same run."""

import argparse
import importlib
import json
import sys
import zoneinfo
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from bench import provider
from bench.figures import FULL, SHORT, Figure, Sizes
from bot import gc_tuning

BENCHMARKS = {
    "plan": "bench.plan",
    "replan": "bench.replan",
    "plan-growth": "bench.plan_growth",
    "ledger": "bench.ledger",
    "ledger-vs-procrastinate": "bench.ledger_vs_procrastinate",
    "peak": "bench.peak",
    "rate-use": "bench.rate_use",
    "mail-batch": "bench.mail_batch",
    "mail-read": "bench.mail_read",
    "inbound": "bench.inbound",
    "webhook-cpu": "bench.webhook_cpu",
    "send-cpu": "bench.send_cpu",
    "queue-health": "bench.queue_health",
    "memory": "bench.memory",
}
"""Each name's module, which has `run(sizes)`."""


def main(arguments: Sequence[str]) -> int:
    options = _parser().parse_args(arguments)
    names = list(BENCHMARKS) if options.all else options.names
    if not names:
        _parser().print_help()
        return 2
    provider.trust()
    zoneinfo.reset_tzpath(to=[])  # the pinned tzdata alone, as the product does it
    sizes = SHORT if options.short else FULL
    if options.reader is not None:
        sizes = replace(sizes, reader=options.reader)
    measured = {name: _run(name, sizes) for name in names}
    if options.json:
        told = {name: [asdict(each) for each in figures] for name, figures in measured.items()}
        options.json.write_text(json.dumps(told, indent=1) + "\n")
    return 0


def _name(typed: str) -> str:
    if typed not in BENCHMARKS:
        raise argparse.ArgumentTypeError(f"there is no benchmark {typed}; there are {', '.join(BENCHMARKS)}")
    return typed


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="donelog bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", type=_name, help=", ".join(BENCHMARKS))
    parser.add_argument("--all", action="store_true", help="every one of them")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    parser.add_argument(
        "--reader",
        type=float,
        metavar="SECONDS",
        help=f"how long the reader of queue-health stays ({FULL.reader:.0f})",
    )
    parser.add_argument(
        "--short", action="store_true", help="little and once: proves that they run, measures nothing"
    )
    return parser


def _run(name: str, sizes: Sizes) -> list[Figure]:
    benchmark = importlib.import_module(BENCHMARKS[name])
    gc_tuning.tune()  # as the product's processes do
    figures: list[Figure] = benchmark.run(sizes)
    for each in figures:
        print(_line(each), flush=True)
    return figures


def _line(figure: Figure) -> str:
    bound = "" if figure.bound is None else _number(figure.bound)
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    numbers = f"{_number(figure.value):>12} {bound:>12} {ratio:>8}"
    return f"{figure.name:<42} {numbers} {figure.unit:<12} {figure.goal}".rstrip()


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.4g}"  # noqa: PLR2004 -- three digits tell enough


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
