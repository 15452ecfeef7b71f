"""Shortens the product's waits, so that a run takes minutes.  Called before anything else has read them."""

from datetime import timedelta

from domain import deliveries, rates, retrying
from domain.people import Channel

LEASE = timedelta(seconds=9)
CALL_DEADLINE = timedelta(seconds=3)
"""As in the product, a third of the lease: the call of a living worker ends while the lease is its own."""
LOOK_AGAIN = timedelta(seconds=3)
REFUSED_FOR = timedelta(seconds=3)
PROBE_EVERY = timedelta(seconds=2)
LOOK_AT_CLOSED = 1
MAIL_TELLS = timedelta(seconds=12)
"""Within which the events of a mail have come, if it was sent."""


def hasten() -> None:
    deliveries.LEASE = LEASE
    deliveries.CALL_DEADLINE = CALL_DEADLINE
    deliveries.REFUSED_FOR = REFUSED_FOR
    rates.PROBE_EVERY = PROBE_EVERY
    retrying.FIRST_WAIT = timedelta(seconds=1)
    retrying.LONGEST_WAIT = timedelta(seconds=4)

    # Each reads waits of those before when it is imported.
    from domain import doubts

    doubts.FIRST_LOOK = dict.fromkeys(Channel, timedelta(seconds=2)) | {Channel.EMAIL: MAIL_TELLS}
    doubts.LOOKS_APART = LOOK_AGAIN
    doubts.LONGEST_DOUBT = timedelta(minutes=2)

    from adapters.discord import history as on_discord
    from adapters.discord import starts
    from adapters.email import sender as by_mail
    from adapters.slack import history as on_slack
    from adapters.storage import leases
    from bot import listening
    from scheduler import ticks

    ticks.LOOK_AT_CLOSED = LOOK_AT_CLOSED
    on_slack.LOOK_AGAIN = on_discord.LOOK_AGAIN = by_mail.LOOK_AGAIN = LOOK_AGAIN
    on_discord.NONCE_IS_SAFE = LEASE
    by_mail.SILENCE_TELLS = MAIL_TELLS
    leases.LIVES = LEASE
    listening.SECONDS_BETWEEN = 0.25
    starts.AT_ONCE = 1_000  # a day of crashes goes by in minutes
