"""The installation's secret: made on the first run, kept where only its owner can read it."""

import os
import secrets
import tempfile
from pathlib import Path


def installation_secret(home: Path) -> str:
    """The secret in `home`; all who start at once, in one process or several, end up with the same one."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = home / "secret"
    if not path.exists():
        descriptor, draft = tempfile.mkstemp(prefix=".secret.", dir=home)  # readable by its owner alone
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(draft, path)  # the first one wins, and it is there as a whole or not at all
        except FileExistsError:
            pass
        finally:
            Path(draft).unlink()
    return path.read_text().strip()
