"""The app's manifest, and the link that creates an app of it."""

import re
from importlib import resources
from urllib.parse import quote

_SCOPE = re.compile(r"^ {6}- ([a-z:.]+)(?: #.*)?$", re.MULTILINE)


def manifest() -> str:
    """The YAML that describes the app: https://docs.slack.dev/reference/app-manifest."""
    return resources.files("adapters.slack").joinpath("manifest.yaml").read_text(encoding="utf-8")


def create_app_url() -> str:
    """Opens the page that makes an app of the manifest, everything filled in.

    https://docs.slack.dev/app-manifests/configuring-apps-with-app-manifests#sharing-manifests
    """
    return f"https://api.slack.com/apps?new_app=1&manifest_yaml={quote(manifest(), safe='')}"


def scopes() -> frozenset[str]:
    """What the app may do in a workspace: the bot scopes of the manifest."""
    wanted = manifest().partition("    bot:\n")[2].partition("settings:")[0]
    return frozenset(_SCOPE.findall(wanted))
