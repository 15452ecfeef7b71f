"""Whether Discord is set up right, for `doctor` and `setup`, and how the bot is invited."""

from enum import IntFlag
from urllib.parse import urlencode

from adapters.discord.api import DiscordApi
from adapters.discord.outcomes import TROUBLE, in_words

Finding = tuple[bool, str]


class Needed(IntFlag):
    """The least that the bot must be allowed.

    https://docs.discord.com/developers/topics/permissions#permissions-bitwise-permission-flags
    """

    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    READ_MESSAGE_HISTORY = 1 << 16
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38


PERMISSIONS = sum(Needed)
INVITE_URL = "https://discord.com/oauth2/authorize"


def invite_url(application_id: str) -> str:
    """The link that brings the bot into a server.

    https://docs.discord.com/developers/topics/oauth2#bot-authorization-flow
    """
    scopes = {"client_id": application_id, "scope": "bot applications.commands", "permissions": PERMISSIONS}
    return f"{INVITE_URL}?{urlencode(scopes)}"


async def check(api: DiscordApi, linked: list[str]) -> list[Finding]:
    """What is right (True) and what is not, a sentence each; every call is a live one.

    Args:
        api: how Discord is called.
        linked: the ids of the servers that are connected.
    """
    try:
        application = await api.application()
        name, link = str(application["name"]), invite_url(str(application["id"]))
    except TROUBLE as trouble:
        return [(False, f"DISCORD_BOT_TOKEN does not work ({in_words(trouble)}); it is on the page Bot.")]
    findings = [(True, f"The token is that of the application {name}.")]
    if application.get("interactions_endpoint_url"):
        told = "Remove the Interactions Endpoint URL: with it commands do not reach the gateway."
        findings.append((False, told))
    if not application.get("approximate_guild_count"):
        return [*findings, (False, f"The bot is in no server yet. Invite it: {link}")]
    if not linked:
        return [*findings, (False, "No server is connected yet: type /done connect CODE in one.")]
    return [*findings, *[await _guild(api, guild_id) for guild_id in linked]]


async def _guild(api: DiscordApi, guild_id: str) -> Finding:
    try:
        return True, f"Connected to the server {(await api.guild(guild_id))['name']}."
    except TROUBLE as trouble:
        return False, f"The connected server {guild_id} cannot be read ({in_words(trouble)})."
