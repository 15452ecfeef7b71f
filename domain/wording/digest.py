"""The digest of the morning after."""

from datetime import date

from domain import facts as f
from domain.dones import LineKind
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
    several = facts.first_day != facts.last_day
    blocks: list[Block] = [Heading(span)]
    blocked = [item for person in facts.people for item in _blocked(person, several_days=several)]
    if blocked:
        blocks.append(Group(text("Blocked"), tuple(blocked)))
    mixed = not all(person.by_mail for person in facts.people)
    for person in facts.people:
        blocks += _wrote(person, several_days=several, by_mail=mixed and person.by_mail)
    rest = _digest_rest(facts)
    if rest:
        blocks.append(Paragraph(rest))
    names = [person.name for person in facts.people]
    return Message(
        tuple(blocks),
        subject=f"{facts.team}: {span}",
        preheader=f"{in_a_row(names)} wrote something." if names else "A quiet day.",
    )


def _blocked(person: f.DigestPerson, *, several_days: bool) -> list[Text]:
    """What blocks her; it stands on top, and only there."""
    return [
        text(strong(person.name), " · ", *_weekday(line, several_days=several_days), line.text)
        for line in person.lines
        if line.kind is LineKind.BLOCKER
    ]


def _wrote(person: f.DigestPerson, *, several_days: bool, by_mail: bool) -> list[Group]:
    """Her other lines; no group where all of them stand on top."""
    title = text(person.name, *((muted(" (by mail)"),) if by_mail else ()))
    items = tuple(
        (*_weekday(line, several_days=several_days), *kind_mark(line.kind), Run(line.text))
        for line in person.lines
        if line.kind is not LineKind.BLOCKER
    )
    if not person.lines:
        items = (text(muted("nothing to report")),)
    return [Group(title, items)] if items else []


def _weekday(line: f.DigestLine, *, several_days: bool) -> Text:
    return text(muted(f"{line.day:%a} ")) if several_days else ()


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
