"""The `views.*` methods."""

import json
from collections.abc import Callable

from simulators.slack import blockkit, wire
from simulators.slack.calls import Ask, RefusedError
from simulators.slack.state import Json, State, User, View

_MOST_BYTES = 250_000


def _content(ask: Ask, kind: str) -> Json:
    view = ask.args["view"]
    wrong = blockkit.view_complaints(view)
    if view.get("type") != kind:
        wrong.append(f"must be {kind} [json-pointer:/view/type]")
    if wrong:
        ask.problem(f"{ask.method}: invalid view: {'; '.join(wrong)}")
        messages = {"messages": [f"[ERROR] {saying}" for saying in wrong]}
        raise RefusedError("invalid_arguments", response_metadata=messages)
    if len(json.dumps(view).encode()) > _MOST_BYTES:
        raise RefusedError("view_too_large")
    return completed(view, ask.state)


def completed(view: Json, state: State) -> Json:
    """`view` with ids on all its blocks and elements."""
    return {**view, "blocks": blockkit.completed(view["blocks"], state.number())}


def make(state: State, user: User, content: Json) -> View:
    view_id = state.new_id("V")
    view = View(view_id, user.user_id, user.team_id, content, f"{state.number()}.hash", view_id)
    state.views[view_id] = view
    return view


def replace(state: State, view: View, content: Json) -> None:
    view.content = content
    view.hash = f"{state.number()}.hash"


def _check_hash(ask: Ask, view: View) -> None:
    if ask.args.get("hash", view.hash) != view.hash:
        raise RefusedError("hash_conflict")


def open_(ask: Ask) -> Json:
    if "trigger_id" not in ask.args:
        raise RefusedError("invalid_trigger_id")
    content = _content(ask, "modal")
    view = make(ask.state, ask.exchange_trigger(ask.text("trigger_id")), content)
    return {"view": wire.view_object(view, ask.workspace)}


def publish(ask: Ask) -> Json:
    user = ask.user("user_id", "invalid_arguments")
    content = _content(ask, "home")
    view = home_of(ask.state, user)
    if view is None:
        view = make(ask.state, user, content)
    else:
        _check_hash(ask, view)
        replace(ask.state, view, content)
    return {"view": wire.view_object(view, ask.workspace)}


def home_of(state: State, user: User) -> View | None:
    return _newest(state, lambda v: v.user == user.user_id and v.content["type"] == "home")


def modal_of(state: State, user: User) -> View | None:
    """The modal that lies on top on that person's screen."""
    return _newest(state, lambda v: v.user == user.user_id and v.content["type"] == "modal" and v.is_open)


def _newest(state: State, fits: Callable[[View], bool]) -> View | None:
    return next((view for view in reversed(state.views.values()) if fits(view)), None)


def update(ask: Ask) -> Json:
    external = ask.text("external_id")
    view = ask.state.views.get(ask.text("view_id")) or _newest(
        ask.state, lambda v: bool(external) and v.content.get("external_id") == external
    )
    if view is None or view.team_id != ask.workspace.team_id or not view.is_open:
        raise RefusedError("not_found")
    _check_hash(ask, view)
    replace(ask.state, view, _content(ask, view.content["type"]))
    return {"view": wire.view_object(view, ask.workspace)}
