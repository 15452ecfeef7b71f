"""People who type commands, click and fill in modals."""

import html
from copy import deepcopy

from simulators.slack import blockkit, entries, payloads, views
from simulators.slack.delivery import Ack, Letter
from simulators.slack.messaging import Messaging
from simulators.slack.responses import Place
from simulators.slack.service import Answer
from simulators.slack.state import Channel, Ephemeral, Json, Message, User, View

_SEEN_AS = {"http_timeout": "operation_timeout", "http_error": "dispatch_failed"}


class Interacting(Messaging):
    """Every act returns when the app has acknowledged, or after three seconds without."""

    async def slash(self, user: User, channel: Channel, command: str, text: str) -> Answer:
        """Type `command` (`/done`) and `text`."""
        workspace = self.workspace_of(user)
        known = command in self.manifest.commands and "commands" in workspace.scopes
        if not (known and workspace.installed):
            raise ValueError(f"{command} is not a valid command in {workspace.name}")
        if user.user_id not in channel.members:
            raise ValueError(f"{user.name} is not in {channel.name or channel.channel_id}")
        place = Place(workspace, user, channel, None, self.state.now())
        handles = (self._triggers.issue(user), self.url + self._responses.issue(place))
        if self.escapes_commands:
            text = html.escape(text, quote=False)
        payload = payloads.slash_command(workspace, user, channel, (command, text), handles)
        ack = await self.delivery.ask(Letter("slash_commands", payload))
        answer = _answer(ack, place, handles[1])
        if answer.body is not None:
            refusal = self._responses.show(place, answer.body)
            if refusal:
                self.journal.problems.append(f"{command} {text}: immediate answer refused: {refusal}")
        return answer

    async def click(self, user: User, channel: Channel, message_ts: str, button: str) -> Answer:
        """Click the button whose action_id or label is `button`."""
        message = self._clickable(user, channel, message_ts)
        action = deepcopy(_button(message, button))
        action["action_ts"] = self.state.new_ts()
        workspace = self.workspace_of(user)
        place = Place(workspace, user, channel, message_ts, self.state.now())
        handles = (self._triggers.issue(user), self.url + self._responses.issue(place))
        payload = payloads.block_actions(workspace, user, channel, message, action, handles)
        ack = await self.delivery.ask(Letter("interactive", payload))
        return _answer(ack, place, handles[1])

    async def submit_view(self, user: User, values: dict[str, object]) -> Answer:
        """Fill in the open modal by action id and submit it; the answer's body is the `response_action`."""
        view = self.modal_of(user)
        if view is None:
            raise ValueError(f"{user.name} has no modal open")
        filled = entries.state_values(view.content["blocks"], values)
        workspace = self.workspace_of(user)
        payload = payloads.view_submission(workspace, user, view, filled, self._triggers.issue(user))
        ack = await self.delivery.ask(Letter("interactive", payload))
        answer = Answer(_error(ack), _body(ack))
        if answer.acknowledged:
            self._after_submission(user, view, answer.body or {})
        return answer

    def modal_of(self, user: User) -> View | None:
        """The modal on that person's screen."""
        return views.modal_of(self.state, user)

    def home_of(self, user: User) -> View | None:
        """The app's home tab as that person sees it."""
        return views.home_of(self.state, user)

    def _after_submission(self, user: User, view: View, body: Json) -> None:
        """https://docs.slack.dev/surfaces/modals#handling_submissions."""
        action = body.get("response_action")
        known = {block["block_id"] for block in view.content["blocks"]}
        if action == "errors":
            unknown = set(body.get("errors", {})) - known
            if unknown or not body.get("errors"):
                self.journal.problems.append(f"view_submission: errors for no block of the view: {unknown}")
        elif action in ("update", "push"):
            wrong = blockkit.view_complaints(body.get("view"))
            if wrong:
                self.journal.problems.append(f"view_submission: invalid view: {'; '.join(wrong)}")
            elif action == "update":
                views.replace(self.state, view, views.completed(body["view"], self.state))
            else:
                views.make(self.state, user, views.completed(body["view"], self.state))
        elif action == "clear":
            for shown in self.state.views.values():
                shown.is_open = shown.is_open and shown.user != user.user_id
        else:
            view.is_open = False
            if body:
                self.journal.problems.append(f"view_submission: unknown answer {body}")

    def _clickable(self, user: User, channel: Channel, ts: str) -> Message | Ephemeral:
        found = self.state.message(channel.channel_id, ts)
        own = (shown for shown in self.ephemerals(user) if shown.ts == ts and not shown.deleted)
        message = found or next(own, None)
        if message is None or user.user_id not in channel.members:
            raise ValueError(f"{user.name} sees no message {ts} in {channel.channel_id}")
        return message


def _button(message: Message | Ephemeral, wanted: str) -> Json:
    """The element named so, with its block_id, as a click reports it."""
    labels: list[str] = []
    for block in message.blocks:
        for element in blockkit.elements(block):
            label = element.get("text", {}).get("text", "")
            labels.append(label)
            if wanted in (element.get("action_id"), label):
                return {**element, "block_id": block["block_id"]}
    raise ValueError(f"no button {wanted!r}; there are {labels}")


def _error(ack: Ack) -> str:
    return "" if ack.taken else _SEEN_AS.get(ack.reason, "dispatch_failed")


def _body(ack: Ack) -> Json | None:
    if isinstance(ack.body, dict):
        return ack.body
    return {"text": ack.body} if isinstance(ack.body, str) and ack.body else None


def _answer(ack: Ack, place: Place, response_url: str) -> Answer:
    return Answer(_error(ack), _body(ack), place.posts, response_url)
