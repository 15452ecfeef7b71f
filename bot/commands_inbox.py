"""`donelog mail list | show | replay`: what has arrived, and what waits for somebody to look at it."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from bot.console import around, opened, say, say_json, say_table
from domain.errors import Refusal

if TYPE_CHECKING:  # only for the checker: commands load lazily
    from datetime import datetime, timedelta

    from domain.ports.inbox import KeptItem
    from domain.ports.storage import UnitOfWork

NUMBER = "Its number in `donelog mail list`."


def list_items(
    context: typer.Context,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also what has been understood.")] = False,
    most: Annotated[int, typer.Option(min=1, max=10_000, help="How many, newest first.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """What has arrived on any channel and waits.  Put aside, not understood, or not taken up yet."""
    from domain.ports.inbox import InboxState

    waiting = (InboxState.NEW, InboxState.HELD, InboxState.FAILED)
    with opened(around(context).settings()) as core, core.database.storage.begin() as uow:
        kept = uow.inbox.kept(tuple(InboxState) if everything else waiting, most)
        now = core.database.time()
    if as_json:
        say_json([_as_json(each) for each in kept])
    elif kept:
        head = ["number", "age", "source", "state", "from", "note"]
        say_table(head, [_row(each, now) for each in kept])
    else:
        say("Nothing waits." if not everything else "Nothing has arrived.")


def _row(kept: "KeptItem", now: "datetime") -> Sequence[str]:
    source = kept.source.name.lower().replace("_", " ")
    state = kept.state.name.lower()
    return (str(kept.ref.id), _age(now - kept.stored_at), source, state, kept.sender or "-", kept.note or "-")


def _age(age: "timedelta") -> str:
    minutes = max(int(age.total_seconds()), 0) // 60
    if minutes < 120:  # noqa: PLR2004 -- two hours
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 60 // 24} days"


def _as_json(kept: "KeptItem") -> dict[str, object]:
    return {
        "number": kept.ref.id,
        "arrived": kept.stored_at.isoformat(),
        "source": kept.source.name.lower(),
        "state": kept.state.name.lower(),
        "tries": kept.tries,
        "from": kept.sender,
        "note": kept.note,
        "person": kept.person_id,
    }


def show(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help=NUMBER)],
    *,
    raw: Annotated[bool, typer.Option(help="Write out what arrived, byte for byte.")] = False,
) -> None:
    """One item, with the text that somebody wrote."""
    with opened(around(context).settings()) as core, core.database.storage.begin() as uow:
        kept, content = _found(uow, number)
        now = core.database.time()
    if raw:
        sys.stdout.buffer.write(content)
        return
    for name, value in zip(("age", "source", "state", "from", "note"), _row(kept, now)[1:], strict=True):
        say(f"{name:>8}  {value}")
    say(f"{'tries':>8}  {kept.tries}")
    for name, value in _mail(kept, content):
        say(f"{name:>8}  {value}")


def _mail(kept: "KeptItem", content: bytes) -> list[tuple[str, str]]:
    """What a mail says of itself; of other payloads their beginning."""
    from adapters.email.inbound import read_mail
    from adapters.email.reading.answer import read_texts
    from domain.ports.inbox import Source

    mail = read_mail(content) if kept.source in {Source.MAIL_RAW, Source.MAIL_PARSED} and content else None
    if mail is None:
        return [("text", content[:2_000].decode("utf-8", "replace") or "forgotten")]
    to = ", ".join(mail.envelope_to or mail.header_to)
    proofs = ", ".join(
        (f"SPF {mail.spf or '-'}", *(f"DKIM {name} {said}" for name, said in mail.dkim.items()))
    )
    reply = read_texts(mail.texts, mail.from_name).reply
    return [
        ("sender", f"{mail.from_name} <{mail.from_address}>".strip()),
        ("to", to),
        ("subject", mail.subject),
        ("proofs", proofs),
        ("text", reply.replace("\n", f"\n{'':>10}")),
    ]


def replay(
    context: typer.Context,
    numbers: Annotated[list[int] | None, typer.Argument(help=NUMBER)] = None,
    *,
    failed: Annotated[bool, typer.Option(help="Everything that was not understood.")] = False,
) -> None:
    """Read items again that were put aside or not understood.

    A running donelog takes them up, by the rules it has now.  Nothing is recorded or said twice.
    """
    from domain.ports.inbox import InboxState

    if not numbers and not failed:
        raise Refusal("Which ones? Give numbers from `donelog mail list`, or --failed.")
    with opened(around(context).settings()) as core, core.database.storage.begin() as uow:
        found = [_found(uow, number)[0] for number in numbers or ()]
        if failed:
            found += uow.inbox.kept([InboxState.FAILED], 10_000)
        count = sum(uow.inbox.replay(each.ref) for each in found)
        uow.commit()
    if count < len(found):
        say(f"{len(found) - count} of them need no replay: only what is held or failed does.")
    say(f"{count} will be read again while donelog runs.")


def _found(uow: "UnitOfWork", number: int) -> "tuple[KeptItem, bytes]":
    found = uow.inbox.find(number)
    if found is None:
        raise Refusal(f"There is no item {number}: `donelog mail list --all` shows what is kept.")
    return found
