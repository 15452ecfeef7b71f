"""Judges a run when it is over and calm: what the database says, held against what the services have."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from domain.deliveries import SENT_STATES, Kind, Ref, State, is_final
from domain.people import Channel
from tests.chaos.crowd import Crowd, Said

ARRIVED = SENT_STATES | {State.BOUNCED}
_ROWS = text("SELECT day, id, kind, channel, state, person_id, reason, due_at, attempt FROM deliveries")
_UNCERTAIN = text("SELECT DISTINCT day, delivery_id AS id FROM attempts WHERE outcome = :uncertain")
_DONES = text("SELECT text, count(*) AS times FROM dones GROUP BY text")
MOST_TOLD = 20


@dataclass(slots=True)
class Verdict:
    """What is wrong, and what was counted on the way."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    settled: Counter[Channel] = field(default_factory=Counter)
    """Deliveries an attempt of which was in doubt, and which have come to an end."""
    states: Counter[tuple[Channel, State]] = field(default_factory=Counter)
    mails_twice: int = 0
    unheard: Counter[Channel] = field(default_factory=Counter)
    """Lines that nobody had acknowledged and that are not there."""
    problems: list[str] = field(default_factory=list)
    """What the services did not understand."""

    @property
    def good(self) -> bool:
        return not self.lost and not self.doubled and not self.problems

    def lines(self) -> list[str]:
        wrong = (*self.lost[:MOST_TOLD], *self.doubled[:MOST_TOLD], *self.problems[:MOST_TOLD])
        told = [f"  {each}" for each in wrong]
        for channel in Channel:
            counts = ", ".join(
                f"{count} {state.name.lower()}"
                for (of, state), count in sorted(self.states.items())
                if of is channel
            )
            told.append(
                f"{channel.word:8} {counts}; uncertain-settled {self.settled[channel]};"
                f" {self.unheard[channel]} lines that nobody acknowledged are not there"
            )
        told.append(
            f"mails that came twice, which is allowed once for each kill or lost answer: {self.mails_twice}"
        )
        settled = sum(self.settled.values())
        told.append(f"lost {len(self.lost)} doubled {len(self.doubled)} uncertain-settled {settled}")
        return told


def judge(connection: Connection, crowd: Crowd, mails_in_doubt: int) -> Verdict:
    """Hold the database against the services and the people.

    Args:
        connection: to the database of the run, which is calm.
        crowd: the services, and what people wrote there.
        mails_in_doubt: kills and lost answers of mail: each may have brought a second copy.
    """
    verdict = Verdict(problems=sorted(crowd.problems))
    rows = connection.execute(_ROWS).all()
    _judge_deliveries(verdict, rows, crowd, mails_in_doubt)
    _judge_prompts(verdict, rows, crowd)
    _judge_dones(verdict, {row.text: row.times for row in connection.execute(_DONES)}, crowd.said)
    doubted = connection.execute(_UNCERTAIN, {"uncertain": int(State.UNCERTAIN)})
    in_doubt = {_ref(row.day, row.id) for row in doubted}
    for row in rows:
        if _ref(row.day, row.id) in in_doubt and is_final(State(row.state)):
            verdict.settled[Channel(row.channel)] += 1
    return verdict


def _judge_deliveries(verdict: Verdict, rows: Sequence[Any], crowd: Crowd, mails_in_doubt: int) -> None:
    """Each has come to an end, what is said to have been sent has arrived, and nothing arrived twice."""
    accepted = crowd.accepted()
    for row in rows:
        channel, state = Channel(row.channel), State(row.state)
        verdict.states[channel, state] += 1
        name = f"{channel.word} {Kind(row.kind).name.lower()} {_ref(row.day, row.id)}"
        said = f"{state.name.lower()} after {row.attempt} attempts ({row.reason})"
        times = accepted[channel][_ref(row.day, row.id)]
        if not is_final(state):
            verdict.lost.append(f"{name} has come to no end: {said}, due {row.due_at}")
        if state in ARRIVED and row.kind != Kind.MARK and not times:
            verdict.lost.append(f"{name} never arrived: {said}")
        if state is State.FAILED and not times:
            verdict.lost.append(f"{name} was given up, though nobody refused it: {said}")
        if channel is Channel.EMAIL and times > 1:
            verdict.mails_twice += times - 1
        if times > (2 if channel is Channel.EMAIL else 1):
            verdict.doubled.append(f"{name} arrived {times} times: {said}")
    if verdict.mails_twice > mails_in_doubt:
        verdict.doubled.append(f"{verdict.mails_twice} mails came twice; {mails_in_doubt} were in doubt")
    known = {_ref(row.day, row.id) for row in rows}
    for channel, handles in accepted.items():
        verdict.doubled += [
            f"{channel.word} got {handle}, which no ledger knows" for handle in handles if handle not in known
        ]


def _judge_prompts(verdict: Verdict, rows: Iterable[Any], crowd: Crowd) -> None:
    prompts = Counter(row.person_id for row in rows if row.kind == Kind.PROMPT)
    for person, channel in crowd.planned.items():
        if not prompts[person]:
            verdict.lost.append(f"person {person} was never to be asked on {channel.word}")


def _judge_dones(verdict: Verdict, dones: dict[str, int], said: Sequence[Said]) -> None:
    """What was acknowledged is one done; what was not is one at most."""
    for each in said:
        times = dones.get(each.text, 0)
        if times > 1:
            verdict.doubled.append(f"what was said on {each.channel.word} is {times} dones: {each.text}")
        if not times and each.acknowledged:
            verdict.lost.append(f"what was said on {each.channel.word} is no done: {each.text}")
        if not times and not each.acknowledged:
            verdict.unheard[each.channel] += 1


def _ref(day: date, number: int) -> str:
    return str(Ref(day, number))
