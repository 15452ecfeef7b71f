"""What people say to the lines of a digest, by answering its mail."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain import talk as t
from domain.commands import Origin
from domain.deliveries import Key, Kind, NewDelivery, Recipient
from domain.dones import Done
from domain.people import Person, preferred_identity
from domain.ports.replies import DigestSent, NamedDone
from domain.ports.tenant import Tenant
from domain.replies import Remark

_LIKE = re.compile(r"(?:\+1|👍\ufe0f?|❤\ufe0f?)[!.]*", re.IGNORECASE)
_LIKE_OF = re.compile(r"(?:\+1|👍\ufe0f?|❤\ufe0f?)\s+@?(\S.{0,79}?)[!.]*", re.IGNORECASE)
_ONE_LINE_IS_WRAPPED_INTO = 8
"""Quoted lines that are looked at to find one line of the digest again."""


@dataclass(frozen=True, slots=True)
class Said:
    """One remark and the line it is on; without text it is a like."""

    on: Done
    text: str


@dataclass(frozen=True, slots=True)
class Understood:
    """An answer to a digest, sorted."""

    said: tuple[Said, ...]
    rest: str
    """What names nobody's line: dones of hers."""


def digest_answered(tenant: Tenant, person: Person, origin: Origin) -> DigestSent | None:
    """The digest whose mail she answers, if it is one of hers and she still reads that team."""
    found = tenant.remarks.digest(origin.answers, person.id) if origin.answers else None
    if found is None or found.team_id not in {team.id for team, _ in tenant.teams.of(person.id)}:
        return None
    return found


def understand(lines: Sequence[NamedDone], remarks: Sequence[Remark], text: str) -> Understood:
    """Which line each remark is on; a remark on none of them, and what stands above all, is left over."""
    said: list[Said] = []
    rest: list[str] = []
    for typed in text.split("\n"):
        liked = _liked_of(lines, typed)
        said += [Said(done, "") for done in liked]
        rest += [] if liked else [typed]
    for remark in remarks:
        words = remark.text.strip()
        on = _lines_above(lines, remark.quoted)
        if not on:
            rest.append(words)
        elif _LIKE.fullmatch(words):
            said += [Said(done, "") for done in on]
        else:
            said.append(Said(on[0], words))
    return Understood(tuple(said), "\n".join(rest).strip())


def _liked_of(lines: Sequence[NamedDone], typed: str) -> list[Done]:
    """Everything of her whom `+1 ana` names, everything for a bare `+1`; nothing where two are called so."""
    if _LIKE.fullmatch(typed.strip()):
        return [each.done for each in lines]
    found = _LIKE_OF.fullmatch(typed.strip())
    if found is None:
        return []
    wanted = found[1].casefold()
    exact = {each.done.person_id for each in lines if each.name.casefold() == wanted}
    people = exact or {each.done.person_id for each in lines if wanted in each.name.casefold().split()}
    return [each.done for each in lines if {each.done.person_id} == people]


def _lines_above(lines: Sequence[NamedDone], quoted: Sequence[str]) -> list[Done]:
    """The done in the last quoted line, which may be broken into several; under a name all of hers."""
    nearest = [bare for each in quoted if (bare := _bare(each))]
    if not nearest:
        return []
    hers = [each.done for each in lines if _is_title(nearest[-1], each.name)]
    if hers:
        return hers
    for count in range(1, min(len(nearest), _ONE_LINE_IS_WRAPPED_INTO) + 1):
        joined = " " + " ".join(nearest[-count:])
        found = [each for each in lines if joined.endswith(" " + _bare(each.done.text))]
        longest = max((len(each.done.text) for each in found), default=0)
        alike = [each for each in found if len(each.done.text) == longest]
        if alike:
            return [_under_name(alike, nearest).done]
    return []


def _is_title(line: str, name: str) -> bool:
    return line.removesuffix(" (by mail)") == _bare(name)


def _under_name(alike: Sequence[NamedDone], above: Sequence[str]) -> NamedDone:
    """Of people who wrote the same, the one whose name stands nearest above it."""
    for line in reversed(above):
        for each in alike:
            if line.startswith(_bare(each.name)):
                return each
    return alike[0]


def _bare(line: str) -> str:
    return " ".join(line.casefold().lstrip("->*•·– \t").split())


def keep(tenant: Tenant, person: Person, origin: Origin, said: Sequence[Said], now: datetime) -> int:
    """Keep what is new of it and tell those whose lines they are, once; how much was new."""
    new: dict[int, list[t.Remarked]] = {}
    count = 0
    for place, each in enumerate(said):
        if each.text:
            source = f"{origin.source_ref}:{place}"
            is_new = tenant.remarks.comment(each.on.id, person.id, source, origin.at, each.text)
        else:
            is_new = tenant.remarks.like(each.on.id, person.id, origin.at)
        count += is_new
        if is_new and each.on.person_id != person.id:
            told = t.Remarked(each.on.day, each.on.text, each.text)
            new.setdefault(each.on.person_id, []).append(told)
    for author_id, remarks in new.items():
        _tell(tenant, author_id, origin, t.Remarks(person.name, tuple(remarks)), now)
    return count


def _tell(tenant: Tenant, author_id: int, origin: Origin, facts: t.Remarks, now: datetime) -> None:
    author = tenant.people.get(author_id)
    identity = preferred_identity(author, tenant.people.identities(author.id))
    if identity is None or origin.inbox is None:
        return
    told = NewDelivery(
        key=Key(origin.inbox.day, Kind.REMARK, origin.inbox.id, author.id),
        organization_id=tenant.organization_id,
        recipient=Recipient.at(identity),
        due_at=now,
        person_id=author.id,
        facts=facts,
    )
    tenant.outbox.add([told])
