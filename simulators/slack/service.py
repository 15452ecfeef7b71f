"""The heart of the simulator: its parts, and who gets to hear of what."""

from dataclasses import dataclass, field

from simulators.base import Journal, Now
from simulators.slack import events, payloads
from simulators.slack.delivery import Delivery
from simulators.slack.limits import RateLimits
from simulators.slack.manifest import Manifest
from simulators.slack.responses import Responses
from simulators.slack.sockets import Sockets
from simulators.slack.state import Json, State, User, Workspace
from simulators.slack.triggers import Triggers

_LAST_WORDS = ("app_uninstalled", "tokens_revoked")


@dataclass(slots=True)
class Answer:
    """What came of a command, a click or a submitted view."""

    error: str = ""
    """What the person is shown instead of an answer: `operation_timeout`, `dispatch_failed`."""
    body: Json | None = None
    """The immediate answer; None if it was empty."""
    posts: list[Json] = field(default_factory=list)
    """What has come through the response_url so far."""
    response_url: str = ""

    @property
    def acknowledged(self) -> bool:
        return not self.error

    @property
    def texts(self) -> list[str]:
        """The texts of all answers in order."""
        bodies = [self.body] if self.body else []
        return [str(answer.get("text", "")) for answer in (*bodies, *self.posts)]


class Service:
    """State, journal and the ways to the app; `url` is known once the server has started."""

    def __init__(self, now: Now, manifest: Manifest) -> None:
        self.state = State(now)
        self.journal = Journal()
        self.limits = RateLimits(now)
        self.delivery = Delivery()
        self.sockets = Sockets(self.state, self.journal, self._use_sockets)
        self.url = ""
        self.escapes_commands = False
        """Whether `&`, `<` and `>` in a command's text come escaped, as in messages.

        The documentation does not say; users of the service report both, so both are worth a test.
        """
        self.manifest = manifest
        self._triggers = Triggers()
        self._responses = Responses(self.state, self.journal, self._emit_in_background)

    def workspace_of(self, user: User) -> Workspace:
        return self.state.workspaces[user.team_id]

    def _use_sockets(self) -> None:
        """Sockets carry everything from the first one on, unless an address for HTTP was given."""
        if self.delivery.carrier is None:
            self.delivery.carrier = self.sockets

    async def _emit(self, workspace: Workspace, event: Json) -> None:
        if self._entitled(workspace, event):
            await self.delivery.event(payloads.event_callback(workspace, event, self.state.now()))

    def _emit_in_background(self, workspace: Workspace, event: Json) -> None:
        if self._entitled(workspace, event):
            self.delivery.event_in_background(payloads.event_callback(workspace, event, self.state.now()))

    def _entitled(self, workspace: Workspace, event: Json) -> bool:
        """Installed, subscribed, granted the scope, and in the conversation that it is about."""
        if not workspace.installed and event["type"] not in _LAST_WORDS:
            return False
        scope = events.needed_scope(event)
        if events.subscription(event) not in self.manifest.events:
            return False
        if scope is not None and scope not in workspace.scopes:
            return False
        place = event.get("item", event).get("channel")
        if event["type"] not in ("message", "reaction_added", "reaction_removed"):
            return True
        return workspace.bot_user_id in self.state.channels[place].members
