"""The digest of the morning after."""

from datetime import date

from domain import facts as f
from domain.dones import Kind
from domain.local_time import show_day
from domain.messages import (
    Block,
    Group,
    Heading,
    Message,
    Paragraph,
    Run,
    Text,
    muted,
    strong,
    text,
)
from domain.wording.phrases import in_a_row, kind_mark


def digest(facts: f.Digest) -> Message:
    span = _span(facts.first_day, facts.last_day)
    blocks: list[Block] = [Heading(span)]
    blocked = tuple(
        text(strong(person.name), " · ", line.text)
        for person in facts.people
        for line in person.lines
        if line.kind is Kind.BLOCKER
    )
    if blocked:
        blocks.append(Group(text("Blocked"), blocked))
    blocks.extend(
        _digest_person(person, several_days=facts.first_day != facts.last_day) for person in facts.people
    )
    rest = _digest_rest(facts)
    if rest:
        blocks.append(Paragraph(rest))
    names = [person.name for person in facts.people]
    return Message(
        tuple(blocks),
        subject=f"{facts.team}: {span}",
        preheader=f"{in_a_row(names)} wrote something." if names else "A quiet day.",
    )


def _digest_person(person: f.DigestPerson, *, several_days: bool) -> Group:
    title = text(person.name, *((muted(" (by mail)"),) if person.by_mail else ()))
    items: list[Text] = []
    for line in person.lines:
        day = (muted(f"{line.day:%a} "),) if several_days else ()
        items.append((*day, *kind_mark(line.kind), Run(line.text)))
    return Group(title, tuple(items) or (text(muted("nothing to tell")),))


def _digest_rest(facts: f.Digest) -> Text:
    away = [f"{name} until {show_day(until)}" if until else name for name, until in facts.away]
    sections = (
        ("Away", away),
        ("Still to come", facts.to_come),
        ("Not asked", facts.not_asked),
        ("Quiet", facts.quiet),
    )
    told = [f"{title} {in_a_row(names)}" for title, names in sections if names]
    return text(muted(" · ".join(told))) if told else ()


def _span(first: date, last: date) -> str:
    return show_day(last) if first == last else f"{show_day(first)} to {show_day(last)}"
