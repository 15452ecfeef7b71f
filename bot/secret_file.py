"""The installation's secret: made on the first run, kept where only its owner can read it."""

import os
import secrets
from pathlib import Path


def installation_secret(home: Path) -> str:
    """The secret in `home`; two processes that start at once end up with the same one."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = home / "secret"
    draft = home / f".secret.{os.getpid()}"
    if not path.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(draft, path)  # the first one wins, and it is there as a whole or not at all
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
