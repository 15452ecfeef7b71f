"""Every benchmark runs: `./donelog bench --short` of all but the one that installs what it compares with."""

import json
import subprocess
import sys
from pathlib import Path

from bench.cli import BENCHMARKS

ROOT = Path(__file__).resolve().parents[2]
NEEDS_NETWORK = {"ledger-vs-procrastinate"}
MOST_SECONDS = 600
"""A benchmark waits while another one is at work on the same machine."""


def test_every_benchmark_runs_and_tells_figures(tmp_path: Path) -> None:
    told = tmp_path / "figures.json"
    names = sorted(BENCHMARKS.keys() - NEEDS_NETWORK)
    done = subprocess.run(  # noqa: S603 -- our own program
        [sys.executable, "-m", "bench.cli", *names, "--short", "--json", str(told)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=MOST_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(told.read_text())
    assert sorted(figures) == names
    assert [name for name in names if not figures[name]] == []
    assert [each["name"] for name in names for each in figures[name] if not each["value"] >= 0] == []
