"""A loopback Slack: Web API, Events over HTTP and Socket Mode, commands, clicks, modals and response_urls.

The real SDKs talk to it.  It is as strict as the service about tokens, scopes, limits and Block Kit, and
notes in `journal.problems` whatever the service would not have understood.
"""

from simulators.slack.manifest import EVERYTHING, Manifest
from simulators.slack.simulator import SlackSimulator

__all__ = ["EVERYTHING", "Manifest", "SlackSimulator"]
