"""What Discord sends, as requests.  Pure: a decoded payload in, a request out.

Messages are kept as the gateway dispatched them, `{"t": "MESSAGE_CREATE", "d": {...}}`; interactions as their
`d` alone.  Whatever is not as documented is a ValueError that names the field and repeats nothing of it.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from adapters.common.payloads import Payload, object_of, text_of
from adapters.discord.commands import command_or_text, read_filled
from adapters.discord.typed import plain_text
from domain.commands import ChangeSource, Help, Origin, Request, Surface
from domain.people import Address, Channel, Profile
from domain.ports.front import SignedCommand
from domain.teams import Place

ReadCommand = Callable[[str], SignedCommand | None]
"""`Tokens.read_command`, of a button's `custom_id`."""

TYPED, PRESSED, COMPLETING = 2, 3, 4
"""Types of interactions: a command, a component, an autocompletion."""
MESSAGES = frozenset({"MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE"})
_SAID = frozenset({0, 19})
"""Messages that people write, alone or as a reply.

https://docs.discord.com/developers/resources/message#message-object-message-types
"""
_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)


def instant(snowflake: str) -> datetime:
    """When an id was made: https://docs.discord.com/developers/reference#snowflakes.

    Raises:
        ValueError: it is no id.
    """
    if not (snowflake.isascii() and snowflake.isdecimal() and len(snowflake) <= 20):  # noqa: PLR2004 -- 64 bits
        raise ValueError("not a snowflake")
    return _EPOCH + timedelta(milliseconds=int(snowflake) >> 22)


def is_said_to_us(kind: str, message: Payload) -> bool:
    """Whether a message's event is worth keeping: a person's, in a direct message, and about her words.

    An update without an edit time only shows where a link leads; a deletion names no author.
    """
    if kind not in MESSAGES or "guild_id" in message:
        return False
    author = message.get("author")
    if kind == "MESSAGE_DELETE":
        return True
    by_person = isinstance(author, dict) and not author.get("bot")
    return by_person and (kind == "MESSAGE_CREATE" or bool(message.get("edited_timestamp")))


def message_key(kind: str, message: Payload) -> str:
    """What "the same again" means: a resumed session repeats events."""
    edited = str(message.get("edited_timestamp"))
    what = {"MESSAGE_CREATE": "created", "MESSAGE_DELETE": "deleted"}.get(kind, edited)
    return f"{text_of(message, 'id')}:{what}"


def is_deletion(event: Payload) -> bool:
    return event.get("t") == "MESSAGE_DELETE"


def read_message(event: Payload, at: datetime, recipient: str = "") -> Request | str:
    """The request in a message's event, or why there is none.

    Args:
        event: https://docs.discord.com/developers/events/gateway-events#message-create.
        at: when it arrived; a deletion carries no time of its own.
        recipient: who the direct message is with, which a deletion does not say.
    """
    kind, message = text_of(event, "t"), object_of(event, "d")
    if kind == "MESSAGE_DELETE":
        if not recipient:
            return "nobody knows whose message was deleted"
        return Request(_said_origin(message, recipient), ChangeSource(None, at))
    if message.get("type") not in _SAID:
        return "not a message that people write"
    origin = _said_origin(message, text_of(object_of(message, "author"), "id"))
    text = plain_text(text_of(message, "content", ""), _names(message.get("mentions")))
    if kind == "MESSAGE_UPDATE":
        return Request(origin, ChangeSource(text, _moment(text_of(message, "edited_timestamp"))))
    return Request(origin, text=text) if text.strip() else "a message without words"


def _said_origin(message: Payload, user_id: str) -> Origin:
    """No profile here: the core asks for it, and with it for a server in which she is."""
    channel, number = text_of(message, "channel_id"), text_of(message, "id")
    reference = message.get("message_reference")
    answered = text_of(reference, "message_id", "") if isinstance(reference, dict) else ""
    return Origin(
        Address(Channel.DISCORD, user_id),
        Surface.DIRECT,
        at=instant(number),
        source_ref=f"{channel}:{number}",
        direct=channel,
        answers=f"{channel}:{answered}" if answered else "",
    )


def read_interaction(payload: Payload, read_command: ReadCommand) -> Request:
    """The request in a command or a pressed button.

    A button whose signature is no longer valid asks for help instead.
    https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object
    """
    if payload.get("type") == PRESSED:
        return _pressed(payload, read_command)
    if payload.get("type") != TYPED:
        raise ValueError("type is none that asks")
    data = object_of(payload, "data")
    resolved = data.get("resolved")
    users = resolved.get("users") if isinstance(resolved, dict) else None
    names = _names(list(users.values()) if isinstance(users, dict) else None)
    command, text = command_or_text(read_filled(data))
    return Request(_asked_origin(payload, Surface.SLASH), command, plain_text(text, names))


def _pressed(payload: Payload, read_command: ReadCommand) -> Request:
    meant = read_command(text_of(object_of(payload, "data"), "custom_id", ""))
    organization_id, person_id, command = meant or (None, None, Help())
    button = (organization_id, person_id, text_of(object_of(payload, "message"), "id"))
    return Request(_asked_origin(payload, Surface.BUTTON, button), command)


def completing(payload: Payload) -> tuple[Origin, str, str]:
    """Who types, which option, and what is typed so far."""
    filled = read_filled(object_of(payload, "data"))
    return _asked_origin(payload, Surface.SLASH), filled.focused, filled.values.get(filled.focused, "")


def _asked_origin(
    payload: Payload, surface: Surface, button: tuple[int | None, int | None, str] = (None, None, "")
) -> Origin:
    channel, number = text_of(payload, "channel_id"), text_of(payload, "id")
    guild = text_of(payload, "guild_id", "")
    user = object_of(object_of(payload, "member"), "user") if guild else object_of(payload, "user")
    organization_id, person_id, message_id = button
    return Origin(
        Address(Channel.DISCORD, text_of(user, "id")),
        surface,
        at=instant(number),
        source_ref=f"{channel}:{number}",
        place=_place(payload, guild, channel) if guild else None,
        guild=guild,
        direct=None if guild else channel,
        answers=f"{channel}:{message_id}" if message_id else "",
        organization_id=organization_id,
        person_id=person_id,
        profile=Profile(name_of(user), guild=guild) if guild else None,
    )


def _place(payload: Payload, guild: str, channel: str) -> Place:
    told = payload.get("channel")
    name = told.get("name") if isinstance(told, dict) else None
    return Place(Channel.DISCORD, guild, channel, name if isinstance(name, str) else "")


def _names(users: object) -> dict[str, str]:
    """By id, of those mentioned."""
    if not isinstance(users, list):
        return {}
    return {text_of(user, "id"): name_of(user) for user in users if isinstance(user, dict)}


def name_of(user: Payload) -> str:
    """The name she shows, else the one she logs in with."""
    shown = user.get("global_name")
    return shown.strip() if isinstance(shown, str) and shown.strip() else text_of(user, "username")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without a zone")
    return moment.astimezone(UTC)
