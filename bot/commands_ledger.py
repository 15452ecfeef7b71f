"""`donelog ledger`: what is sent, how late, and what nobody can tell."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.console import around, fail, opened, say, say_json, say_table

if TYPE_CHECKING:  # only for the checker: commands load lazily
    from adapters.storage.ledger_report import Overview, Shown
    from domain.deliveries import Ref

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Which = Annotated[str, typer.Argument(metavar="REF", help="As the ledger shows it, such as 20261124-41.")]

ledger_app = typer.Typer(
    help="What is being sent: counts, lateness, what is in doubt.", invoke_without_command=True
)


@ledger_app.callback()
def ledger(
    context: typer.Context,
    *,
    days: Annotated[int, typer.Option(min=1, max=90, help="How many days to count.")] = 7,
    as_json: Json = False,
) -> None:
    """Deliveries by state and channel, the oldest that is due, lateness, and all that are in doubt."""
    if context.invoked_subcommand is not None:
        return
    with opened(around(context).settings()) as core, core.database.storage.begin() as uow:
        overview = uow.report.overview(core.database.time(), days)
    if as_json:
        say_json(_plain(asdict(overview)))
    else:
        _say(overview)


def _say(overview: "Overview") -> None:
    if not overview.counts:
        say("Nothing has been sent yet.")
        return
    say_table(
        ["channel", "state", "deliveries"],
        [(each.channel.word, each.state.name.lower(), str(each.rows)) for each in overview.counts],
    )
    for channel, due in overview.oldest_due:
        say(f"Due on {channel.word} since {due:%Y-%m-%d %H:%M:%S} UTC and not sent yet.")
    if overview.lateness:
        say()
        say_table(
            ["late by", "median", "95 %", "99 %", "at most"],
            [
                (each.channel.word, *(f"{s:.1f} s" for s in (each.median, each.p95, each.p99, each.longest)))
                for each in overview.lateness
            ],
        )
    for closed in overview.closed:
        why = f" ({closed.reason})" if closed.reason else ""
        tried = "; one call tries it then" if closed.refuses_all else ""
        say(f"Closed until {closed.until:%H:%M:%S} UTC{tried}: {closed.name}{why}")
    for channel, name, reason in overview.paused:
        say(f"{name or channel.word} takes no messages: {reason}")
    for each in overview.troubled:
        say()
        _say_one(each)


def _say_one(shown: "Shown") -> None:
    say(f"{shown.ref}  {shown.kind.name.lower()} by {shown.channel.word} to {shown.address}")
    say(f"  {shown.state.name.lower()}{f': {shown.reason}' if shown.reason else ''}")
    say(f"  due {shown.due_at:%Y-%m-%d %H:%M:%S} UTC")
    for attempt in shown.attempts:
        ended = f"{attempt.outcome.name.lower()}{f', {attempt.evidence}' if attempt.evidence else ''}"
        say(f"  attempt {attempt.number} at {attempt.started_at:%H:%M:%S}: {ended}")
    for at, kind, reason in shown.events:
        say(f"  told at {at:%Y-%m-%d %H:%M:%S}: {kind}{f', {reason}' if reason else ''}")


@ledger_app.command("show")
def show(context: typer.Context, ref: Which, *, as_json: Json = False) -> None:
    """One delivery: its state, its attempts, its events.  Never what it says."""
    wanted = _ref(ref)
    with opened(around(context).settings()) as core, core.database.storage.begin() as uow:
        shown = uow.report.show(wanted)
    if shown is None:
        fail(f"there is no delivery {ref}.")
    if as_json:
        say_json(_plain(asdict(shown)))
    else:
        _say_one(shown)


@ledger_app.command("retry")
def retry(context: typer.Context, ref: Which) -> None:
    """Send a delivery again: one that failed, bounced, was cancelled, or may not have arrived."""
    wanted = _ref(ref)
    with opened(around(context).settings()) as core, core.database.storage.begin() as uow:
        if not uow.report.retry(wanted, core.database.time()):
            fail(f"{ref} cannot be sent again: it is not over yet, has arrived, or it is too late for it.")
        uow.commit()
    say(f"{ref} will be sent again.")


@ledger_app.command("cancel")
def cancel(context: typer.Context, ref: Which) -> None:
    """Cancel a delivery that is still to be sent or in doubt."""
    wanted = _ref(ref)
    with opened(around(context).settings()) as core, core.database.storage.begin() as uow:
        if not uow.report.cancel(wanted):
            fail(f"{ref} cannot be cancelled: it is on its way, or over.")
        uow.commit()
    say(f"{ref} is cancelled.")


def _ref(text: str) -> "Ref":
    from domain.deliveries import Ref

    try:
        return Ref.parse(text)
    except ValueError:
        fail(f"“{text}” names no delivery; it looks like 20261124-41.")


def _plain(value: Any) -> Any:
    """References as they are typed, enumerations as words."""
    import enum

    from domain.deliveries import Ref

    if isinstance(value, Ref):
        return str(value)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.name.lower() if isinstance(value, enum.Enum) else value
