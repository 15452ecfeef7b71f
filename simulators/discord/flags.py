"""Discord's bit fields, as far as a done log meets them."""

import enum


class Permission(enum.IntFlag):
    """https://docs.discord.com/developers/topics/permissions#permissions-bitwise-permission-flags."""

    ADMINISTRATOR = 1 << 3
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_APPLICATION_COMMANDS = 1 << 31
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38


NO_PERMISSION = Permission(0)
ALL_PERMISSIONS = Permission(sum(Permission))
USUAL_PERMISSIONS = (
    Permission.ADD_REACTIONS
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
)
"""What everybody may do in a new guild."""


class Intent(enum.IntFlag):
    """https://docs.discord.com/developers/events/gateway#list-of-intents."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_REACTIONS = 1 << 10
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_REACTIONS = 1 << 13
    MESSAGE_CONTENT = 1 << 15


NO_INTENT = Intent(0)
PRIVILEGED_INTENTS = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT
KNOWN_INTENT_BITS = sum(1 << bit for bit in (*range(17), 20, 21, 24, 25))
"""Every bit that the page above gives a name; any other closes the socket with 4013."""


class MessageFlag(enum.IntFlag):
    """https://docs.discord.com/developers/resources/message#message-object-message-flags."""

    SUPPRESS_EMBEDS = 1 << 2
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    IS_COMPONENTS_V2 = 1 << 15


class ChannelType(enum.IntEnum):
    """https://docs.discord.com/developers/resources/channel#channel-object-channel-types."""

    TEXT = 0
    DM = 1
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12


class MessageType(enum.IntEnum):
    """https://docs.discord.com/developers/resources/message#message-object-message-types."""

    DEFAULT = 0
    REPLY = 19
    CHAT_INPUT_COMMAND = 20


class InteractionType(enum.IntEnum):
    """https://docs.discord.com/developers/interactions/receiving-and-responding."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL_SUBMIT = 5


class CallbackType(enum.IntEnum):
    """https://docs.discord.com/developers/interactions/receiving-and-responding."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE_MESSAGE = 7
    AUTOCOMPLETE_RESULT = 8
    MODAL = 9


class ComponentType(enum.IntEnum):
    """https://docs.discord.com/developers/components/reference#component-object-component-types."""

    ACTION_ROW = 1
    BUTTON = 2
    TEXT_INPUT = 4
    LABEL = 18


class OptionType(enum.IntEnum):
    """https://docs.discord.com/developers/interactions/application-commands."""

    SUBCOMMAND = 1
    SUBCOMMAND_GROUP = 2
    STRING = 3
    INTEGER = 4
    BOOLEAN = 5
    USER = 6
    CHANNEL = 7
    ROLE = 8
    MENTIONABLE = 9
    NUMBER = 10
