"""Writes `.env`, whose other lines stay as they are."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import dotenv


def write(file: Path, values: Mapping[str, str]) -> None:
    """Set these names in the file: all of them or, when it fails, none.  Only its owner can read it.

    Raises:
        OSError: it cannot be written there.
    """
    target = file.resolve()
    descriptor, name = tempfile.mkstemp(prefix=".env.", dir=target.parent)  # readable by its owner alone
    os.close(descriptor)
    draft = Path(name)
    try:
        if target.exists():
            shutil.copyfile(target, draft)
        for key, value in values.items():
            dotenv.set_key(draft, key, value, quote_mode="auto")
        draft.chmod(0o600)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
