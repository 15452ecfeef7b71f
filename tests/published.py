"""The API descriptions that providers publish, where they lie beside the project.

What matters to donelog the simulators check without them; with them they check every field of every request
and of every answer.
"""

from pathlib import Path

_FOLDER = Path(__file__).parents[2] / "shared" / "specs"


def _published(name: str) -> Path | None:
    found = _FOLDER / name
    return found if found.exists() else None


DISCORD = _published("discord-openapi.json")
MEILISEARCH = _published("meilisearch-openapi.json")
SENDGRID = _published("sendgrid-mail-v3-openapi.json")
