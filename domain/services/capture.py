"""What somebody says becomes dones: recorded, edited, deleted, each once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from domain import facts as f
from domain.commands import ChangeSource, DeleteLine, EditLine, NothingToday, Origin, Record, ShowDay, Surface
from domain.dones import Answer, Done, Line, match_lines, read_lines
from domain.errors import Refusal
from domain.local_time import log_day, moment, show_day, show_minute, show_zone, weekday_bit
from domain.people import Channel, Person
from domain.ports.tenant import LineChange, Revision, Tenant
from domain.teams import Team

NO_DAY = date(1, 1, 1)
"""The day of an answer whose message has no dones, or none any more.  It stays stored, so that an older
version of the message which comes late is known to be older."""
PRECISION = timedelta(seconds=1)
"""Some platforms tell the time of an edit in whole seconds."""
EDITABLE = frozenset({Channel.SLACK, Channel.DISCORD})


def member_teams(tenant: Tenant, person: Person) -> list[Team]:
    """The teams that read what she writes."""
    return [team for team, role in tenant.teams.of(person.id) if role.writes]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written down."""

    day: date
    lines: Sequence[tuple[Line, tuple[int, ...]]]
    """Each with the teams that see it."""
    teams: Sequence[Team]
    """All teams of the writer, whether they see a line or not."""


def record(
    tenant: Tenant, person: Person, origin: Origin, command: Record, now: datetime
) -> Written | f.HelpShown | None:
    """Write lines down, once for each source; None when that was done before.

    Raises:
        Refusal: the day has not come yet.
    """
    teams = member_teams(tenant, person)
    lines = read_lines(command.text, {team.name: team.id for team in teams})
    if not lines:
        return f.HelpShown(command.text.strip(), kept=True)
    day = _day(tenant, person, origin, command)
    if day > log_day(now, person.zone):
        raise _still_to_come(day)
    with_audience = [(line, audience(line, teams)) for line in lines]
    written_at = command.edited_at or origin.at
    if not tenant.log.record(person.id, day, _source(origin), written_at, with_audience):
        edited_into = Revision(added=tuple((place, *each) for place, each in enumerate(with_audience)))
        if command.edited_at is None or not _fill(tenant, origin, day, edited_into, written_at):
            return None
    if not person.ask_anyway:
        tenant.outbox.cancel_prompt(person.id, day)
    return Written(day, with_audience, teams)


def receipt(written: Written, origin: Origin, command: Record, now: datetime) -> f.Recorded:
    """The facts of a receipt, for when a check mark is not enough."""
    readers = _readers(written)
    return f.Recorded(
        day=written.day,
        lines=tuple(
            f.SaidLine(line.kind, line.text, private=line.private or (bool(written.teams) and not ids))
            for line, ids in written.lines
        ),
        teams=tuple(team.name for team in readers),
        digest_at=_digest_at(readers[0], written.day, now) if readers else "",
        can_edit=origin.address.channel in EDITABLE and origin.surface is Surface.DIRECT,
        doubtful=command.doubtful,
    )


def _still_to_come(day: date) -> Refusal:
    return Refusal(f"{show_day(day)} is still to come. For a goal, start a line with `[]`.")


def audience(line: Line, teams: Sequence[Team]) -> tuple[int, ...]:
    """The teams that see a line; empty: she alone."""
    if line.private:
        return ()
    return line.team_ids if line.team_ids is not None else tuple(team.id for team in teams)


def _readers(written: Written) -> list[Team]:
    seen_by = {team_id for _, team_ids in written.lines for team_id in team_ids}
    return [team for team in written.teams if team.id in seen_by]


def _source(origin: Origin) -> str:
    """The key of an answer: the message it came in; a slash command has none, so its inbox item."""
    if origin.source_ref or origin.inbox is None:
        return origin.source_ref
    return f"inbox:{origin.inbox.day.isoformat()}:{origin.inbox.id}"


def _day(tenant: Tenant, person: Person, origin: Origin, command: Record) -> date:
    if command.day is not None:
        return command.day
    if command.days_ago == 0:
        answered = _answered_day(tenant, person, origin)
        if answered is not None:
            return answered
    return log_day(origin.at, person.zone) - timedelta(days=command.days_ago)


def _answered_day(tenant: Tenant, person: Person, origin: Origin) -> date | None:
    """The day of the prompt that this answers, however late it comes."""
    if origin.answers:
        found = tenant.outbox.find(origin.address.channel, origin.answers)
        if found is not None and found.person_id == person.id:
            return found.day
    return origin.prompt_day


def _digest_at(team: Team, day: date, now: datetime) -> str:
    """When the team reads it: `tomorrow at 09:00 Madrid`."""
    today = log_day(now, team.zone)
    todays = moment(today, team.digest_minute, team.zone)
    next_one = today if todays is not None and now < todays else today + timedelta(days=1)
    morning = max(day + timedelta(days=1), next_one)
    while team.work_days and not team.work_days & weekday_bit(morning):
        morning += timedelta(days=1)
    when = {0: "today", 1: "tomorrow"}.get((morning - today).days, f"on {morning:%A}")
    return f"{when} at {show_minute(team.digest_minute)} {show_zone(team.zone)}"


def _fill(tenant: Tenant, origin: Origin, day: date, said: Revision, written_at: datetime) -> bool:
    """The first dones of a message that said none until it was edited; False: it has some."""
    found = tenant.log.by_source(origin.source_ref)
    if found is None or found[0].day != NO_DAY:
        return False
    tenant.log.revise(replace(found[0], day=day), said, written_at)
    return True


def change_source(
    tenant: Tenant, person: Person, origin: Origin, command: ChangeSource, said: Record | None, now: datetime
) -> str | f.Changed | Record:
    """Follow an edited or deleted message: in whatever order its versions come, the newest one counts.

    Args:
        tenant: hers.
        person: who wrote it.
        origin: of the message.
        command: what became of it, and when.
        said: what it says now; None: no dones, since it is deleted or reads as a command.
        now: the product's time.

    Returns:
        What was done, for the log; or what she is told; or what is still to be recorded.

    Raises:
        Refusal: the day that it is about has not come yet, so it says no dones.
    """
    version = _version(tenant, person, origin, command, said, now)
    found = _stored(tenant, person, origin, version)
    if found is None:
        return version.record
    answer, old = found
    if answer.person_id != person.id:
        return "the message is somebody else's"
    if version.written_at < answer.revised_at.replace(microsecond=0):
        return "older than what is stored"
    if answer.day == NO_DAY and version.lines:
        return version.record
    _revise(tenant, person, answer, old, version)
    if version.refused is not None:
        raise version.refused
    if old and said is None and command.text is not None:
        return f.Changed(answer.day, " / ".join(done.text for done in old), after=None)
    return "edited" if command.text is not None else "deleted"


@dataclass(frozen=True, slots=True)
class _Version:
    """What a message says, and since when."""

    record: Record
    written_at: datetime
    day: date = NO_DAY
    lines: Sequence[Line] = ()
    refused: Refusal | None = None
    """Why it counts as having no dones, which she must be told."""


def _version(
    tenant: Tenant, person: Person, origin: Origin, command: ChangeSource, said: Record | None, now: datetime
) -> _Version:
    if command.text is None:  # what was written within the same second came before it
        return _Version(Record(""), command.edited_at + PRECISION)
    record = replace(said or Record(""), edited_at=command.edited_at)
    lines = read_lines(record.text, {team.name: team.id for team in member_teams(tenant, person)})
    if not lines:
        return _Version(record, command.edited_at)
    day = _day(tenant, person, origin, record)
    if day > log_day(now, person.zone):
        return _Version(record, command.edited_at, refused=_still_to_come(day))
    return _Version(record, command.edited_at, day, lines)


def _stored(
    tenant: Tenant, person: Person, origin: Origin, version: _Version
) -> tuple[Answer, list[Done]] | None:
    """The answer that came in that message; a version without dones makes one, to take older ones' place."""
    found = tenant.log.by_source(origin.source_ref)
    if found is None and not version.lines:
        tenant.log.record(person.id, NO_DAY, origin.source_ref, version.written_at, [])
        found = tenant.log.by_source(origin.source_ref)
    return found


def _revise(tenant: Tenant, person: Person, answer: Answer, old: Sequence[Done], version: _Version) -> None:
    is_newer = version.written_at > answer.revised_at
    changes = revision(old, version.lines, member_teams(tenant, person), is_newer=is_newer)
    tenant.log.revise(replace(answer, day=version.day), changes, version.written_at)
    if version.day not in {answer.day, NO_DAY} and not person.ask_anyway:
        tenant.outbox.cancel_prompt(person.id, version.day)


def revision(
    old: Sequence[Done], new: Sequence[Line], teams: Sequence[Team], *, is_newer: bool = True
) -> Revision:
    """What turns the old dones into the new lines.

    A done keeps its id, and its readers unless the old line or the new one names them.

    Args:
        old: as they are stored.
        new: what the message says now.
        teams: whom she writes for.
        is_newer: certainly than what is stored; what may be as old makes nothing public.
    """
    matched = match_lines([done.text for done in old], [line.text for line in new])
    kept = {index for index in matched if index is not None}
    added: list[tuple[int, Line, tuple[int, ...]]] = []
    changed: list[LineChange] = []
    for position, (line, index) in enumerate(zip(new, matched, strict=True)):
        if index is None:
            added.append((position, line, audience(line, teams)))
        else:
            says_so = line.audience_chosen or (old[index].audience_chosen and is_newer)
            team_ids = audience(line, teams) if says_so else old[index].team_ids
            changed.append(LineChange(old[index].id, line, team_ids, position))
    removed = tuple(done.id for index, done in enumerate(old) if index not in kept)
    return Revision(tuple(added), tuple(changed), removed)


def nothing_today(tenant: Tenant, person: Person, origin: Origin, command: NothingToday) -> f.NothingNoted:
    """End the day without a line."""
    day = command.day or _answered_day(tenant, person, origin) or log_day(origin.at, person.zone)
    tenant.log.record(person.id, day, f"nothing:{person.id}:{day.isoformat()}", origin.at, [])
    tenant.outbox.cancel_prompt(person.id, day)
    return f.NothingNoted(day)


def show_day_of(tenant: Tenant, person: Person, command: ShowDay, now: datetime) -> f.DayShown:
    day = command.day or log_day(now, person.zone) - timedelta(days=command.days_ago)
    dones = tenant.log.day(person.id, day)
    return f.DayShown(day, tuple(f.SaidLine(done.kind, done.text, not done.team_ids) for done in dones))


def change_line(tenant: Tenant, person: Person, command: EditLine | DeleteLine, now: datetime) -> f.Changed:
    """Rewrite or delete a line of today, by the number that `today` shows.

    Raises:
        Refusal: there is no line of that number.
    """
    day = log_day(now, person.zone)
    dones = tenant.log.day(person.id, day)
    if not 1 <= command.number <= len(dones):
        raise Refusal(f"There is no line {command.number} today. Write `today` to see the numbers.")
    done = dones[command.number - 1]
    after = command.text if isinstance(command, EditLine) else None
    tenant.log.change(done.id, after)
    return f.Changed(day, done.text, after)
