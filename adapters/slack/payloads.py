"""What Slack sends, as requests.  Pure: a decoded payload in, a request out.

Whatever is not as documented is a ValueError that names the field and repeats nothing of its content.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from adapters.common.payloads import Payload, object_of, text_of
from adapters.slack.typed import mentioned, plain_text
from domain.commands import ChangeSource, Help, Origin, Request, Surface
from domain.people import Address, Channel
from domain.ports.front import SignedCommand
from domain.teams import Place

ReadCommand = Callable[[str], SignedCommand | None]
"""`Tokens.read_command`, of a button's value."""

_SAID = frozenset({None, "file_share", "me_message", "thread_broadcast"})
"""Subtypes of messages that people write: https://docs.slack.dev/reference/events/message#subtypes."""
_NAMELESS = frozenset({"directmessage", "privategroup"})
"""What stands for the name of a channel that Slack does not tell."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(ts: str) -> datetime:
    """The moment of a Slack timestamp, `1764000000.000100`: seconds and up to six decimals.

    Raises:
        ValueError: it is none.
    """
    seconds, _, decimals = ts.partition(".")
    if not (seconds.isascii() and seconds.isdecimal() and len(seconds) <= 11):  # noqa: PLR2004 -- to the year 5138
        raise ValueError("not a Slack timestamp")
    if decimals and not (decimals.isascii() and decimals.isdecimal()):
        raise ValueError("not a Slack timestamp")
    return _EPOCH + timedelta(seconds=int(seconds), microseconds=int(f"{decimals[:6]:0<6}"))


def is_said_to_us(body: Payload, own_user: str) -> bool:
    """Whether an event is worth keeping: said by a person in a direct message, or an installation's end."""
    event = body.get("event")
    if not isinstance(event, dict):
        return False
    kind = event.get("type")
    if kind in {"app_uninstalled", "tokens_revoked"}:
        return True
    return kind == "message" and _is_direct(event) and not _is_from_a_bot(event, own_user)


def _is_direct(event: Payload) -> bool:
    """Some events lack `channel_type`; the ids of direct messages start with D all the same."""
    return event.get("channel_type") == "im" or str(event.get("channel", "")).startswith("D")


def _is_from_a_bot(event: Payload, own_user: str) -> bool:
    """Ours are known by our bot id or, where that is left out, by our user id."""
    versions = (event, event.get("message"), event.get("previous_message"))
    return any(
        bool(each.get("bot_id")) or (bool(own_user) and each.get("user") == own_user)
        for each in versions
        if isinstance(each, dict)
    )


def event_time(body: Payload) -> datetime:
    """When it happened, by Slack's own clock."""
    event = object_of(body, "event")
    ts = event.get("event_ts") or event.get("ts")
    return instant(ts) if isinstance(ts, str) else instant(str(body.get("event_time", "")))


def event_key(body: Payload) -> str:
    """What "the same again" means: a message's own numbers, which its history tells too, else the event's.

    Empty where there is neither.
    """
    event = object_of(body, "event")
    changed = event.get("message") if event.get("subtype") == "message_changed" else None
    message = changed if isinstance(changed, dict) else event
    what = "said"
    if changed is not None:
        edited = message.get("edited")
        what = str(edited.get("ts") if isinstance(edited, dict) else event.get("event_ts"))
    elif event.get("subtype") == "message_deleted":
        message, what = {"ts": event.get("deleted_ts")}, "deleted"
    if event.get("type") != "message" or not message.get("ts"):
        return str(body.get("event_id") or "")
    return f"{body.get('team_id')}:{event.get('channel')}:{message['ts']}:{what}"


def event_mentions(body: Payload) -> frozenset[str]:
    """The ids of those mentioned in a message, whose names are needed to read it."""
    event = object_of(body, "event")
    message = event.get("message") if event.get("subtype") == "message_changed" else event
    text = message.get("text") if isinstance(message, dict) else None
    return mentioned(text) if isinstance(text, str) else frozenset()


def read_event(body: Payload, names: Mapping[str, str]) -> Request | str:
    """The request in an event, or why there is none.

    Args:
        body: the outer event: https://docs.slack.dev/apis/events-api/#event-type-structure.
        names: of those mentioned, by user id.
    """
    event = object_of(body, "event")
    if event.get("type") != "message":
        return f"{event.get('type')}: nothing is asked"
    team, channel = text_of(body, "team_id"), text_of(event, "channel")
    match event.get("subtype"):
        case "message_changed":
            return _changed(event, team, channel, names)
        case "message_deleted":
            return _deleted(event, team, channel)
        case subtype if subtype in _SAID:
            return _said(event, team, channel, names)
        case subtype:
            return f"a message of subtype {subtype} says nothing"


def _said(event: Payload, team: str, channel: str, names: Mapping[str, str]) -> Request | str:
    text = plain_text(text_of(event, "text", ""), names, event.get("blocks"))
    if not text.strip():
        return "a message without words"
    return Request(_origin(event, text_of(event, "user"), team, channel), text=text)


def _changed(event: Payload, team: str, channel: str, names: Mapping[str, str]) -> Request | str:
    """Also sent when Slack unfolds a link or counts a reply, which changes nothing that she wrote."""
    new, old = object_of(event, "message"), event.get("previous_message")
    before = old if isinstance(old, dict) else {}
    if new.get("subtype") == "tombstone":  # a deleted message that has a thread; its author is then Slackbot
        author = before.get("user") or new.get("parent_user_id")
        return _gone(event, new, str(author or ""), team, channel)
    if new.get("text") == before.get("text"):
        return "the text is as before"
    edited = new.get("edited")
    edited_at = instant(text_of(edited if isinstance(edited, dict) else event, "ts"))
    text = plain_text(text_of(new, "text", ""), names, new.get("blocks"))
    return Request(_origin(new, text_of(new, "user"), team, channel), ChangeSource(text, edited_at))


def _deleted(event: Payload, team: str, channel: str) -> Request | str:
    old = object_of(event, "previous_message")
    if old.get("subtype") == "tombstone":
        return "what was left of a deleted message is gone"
    return _gone(event, old, text_of(old, "user"), team, channel)


def _gone(event: Payload, message: Payload, author: str, team: str, channel: str) -> Request | str:
    if not author:
        return "nobody knows whose message was deleted"
    return Request(_origin(message, author, team, channel), ChangeSource(None, instant(text_of(event, "ts"))))


def _origin(message: Payload, user: str, team: str, channel: str) -> Origin:
    ts, thread = text_of(message, "ts"), text_of(message, "thread_ts", "")
    root = f"{channel}:{thread}" if thread not in {"", ts} else ""
    return Origin(
        Address(Channel.SLACK, user, team),
        Surface.DIRECT,
        at=instant(ts),
        source_ref=f"{channel}:{ts}",
        guild=team,
        direct=channel,
        answers=root,
        answer_to=root,
    )


def read_slash(body: Payload, at: datetime) -> Request:
    """The request in a slash command, which carries no time of its own.

    https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling
    """
    team, channel = text_of(body, "team_id"), text_of(body, "channel_id")
    origin = Origin(
        Address(Channel.SLACK, text_of(body, "user_id"), team),
        Surface.SLASH,
        at=at,
        source_ref=f"{channel}:{text_of(body, 'trigger_id')}",
        place=_place(team, channel, text_of(body, "channel_name", "")),
        guild=team,
    )
    return Request(origin, text=plain_text(text_of(body, "text", "")))


def read_button(body: Payload, read_command: ReadCommand) -> Request:
    """The request of a pressed button; one whose signature is no longer valid asks for help instead.

    https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
    """
    action, user, place = pressed(body), object_of(body, "user"), object_of(body, "channel")
    team = _team(body)
    channel, container = text_of(place, "id"), object_of(body, "container")
    meant = read_command(text_of(action, "value", ""))
    organization_id, person_id, command = meant or (None, None, Help())
    private = channel.startswith("D")
    origin = Origin(
        Address(Channel.SLACK, text_of(user, "id"), team),
        Surface.BUTTON,
        at=instant(text_of(action, "action_ts")),
        source_ref=f"{channel}:{text_of(body, 'trigger_id')}",
        place=_place(team, channel, text_of(place, "name", "")),
        guild=team,
        direct=channel if private and not container.get("is_ephemeral") else None,
        answers=f"{channel}:{text_of(container, 'message_ts')}",
        organization_id=organization_id,
        person_id=person_id,
    )
    return Request(origin, command)


def pressed(body: Payload) -> Payload:
    """The button that was pressed; Slack reports one at a time."""
    actions = body.get("actions")
    if not (isinstance(actions, list) and actions and isinstance(actions[0], dict)):
        raise ValueError("actions holds no button")
    return actions[0]


def answer_url(body: Payload) -> str:
    """Where an answer may be sent, five times within 30 minutes.

    https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
    """
    return text_of(body, "response_url")


def _team(body: Payload) -> str:
    """The workspace; null in the interactions of an organization-wide installation."""
    team = body.get("team")
    return text_of(team, "id") if isinstance(team, dict) else text_of(object_of(body, "user"), "team_id")


def _place(team: str, channel: str, name: str) -> Place | None:
    if channel.startswith("D"):
        return None
    return Place(Channel.SLACK, team, channel, "" if name in _NAMELESS else name)
