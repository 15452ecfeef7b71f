"""The ledger's figures as Prometheus reads them.

https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from adapters.storage.ledger_report import Overview

QUANTILES = ("0.5", "0.95", "0.99", "1")
DAYS = 2
"""How many days are counted: today and yesterday."""


def figures(overview: Overview, now: datetime) -> str:
    """Gauges; every sample of a name below its one heading."""
    return "".join(f"{line}\n" for line in _lines(overview, now))


def _lines(overview: Overview, now: datetime) -> Iterator[str]:
    yield from _gauge(
        "donelog_deliveries",
        "Deliveries of today and yesterday, by channel and state.",
        (
            (f'channel="{each.channel.word}",state="{each.state.name.lower()}"', each.rows)
            for each in overview.counts
        ),
    )
    yield from _gauge(
        "donelog_oldest_due_seconds",
        "For how long the oldest delivery that is due has been waiting.",
        ((f'channel="{channel.word}"', (now - due).total_seconds()) for channel, due in overview.oldest_due),
    )
    yield from _gauge(
        "donelog_lateness_seconds",
        "How long after it was due a message was accepted.",
        (
            (f'channel="{each.channel.word}",quantile="{quantile}"', seconds)
            for each in overview.lateness
            for quantile, seconds in zip(
                QUANTILES, (each.median, each.p95, each.p99, each.longest), strict=True
            )
        ),
    )
    yield from _gauge("donelog_closed_buckets", "Rate limits that are used up.", [("", len(overview.closed))])
    yield from _gauge(
        "donelog_paused_workspaces", "Workspaces that take no messages.", [("", len(overview.paused))]
    )


def _gauge(name: str, meaning: str, samples: Iterable[tuple[str, float]]) -> Iterator[str]:
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} gauge"
    for labels, value in samples:
        yield f"{name}{{{labels}}} {value:g}" if labels else f"{name} {value:g}"
