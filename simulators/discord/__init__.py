"""Discord on a loopback port: a REST API, a gateway, and the people who write to bots."""

from simulators.discord.command_options import NotOfferedError
from simulators.discord.interactions import InteractionAnswer
from simulators.discord.simulator import DiscordSimulator
from simulators.discord.world import Application, Channel, Guild, Message, User

__all__ = [
    "Application",
    "Channel",
    "DiscordSimulator",
    "Guild",
    "InteractionAnswer",
    "Message",
    "NotOfferedError",
    "User",
]
