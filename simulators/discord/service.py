"""What every part of the simulated service works with."""

from dataclasses import dataclass, field
from datetime import datetime

from simulators.base import Journal, Now
from simulators.discord.buckets import Buckets
from simulators.discord.gateway import Gateway
from simulators.discord.interactions import Interactions
from simulators.discord.snowflakes import Snowflakes
from simulators.discord.world import Message, World


@dataclass(slots=True)
class Service:
    now: Now
    ids: Snowflakes
    world: World
    journal: Journal
    gateway: Gateway
    buckets: Buckets
    interactions: Interactions
    nonces: dict[tuple[int, str], tuple[datetime, Message]] = field(default_factory=dict)
    """By author and nonce: when and what was written with it."""
