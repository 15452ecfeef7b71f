"""Random people under every rule of asking there is, and what the plain rules say of each."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from domain.deliveries import Key, Kind, State
from domain.local_time import cohort
from domain.people import Channel
from domain.services.prompting import PersonDay, Reason, asks_about, why_not_asked
from domain.teams import Role
from tests.worlds import LONG_AGO, World

NOW = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)
"""A Tuesday: 19:30 in Madrid, 13:30 in New York, Wednesday 07:30 in Auckland."""
CLOCKS = [
    ("Europe/Madrid", 18 * 60),
    ("Europe/Madrid", 16 * 60 + 30),
    ("America/New_York", 13 * 60),
    ("Pacific/Auckland", 7 * 60),
    ("Asia/Kolkata", 23 * 60 + 45),
    ("Europe/Madrid", 23 * 60),  # not due
    ("Pacific/Auckland", 18 * 60),  # not due
]
PEOPLE = 200


@dataclass(frozen=True, slots=True)
class Expected:
    reason: Reason | None
    identity_id: int | None
    due: bool


def random_people(world: World, seed: int) -> dict[int, Expected]:
    """Two organizations full of people; what is expected of each, by her id."""
    dice = random.Random(seed)  # noqa: S311 -- the same world for the same seed
    expected: dict[int, Expected] = {}
    for country in ("ES", None):
        organization = world.organization(country)
        holidays = _random_holidays(world, dice, organization)
        masks = [0b0011111, 0b0000001, 0b1100000, 0b0000110, 0]
        teams = [(world.team(organization, work_days=mask), mask) for mask in masks]
        for _ in range(PEOPLE // 2):
            person = _random_person(world, dice, organization, country, teams, holidays)
            expected |= person
    return expected


def _random_holidays(world: World, dice: random.Random, organization: int) -> set[tuple[str, date]]:
    days = [(where, date(2026, 11, day)) for where in ("ES", "NZ") for day in (24, 25)]
    chosen = {each for each in days if dice.random() < 0.5}
    for where, day in chosen:
        world.holiday(organization, where, day)
    return chosen


def _random_person(
    world: World,
    dice: random.Random,
    organization: int,
    country: str | None,
    teams: list[tuple[int, int]],
    holidays: set[tuple[str, date]],
) -> dict[int, Expected]:
    zone, minute = dice.choice(CLOCKS)
    active, ask_anyway = dice.random() < 0.9, dice.random() < 0.3
    own_days = dice.choice([None, None, None, 0b0000010, 0b1111111, 0b0000100, 0])
    preferred = dice.choice([None, Channel.SLACK, Channel.DISCORD, Channel.EMAIL])
    hers = dice.choice([None, None, None, "NZ", "FR"])
    person = world.person(
        organization,
        zone=zone,
        prompt_minute=minute,
        active=active,
        ask_anyway=ask_anyway,
        own_days=own_days,
        preferred=None if preferred is None else int(preferred),
        holiday_country=hers,
    )
    asked_in = _memberships(world, dice, organization, person, teams)
    identity = _identities(world, dice, organization, person, preferred)
    group = cohort(NOW, zone, minute)
    if group is None:
        return {person: Expected(None, identity, due=False)}
    day = group.day
    away = _absences(world, dice, organization, person, day)
    answered = dice.random() < 0.2
    world.answer(organization, person, day if answered else day - timedelta(days=1))
    planned, last_due_at = _earlier_prompts(world, dice, organization, person, day, group.due_at)
    person_day = PersonDay(
        day=day,
        due_at=group.due_at,
        active=active,
        reachable=identity is not None,
        own_days=own_days,
        team_days=tuple(mask for mask, joined_at in asked_in if asks_about(joined_at, group.due_at)),
        away=away,
        holiday=((hers or country) or "", day) in holidays,
        answered=answered,
        ask_anyway=ask_anyway,
        planned=planned,
        last_due_at=last_due_at,
    )
    return {person: Expected(why_not_asked(person_day), identity, due=True)}


def _absences(world: World, dice: random.Random, organization: int, person: int, day: date) -> bool:
    """Sometimes one of that day, sometimes others before and after it: whether she is away that day."""
    away = dice.random() < 0.15
    last_day = dice.choice([None, day, day + timedelta(days=3)])
    if away:
        world.absence(organization, person, day - timedelta(days=dice.randrange(3)), last_day)
    elif dice.random() < 0.2:
        world.absence(organization, person, day + timedelta(days=1), None)
        world.absence(organization, person, day - timedelta(days=9), day - timedelta(days=1))
    return away


def _memberships(
    world: World, dice: random.Random, organization: int, person: int, teams: list[tuple[int, int]]
) -> list[tuple[int, datetime]]:
    """Days and time of joining, of each team that asks her."""
    asked_in = []
    for team, mask in dice.sample(teams, dice.randrange(4)):
        role = dice.choice([Role.MEMBER, Role.MEMBER, Role.MANAGER, Role.OBSERVER, Role.INVITED])
        joined_at = dice.choice([LONG_AGO, LONG_AGO, NOW - timedelta(hours=3), NOW])
        world.member(organization, team, person, role, joined_at)
        if role.writes:
            asked_in.append((mask, joined_at))
    return asked_in


def _identities(
    world: World, dice: random.Random, organization: int, person: int, preferred: Channel | None
) -> int | None:
    """Some identities, and the one that she should be asked at."""
    usable: list[tuple[bool, int, int]] = []
    for _ in range(dice.randrange(4)):
        channel = dice.choice(list(Channel))
        active = dice.random() < 0.8
        stopped = dice.random() < 0.2
        identity = world.identity(
            organization, person, channel, active=active, mail_stopped_at=NOW if stopped else None
        )
        if active and not stopped:
            usable.append((channel is not preferred, int(channel), identity))
    return min(usable)[2] if usable else None


def _earlier_prompts(
    world: World, dice: random.Random, organization: int, person: int, day: date, due_at: datetime
) -> tuple[bool, datetime | None]:
    """Prompts of other days, and sometimes of this one: whether it is planned, and when the last was due."""
    last: datetime | None = None
    for back in (1, 2, -1):
        if dice.random() < 0.3:
            state = dice.choice([State.ACCEPTED, State.EXPIRED, State.CANCELLED])
            due = due_at - timedelta(hours=dice.choice([5, 11, 12, 13, 24]), minutes=dice.choice([0, 1]))
            key = Key(day - timedelta(days=back), Kind.PROMPT, person)
            world.delivery(organization, key, due, state=int(state), receipt="an earlier one")
            if state is not State.CANCELLED and (last is None or due > last):
                last = due
    planned = dice.random() < 0.1
    if planned:
        key = Key(day, Kind.PROMPT, person)
        world.delivery(organization, key, due_at, state=int(State.ACCEPTED), receipt="this one")
        last = due_at
    return planned, last
