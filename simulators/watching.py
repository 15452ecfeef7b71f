"""Looks over everybody's shoulder: what has become visible in the simulated services since the last look."""

from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from simulators import plain
from simulators.base import Now
from simulators.discord import DiscordSimulator
from simulators.sendgrid import Mail, SendGridSimulator
from simulators.slack import SlackSimulator
from simulators.transcript import Line, Speaker, Transcript

BOT = "donelog"


class Watched(Protocol):
    """The services that can be looked over."""

    slack: SlackSimulator
    discord: DiscordSimulator
    sendgrid: SendGridSimulator
    now: Now


class Watcher:
    """Tells the transcript every message of the bot's once, and every mark."""

    def __init__(self, services: Watched, transcript: Transcript, zones: dict[str, str]) -> None:
        """`zones`: the zone of everybody's clock, by name or mail address."""
        self._services = services
        self._transcript = transcript
        self._zones = zones
        self._seen: set[tuple[str, str]] = set()

    def look(self) -> None:
        """Take in what is new."""
        self._look_at_slack()
        self._look_at_discord()
        for mail in self._services.sendgrid.outbox:
            self._look_at_mail(mail)

    def _new(self, service: str, key: str) -> bool:
        fresh = (service, key) not in self._seen
        self._seen.add((service, key))
        return fresh

    def _look_at_slack(self) -> None:
        state = self._services.slack.state
        for channel in state.channels.values():
            names = [state.users[member].name for member in channel.members if not state.users[member].is_bot]
            place = f"#{channel.name} on Slack" if channel.kind != "im" else f"Slack, to {names[0]}"
            for message in state.messages.get(channel.channel_id, ()):
                if message.bot_id and self._new("slack", f"{channel.channel_id}:{message.ts}"):
                    self._say(place, plain.slack(message), names[0] if channel.kind == "im" else "team")
                if message.reactions and self._new("slack mark", f"{channel.channel_id}:{message.ts}"):
                    self._say(place, f"✅ on “{message.text.splitlines()[0]}”", names[0])

    def _look_at_discord(self) -> None:
        for message in self._services.discord.world.messages.values():
            channel = message.channel
            whose = channel.person.name if channel.person else "team"
            place = f"Discord, to {whose}" if channel.person else f"#{channel.name} on Discord"
            if message.author.is_bot and not message.seen_only_by and self._new("discord", str(message.id)):
                self._say(place, plain.discord(message), whose)
            if message.reactions and self._new("discord mark", str(message.id)):
                self._say(place, f"✅ on “{message.content.splitlines()[0]}”", whose)

    def _look_at_mail(self, mail: Mail) -> None:
        if self._new("mail", mail.message_id):
            self._say(f"Mail to {mail.to}", plain.mail(mail), mail.to)

    def _say(self, place: str, text: str, whose: str) -> None:
        self._transcript.add(Line(self._clock(whose), place, BOT, text, Speaker.BOT))

    def said(self, place: str, name: str, text: str) -> None:
        """Somebody wrote or clicked something."""
        self._transcript.add(Line(self._clock(name), place, name, text, Speaker.PERSON))

    def answered(self, place: str, name: str, text: str) -> None:
        """She alone was shown this."""
        if text:
            self._transcript.add(
                Line(self._clock(name), f"{place}, only {name} sees it", BOT, text, Speaker.BOT)
            )

    def story(self, text: str) -> None:
        self._transcript.add(Line(self._clock("team"), "", "", text, Speaker.STORY))

    def _clock(self, whose: str) -> datetime:
        return self._services.now().astimezone(ZoneInfo(self._zones.get(whose, "UTC")))
