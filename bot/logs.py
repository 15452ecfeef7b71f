"""Logs: a sentence, and beside it a machine word (`action`) that does not change."""

import logging
import sys

_QUIET = (
    *("slack_bolt", "slack_sdk", "discord", "aiohttp", "apscheduler", "uvicorn", "alembic", "sendgrid"),
    *("python_http_client", "urllib3", "imapclient", "meilisearch", "multipart", "sqlalchemy", "asyncio"),
)
"""Libraries that at DEBUG or INFO would write bodies or keys into the log."""


class _Line(logging.Formatter):
    """`18:00:04 asked 12 people [prompts_planned]`."""

    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info and record.exc_info[1] and record.name.partition(".")[0] in _QUIET:
            # A library's traceback leads into the library; what went wrong is in its last line.
            record.msg = f"{record.getMessage()} ({record.exc_info[1]})"
            record.args, record.exc_info = (), None
        line = super().format(record)
        action = getattr(record, "action", None)
        return f"{line} [{action}]" if action else line


def set_up(level: int = logging.INFO) -> None:
    """Write the log to standard error; libraries say warnings only."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line("%(asctime)s %(message)s", "%H:%M:%S"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
