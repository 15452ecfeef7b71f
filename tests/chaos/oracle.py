"""Judges a run when it is over and calm: what the database says, held against what the services have."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from adapters.storage.leaving import LEFT
from domain.deliveries import SENT_STATES, Kind, State
from domain.people import Channel
from tests.chaos.stored import Row, Stored

ARRIVED = SENT_STATES | {State.BOUNCED}
UNFINISHED = frozenset({State.READY, State.SENDING, State.UNCERTAIN})
GIVEN_UP = "attempts that no worker came back from"
"""Of the reason why a delivery is given up that would otherwise be tried for ever."""
MOST_TOLD = 20
"""Lines of each kind of wrong that a report has."""


@dataclass(frozen=True, slots=True)
class Said:
    """One line that somebody wrote."""

    channel: Channel
    text: str
    acknowledged: bool
    """Taken with a 2xx or an acknowledgement.

    Discord's gateway has none: what is said there is heard, at once or afterwards, if somebody has listened
    before, in a direct message that the installation knows.
    """


@dataclass(frozen=True, slots=True)
class Asked:
    """A command or a button."""

    channel: Channel
    effect: str
    """What it leaves: a line, or the source of an answer."""
    acknowledged: bool
    """It was not shown as failed."""
    answers: Sequence[str]
    """What was said to it, but for that."""
    refused: bool
    """She was told that it cannot be written down now."""


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a digest in one of the places in which it is told."""

    channel: Channel
    line: str
    times: int
    person_id: int
    """Who wrote it, and gets the digest by mail."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the services and the people know."""

    accepted: Mapping[Channel, Counter[str]]
    """How often each delivery has arrived, by its handle."""
    planned: Mapping[int, Channel]
    """Everybody who was to be asked, and where."""
    said: Sequence[Said]
    problems: Sequence[str]
    """What the services did not understand."""
    asked: Sequence[Asked] = ()
    told: Sequence[Told] = ()


@dataclass(slots=True)
class Verdict:
    """What is wrong, and what was counted on the way."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    problems: Sequence[str] = ()
    settled: Counter[Channel] = field(default_factory=Counter)
    """Deliveries an attempt of which was in doubt, and which have come to an end."""
    states: Counter[tuple[Channel, State]] = field(default_factory=Counter)
    mails_twice: int = 0
    left: int = 0
    """Deliveries that went to people's next channel while theirs was closed."""
    given_up: Counter[str] = field(default_factory=Counter)
    """Deliveries that were given up, by why, and whether they had arrived."""
    unheard: Counter[Channel] = field(default_factory=Counter)
    """Lines that nobody had acknowledged and that are not there."""
    asked: Counter[tuple[Channel, str]] = field(default_factory=Counter)
    """What was asked, by how it ended."""
    told: Counter[Channel] = field(default_factory=Counter)
    """Lines of digests that were told."""
    unmet: Sequence[str] = ()
    """Points that no process has come to."""

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.problems or self.unmet)

    def lines(self) -> list[str]:
        wrong = (*self.lost[:MOST_TOLD], *self.doubled[:MOST_TOLD], *self.problems[:MOST_TOLD])
        told = [f"  {each}" for each in wrong]
        told += [f"  never met: {each}" for each in self.unmet]
        told += [self._line(channel) for channel in Channel]
        told.append(
            f"mails that came twice, which is allowed once for each kill or lost answer: {self.mails_twice}"
        )
        told.append(f"sent on her next channel, as hers was closed: {self.left}")
        told += [f"{what}: {count}" for what, count in sorted(self.given_up.items())]
        settled = sum(self.settled.values())
        told.append(f"lost {len(self.lost)} doubled {len(self.doubled)} uncertain-settled {settled}")
        return told

    def _line(self, channel: Channel) -> str:
        found = sorted((state, count) for (of, state), count in self.states.items() if of is channel)
        counts = ", ".join(f"{count} {state.name.lower()}" for state, count in found)
        asked = sorted((how, count) for (of, how), count in self.asked.items() if of is channel)
        answers = ", ".join(f"{count} {how}" for how, count in asked)
        return (
            f"{channel.word:8} {counts}; uncertain-settled {self.settled[channel]};"
            f" lines of digests {self.told[channel]}; asked: {answers or 'nothing'};"
            f" lines that nobody acknowledged and that are not there: {self.unheard[channel]}"
        )


def judge(stored: Stored, seen: Seen, mails_in_doubt: int) -> Verdict:
    """Hold the database against the services and the people.

    Args:
        stored: of a database that is calm.
        seen: at the same time.
        mails_in_doubt: kills and lost answers of mail: each may have brought a second copy.
    """
    verdict = Verdict(problems=seen.problems)
    tried = {(row.kind, row.person_id, row.try_) for row in stored.rows}
    for row in stored.rows:
        times = seen.accepted[row.channel][row.handle]
        if row.reason == LEFT and (row.kind, row.person_id, row.try_ + 1) in tried:
            _judge_left(verdict, row, times)
        else:
            _judge_delivery(verdict, row, times)
        if row.handle in stored.doubted and row.state not in UNFINISHED:
            verdict.settled[row.channel] += 1
    if verdict.mails_twice > mails_in_doubt:
        verdict.doubled.append(f"{verdict.mails_twice} mails came twice; {mails_in_doubt} were in doubt")
    known = {row.handle for row in stored.rows}
    verdict.doubled += [
        f"{channel.word} got {handle}, which no ledger knows"
        for channel, handles in seen.accepted.items()
        for handle in handles
        if handle not in known
    ]
    _judge_prompts(verdict, stored.rows, seen.planned)
    _judge_dones(verdict, stored.effects, seen.said)
    for each in seen.asked:
        _judge_asked(verdict, each, stored.effects.get(each.effect, 0))
    unknown = {row.person_id for row in stored.rows if _is_unknown_digest(row)}
    for line in seen.told:
        by_mail = line.channel is Channel.EMAIL
        _judge_told(verdict, line, doubtful=by_mail and line.person_id in unknown)
    return verdict


def _judge_delivery(verdict: Verdict, row: Row, times: int) -> None:
    """It has come to an end; what is said to have been sent has arrived; it has not arrived twice."""
    verdict.states[row.channel, row.state] += 1
    if row.state in UNFINISHED:
        verdict.lost.append(f"{row} has come to no end")
    if row.state in ARRIVED and row.kind is not Kind.MARK and not times:
        verdict.lost.append(f"{row} never arrived")
    arrived = "they had arrived" if times else "they had not arrived"
    if row.state is State.FAILED and GIVEN_UP in (row.reason or ""):
        verdict.given_up[f"given up after {GIVEN_UP}, and {arrived}"] += 1
    if row.state is State.UNKNOWN:
        verdict.given_up[f"shown to an admin as unknown, and {arrived}"] += 1
    if row.state is State.FAILED and not times:
        verdict.lost.append(f"{row} was refused by nobody")
    if row.channel is Channel.EMAIL:
        verdict.mails_twice += max(times - 1, 0)
    if times > (2 if row.channel is Channel.EMAIL else 1):
        verdict.doubled.append(f"{row} arrived {times} times")


def _judge_left(verdict: Verdict, row: Row, times: int) -> None:
    """What goes to her next channel has surely not been sent."""
    verdict.states[row.channel, row.state] += 1
    verdict.left += 1
    if times:
        verdict.doubled.append(f"{row} arrived, and was sent on her next channel, too")


def _judge_prompts(verdict: Verdict, rows: Iterable[Row], planned: Mapping[int, Channel]) -> None:
    asked = {row.person_id for row in rows if row.kind is Kind.PROMPT}
    verdict.lost += [
        f"person {person} was never to be asked on {channel.word}"
        for person, channel in planned.items()
        if person not in asked
    ]


def _judge_dones(verdict: Verdict, dones: Mapping[str, int], said: Iterable[Said]) -> None:
    """What was acknowledged is one done; what was not is one at most."""
    for each in said:
        times = dones.get(each.text, 0)
        if times > 1:
            verdict.doubled.append(f"{each.text}, said on {each.channel.word}, is {times} dones")
        elif not times and each.acknowledged:
            verdict.lost.append(f"{each.text}, said on {each.channel.word}, is no done")
        elif not times:
            verdict.unheard[each.channel] += 1


def _judge_asked(verdict: Verdict, asked: Asked, times: int) -> None:
    """It is done once and answered once at most; what says that it is done is.

    What was acknowledged and then not answered is done all the same.  Where the database fell silent while it
    was stored, she is told that it could not be, and later, if it was after all, that it is done.
    """
    what = f"{asked.effect}, asked on {asked.channel.word},"
    if len(asked.answers) > 1:
        verdict.doubled.append(f"{what} was answered {len(asked.answers)} times: {' / '.join(asked.answers)}")
    if times > 1:
        verdict.doubled.append(f"{what} was done {times} times")
    if asked.acknowledged and not asked.refused and not times:
        verdict.lost.append(f"{what} was acknowledged and never done")
    how = "answered" if asked.answers else "refused" if asked.refused else "not answered"
    verdict.asked[asked.channel, how if asked.acknowledged else "shown as failed"] += 1


def _is_unknown_digest(row: Row) -> bool:
    return row.kind is Kind.DIGEST_MAIL and row.state is State.UNKNOWN


def _judge_told(verdict: Verdict, told: Told, *, doubtful: bool) -> None:
    """A line of a digest stands in one message; mails are counted as deliveries, and so are doubtful ones."""
    verdict.told[told.channel] += told.times > 0
    if not told.times and not doubtful:
        verdict.lost.append(f"{told.line} was not told on {told.channel.word}")
    if told.times > 1 and told.channel is not Channel.EMAIL:
        verdict.doubled.append(f"{told.line} was told {told.times} times on {told.channel.word}")
