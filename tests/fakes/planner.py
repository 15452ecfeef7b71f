"""Who is due, in plain Python over the rows in memory: `why_not_asked` itself decides."""

from collections.abc import Sequence
from datetime import date, datetime

from domain.deliveries import (
    DIGEST_KINDS,
    MISSED_STATES,
    SENT_STATES,
    Key,
    Kind,
    NewDelivery,
    Recipient,
    State,
)
from domain.local_time import Cohort
from domain.people import Address, Channel, Identity, Person
from domain.ports.contexts import NEW_TEAM_LOOKS_BACK
from domain.ports.planning import Planned
from domain.retention import DIGESTS_LOOK_BACK
from domain.services.prompting import PersonDay, Reason, asks_about, why_not_asked
from domain.teams import Place, Role, Team, asked_days
from tests.fakes.people import usable
from tests.fakes.rows import Tables
from tests.fakes.writing import add_deliveries
from tests.worlds import LONG_AGO


class FakePlanner:
    """`domain.ports.planning.Planner`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def prompt_clocks(self) -> list[tuple[str, int]]:
        active = (person for person in self._tables.people.values() if person.active)
        return sorted({(person.zone, person.prompt_minute) for person in active})

    def plan_prompts(self, cohorts: Sequence[Cohort]) -> Planned:
        counted = {State.READY: 0, State.CANCELLED: 0}
        for cohort in cohorts:
            for person in list(self._tables.people.values()):
                if (person.zone, person.prompt_minute) == (cohort.zone, cohort.minute):
                    state = self._plan_prompt(person, cohort)
                    if state is not None:
                        counted[state] += 1
        return Planned(counted[State.READY], counted[State.CANCELLED])

    def _plan_prompt(self, person: Person, cohort: Cohort) -> State | None:
        identity = self._identity(person)
        reason = why_not_asked(self.person_day(person, cohort.day, cohort.due_at))
        if identity is None or reason not in {None, Reason.TOO_SOON}:
            return None
        new = NewDelivery(
            key=Key(cohort.day, Kind.PROMPT, person.id),
            organization_id=person.organization_id,
            recipient=Recipient.at(identity),
            due_at=cohort.due_at,
            person_id=person.id,
            not_after=cohort.not_after,
        )
        state = State.READY if reason is None else State.CANCELLED
        add_deliveries(self._tables, [new], state, "" if reason is None else reason.value)
        return state

    def person_day(self, person: Person, day: date, due_at: datetime) -> PersonDay:
        """All that decides whether she is asked about that day, gathered."""
        prompts = [
            row
            for row in self._tables.deliveries.values()
            if row.new.key.kind is Kind.PROMPT and row.new.key.subject == person.id
        ]
        return PersonDay(
            day=day,
            due_at=due_at,
            active=person.active,
            reachable=self._identity(person) is not None,
            own_days=person.own_days,
            team_days=tuple(
                team.work_days
                for team in asking_teams(self._tables, person)
                if asks_about(self._tables.joined.get((team.id, person.id), LONG_AGO), due_at)
            ),
            away=is_away(self._tables, person, day),
            holiday=is_holiday(self._tables, person, day),
            answered=day in self._tables.days_answered(person.id),
            ask_anyway=person.ask_anyway,
            planned=any(row.new.key == Key(day, Kind.PROMPT, person.id) for row in prompts),
            last_due_at=max(
                (row.new.due_at for row in prompts if row.state is not State.CANCELLED), default=None
            ),
        )

    def _identity(self, person: Person) -> Identity | None:
        identities = [each for each in self._tables.identities_of(person.id) if usable(each)]
        return min(
            identities,
            key=lambda each: (each.address.channel is not person.preferred, each.address.channel, each.id),
            default=None,
        )

    # ------------------------------------------------------------ digests

    def digest_clocks(self) -> list[tuple[str, int]]:
        return sorted({(team.zone, team.digest_minute) for team in self._tables.teams.values()})

    def plan_digests(self, cohorts: Sequence[Cohort]) -> int:
        return sum(
            add_deliveries(self._tables, [*self._posts(team, cohort), *self._mails(team, cohort)])
            for cohort in cohorts
            for team in list(self._tables.teams.values())
            if (team.zone, team.digest_minute) == (cohort.zone, cohort.minute)
            and team.work_days & cohort.weekday_bit
            and self._has_anything_to_tell(team, cohort.day)
        )

    def _has_anything_to_tell(self, team: Team, sent_on: date) -> bool:
        first = first_day_untold(self._tables, team, sent_on)
        asked = [person for person, role in members(self._tables, team) if role.writes]
        answered = {day for person in asked for day in self._tables.days_answered(person.id)}
        prompted = {
            row.new.key.day
            for row in self._tables.deliveries.values()
            if row.new.key.kind is Kind.PROMPT
            and row.new.key.subject in {person.id for person in asked}
            and row.state is not State.CANCELLED
        }
        return any(first <= day < sent_on for day in answered | prompted)

    def _posts(self, team: Team, cohort: Cohort) -> list[NewDelivery]:
        return [
            NewDelivery(
                key=Key(cohort.day, Kind.DIGEST, team.id, target.id),
                organization_id=team.organization_id,
                recipient=Recipient(
                    Address(target.place.channel, target.place.external_id, target.place.workspace)
                ),
                due_at=cohort.due_at,
                not_after=cohort.not_after,
            )
            for target in self._tables.targets.values()
            if target.team_id == team.id
        ]

    def _mails(self, team: Team, cohort: Cohort) -> list[NewDelivery]:
        places = [each.place for each in self._tables.targets.values() if each.team_id == team.id]
        return [
            NewDelivery(
                key=Key(cohort.day, Kind.DIGEST_MAIL, team.id, person.id),
                organization_id=team.organization_id,
                recipient=Recipient(mail.address, identity_id=mail.id),
                due_at=cohort.due_at,
                person_id=person.id,
                not_after=cohort.not_after,
            )
            for person, role in members(self._tables, team)
            if role.reads and (role is Role.OBSERVER or not sees_a_copy(self._tables, person, places))
            if (mail := self._mail_identity(person)) is not None
        ]

    def _mail_identity(self, person: Person) -> Identity | None:
        identities = self._tables.identities_of(person.id)
        return next(
            (each for each in identities if each.address.channel is Channel.EMAIL and usable(each)), None
        )


def sees_a_copy(tables: Tables, person: Person, places: Sequence[Place]) -> bool:
    """She is in the workspace of one of them; Discord's ids are the same in every guild."""
    addresses = [each.address for each in tables.identities_of(person.id)]
    return any(
        address.channel is place.channel
        and (address.channel is Channel.DISCORD or address.workspace == place.workspace)
        for address in addresses
        for place in places
    )


def members(tables: Tables, team: Team) -> list[tuple[Person, Role]]:
    """Active people of any role."""
    return [
        (tables.people[person_id], role)
        for (team_id, person_id), role in tables.memberships.items()
        if team_id == team.id and tables.people[person_id].active
    ]


def asking_teams(tables: Tables, person: Person) -> list[Team]:
    return [team for team, role in tables.roles_of(person.id) if role.writes]


def days_asked(tables: Tables, person: Person) -> int:
    return asked_days(person.own_days, (team.work_days for team in asking_teams(tables, person)))


def is_away(tables: Tables, person: Person, day: date) -> bool:
    return any(
        absence.person_id == person.id and absence.covers(day, day) for absence in tables.absences.values()
    )


def is_holiday(tables: Tables, person: Person, day: date) -> bool:
    organization = tables.organizations[person.organization_id]
    country = tables.holiday_countries.get(person.id) or organization.holiday_country
    return country is not None and (organization.id, country, day) in tables.holidays


def first_day_untold(tables: Tables, team: Team, sent_on: date, copy: Key | None = None) -> date:
    """The day on which the last digest before that of `sent_on` was accepted: the first it did not tell.

    Where it is posted to a target, the last that was posted there, if any was; where it is mailed, the last
    of which its reader did not miss her copy.
    """
    digests = [
        row
        for row in tables.deliveries.values()
        if row.new.key.kind in DIGEST_KINDS and row.new.key.subject == team.id
        if sent_on - DIGESTS_LOOK_BACK <= row.ref.day < sent_on
    ]
    told = [row.new.key for row in digests if row.state in SENT_STATES]
    if copy is not None and copy.kind is Kind.DIGEST:
        told = [key for key in told if (key.kind, key.target) == (copy.kind, copy.target)] or told
    elif copy is not None:
        hers = [row for row in digests if (row.new.key.kind, row.new.key.target) == (copy.kind, copy.target)]
        came = {row.ref.day for row in hers if row.state not in MISSED_STATES | {State.READY}}
        missed = {row.ref.day for row in hers} - came
        told = [key for key in told if key.day not in missed]
    return max((key.day for key in told), default=sent_on - NEW_TEAM_LOOKS_BACK)
