"""Vacations, pauses, and coming back."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from domain import talk as t
from domain.commands import Origin
from domain.deliveries import Key, Kind, NewDelivery, Recipient
from domain.local_time import log_day, weekday_bit
from domain.people import Channel, Identity, Person, mailbox, preferred_identity
from domain.periods import read_period
from domain.ports.tenant import Tenant
from domain.replies import Away, OutOfOffice
from domain.teams import asked_days

OFFER_AGAIN = timedelta(days=14)
"""How long after an offer no other one is made, whatever her mail program answers."""


def leave(tenant: Tenant, person: Person, command: Away, now: datetime) -> t.Absent:
    """Ask her nothing in that period; today's prompt is cancelled unless it is on its way.

    Raises:
        Refusal: the days cannot be read, or are over.
    """
    today = log_day(now, person.zone)
    period = read_period(command.period, today)
    tenant.absences.put(person.id, period.first_day, period.last_day)
    if period.first_day <= today:
        tenant.outbox.cancel_prompt(person.id, today)
    return t.Absent(
        period.first_day,
        period.last_day,
        _next_asked(tenant, person, period.last_day),
        begins_now=period.first_day <= today,
    )


def _next_asked(tenant: Tenant, person: Person, last_day: date | None) -> date | None:
    """The first of her days after that one; holidays are not looked at."""
    if last_day is None:
        return None
    mask = asked_days(
        person.own_days, (team.work_days for team, role in tenant.teams.of(person.id) if role.writes)
    )
    after = (last_day + timedelta(days=step) for step in range(1, 8))
    return next((day for day in after if mask & weekday_bit(day)), None)


def come_back(tenant: Tenant, person: Person, now: datetime) -> t.Returned:
    """End what she is away for now; when she is here, drop what she has planned.

    Back the same evening she is asked after all, unless she has answered already.
    """
    today = log_day(now, person.zone)
    ended = tenant.absences.end(person.id, today)
    if ended and (person.ask_anyway or not tenant.log.has_answered(person.id, today)):
        tenant.outbox.renew_prompt(person.id, today, now)
    return t.Returned(ended > 0, person.prompt_minute, person.zone)


def is_away(tenant: Tenant, person: Person, now: datetime) -> bool:
    today = log_day(now, person.zone)
    return any(first <= today for first, _ in tenant.absences.of(person.id, today))


def offer(
    tenant: Tenant, person: Person, origin: Origin, command: OutOfOffice, now: datetime
) -> NewDelivery | None:
    """The question whether to stop asking, on another channel than the mailbox that answers by itself.

    None: she is away already, is back by then, or has no other channel.
    """
    today = log_day(now, person.zone)
    if is_away(tenant, person, now) or (command.back_on is not None and command.back_on <= today):
        return None
    identity = preferred_identity(person, _elsewhere(tenant.people.identities(person.id), origin))
    if identity is None:
        return None
    return NewDelivery(
        key=Key(now.date(), Kind.QUESTION, person.id, 1),
        organization_id=tenant.organization_id,
        recipient=Recipient.at(identity),
        due_at=now,
        person_id=person.id,
        facts=t.AwayOffered(command.back_on),
    )


def _elsewhere(identities: Sequence[Identity], origin: Origin) -> list[Identity]:
    answering = mailbox(origin.address.external_id)
    return [
        each
        for each in identities
        if each.address.channel is not Channel.EMAIL or mailbox(each.address.external_id) != answering
    ]
