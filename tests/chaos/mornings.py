"""Teams whose morning has just come: what was written yesterday is told in two channels and by mail."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from domain.dones import Line, LineKind
from domain.local_time import log_day
from domain.people import Address, Channel, Profile
from domain.teams import Place, Role
from tests.chaos.crowd import EVERY_DAY, Crowd
from tests.chaos.oracle import Told

LINES = 75
"""Of a digest: two parts on Slack, several on Discord."""
_FILLING = "polished until it shone " * 5
_MARK = re.compile(r"team\d+line\d+x")
_TOLD_IN = (Channel.SLACK, Channel.DISCORD, Channel.EMAIL)


@dataclass(slots=True)
class Mornings:
    """One team after the other, each with somebody who takes part by mail and has written a lot."""

    crowd: Crowd
    marks: dict[str, int] = field(default_factory=dict)
    """One for each line that is to be told, with who has written it."""
    teams: int = 0

    async def dawn(self) -> None:
        """One team more, whose digest is due."""
        name = f"team{self.crowd.next_number()}"
        on_slack = self.crowd.slack.add_channel(self.crowd.workspace, name)
        on_slack.members.append(self.crowd.workspace.bot_user_id)
        on_discord = await self.crowd.discord.add_channel(self.crowd.guild, name)
        places = (
            Place(Channel.SLACK, self.crowd.workspace.team_id, on_slack.channel_id),
            Place(Channel.DISCORD, str(self.crowd.guild.id), str(on_discord.id)),
        )
        marks = [f"{name}line{number}x" for number in range(LINES)]
        person_id = await asyncio.to_thread(self._add, name, places, marks)
        self.marks |= dict.fromkeys(marks, person_id)
        self.teams += 1

    def _add(self, name: str, places: Iterable[Place], marks: Iterable[str]) -> int:
        now = self.crowd.database.time()
        local = now.astimezone(ZoneInfo(self.crowd.zone))
        yesterday = log_day(now, self.crowd.zone) - timedelta(days=1)
        with self.crowd.database.storage.begin() as uow:
            tenant = uow.tenant(self.crowd.organization_id)
            address = Address(Channel.EMAIL, f"{name}@example.com")
            person, _ = tenant.people.add(Profile(name, self.crowd.zone), address, None, now)
            team = tenant.teams.add(name, self.crowd.zone, now - timedelta(days=2))
            minute = local.hour * 60 + local.minute
            tenant.teams.save(replace(team, digest_minute=minute, work_days=EVERY_DAY))
            tenant.teams.join(team.id, person.id, Role.MEMBER, now)
            for place in places:
                tenant.teams.add_target(team.id, place)
            lines = [(Line(LineKind.DONE, f"{mark} {_FILLING}"), (team.id,)) for mark in marks]
            tenant.log.record(person.id, yesterday, name, now - timedelta(days=1), lines)
            uow.commit()
            return person.id

    def told(self) -> list[Told]:
        """How often each line was told in each place."""
        messages = self.crowd.slack.state.messages.values()
        written = {
            Channel.SLACK: (json.dumps(each.blocks) for there in messages for each in there if each.bot_id),
            Channel.DISCORD: (
                each.content for each in self.crowd.discord.world.messages.values() if each.author.is_bot
            ),
            Channel.EMAIL: (mail.text or "" for mail in self.crowd.sendgrid.outbox),
        }
        times = {channel: _counted(texts) for channel, texts in written.items()}
        return [
            Told(channel, mark, times[channel][mark], person_id)
            for channel in _TOLD_IN
            for mark, person_id in self.marks.items()
        ]


def _counted(texts: Iterable[str]) -> Counter[str]:
    """In how many of the texts each mark stands."""
    return Counter(mark for each in texts for mark in set(_MARK.findall(each)))
