"""Golden files: what a renderer makes of an example, kept in `tests/golden/` for people to look at.

DONELOG_GOLDEN=write ./donelog test     # writes them anew; the difference is then read like any other change
"""

import os
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden"


def check_golden(name: str, rendered: str) -> None:
    """Compare with `tests/golden/<name>`, or write that file when asked to."""
    path = GOLDEN / name
    if os.environ.get("DONELOG_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(rendered, encoding="utf-8")
    assert path.exists(), f"there is no {name} yet: run once with DONELOG_GOLDEN=write"
    assert rendered == path.read_text(encoding="utf-8"), f"{name} is no longer what is rendered"
