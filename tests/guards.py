"""What keeps each fault away: a guard, and what a program without it would say in its place.

`python -m tests.without_guards` takes one out at a time and sees that a test about that fault fails.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guard:
    """One place that a fault is held off at."""

    fault: int
    """Its number in the catalogue."""
    file: str
    """Below the project's folder."""
    guard: str
    """Stands in that file exactly once."""
    without: str
    """What stands there in a program that lacks it."""


GUARDS = (
    # ---------------------------------------------------------------- sending and scheduling
    Guard(
        1,
        "adapters/storage/ledger_doubts.py",
        "state = :uncertain, fence = fence + 1",
        "state = 1, fence = fence + 1",
    ),
    Guard(
        1,
        "domain/doubts.py",
        'return _verdict(doubted, State.ACCEPTED, now, "found", receipt=receipt)',
        "return _again(doubted, now, receipt)",
    ),
    Guard(1, "domain/doubts.py", "doubted.misses + 1 < ABSENCES:", "doubted.misses < 0:"),
    Guard(
        1, "domain/doubts.py", "or doubted.blind_resends >= allowed", "or doubted.blind_resends < allowed < 0"
    ),
    Guard(
        2,
        "adapters/storage/ledger_doubts.py",
        "WHERE {IS_SENDING} AND lease_until < :lease_now",
        "WHERE {IS_SENDING} AND lease_until IS NULL",
    ),
    Guard(
        3,
        "adapters/storage/planning_sql.py",
        'ON CONFLICT (kind, subject, target, part, "try", day) DO NOTHING',
        "",
    ),
    Guard(
        4,
        "adapters/storage/picks.py",
        "(SELECT count(*) FROM urgent)\n        FOR UPDATE SKIP LOCKED",
        "(SELECT count(*) FROM urgent)",
    ),
    Guard(5, "bot/clock.py", "self._base = database_time", "del database_time"),
    Guard(6, "bot/clock.py", "max(self._last, self._base + elapsed)", "self._base + elapsed"),
    Guard(7, "domain/local_time.py", "if early.astimezone(tz).replace(tzinfo=None) == wall:", "if early:"),
    Guard(8, "domain/local_time.py", "tzinfo=tz, fold=0", "tzinfo=tz, fold=1"),
    Guard(9, "domain/local_time.py", "if instant.astimezone(tz).date() != day:", "if instant is None:"),
    Guard(
        10, "domain/services/prompting.py", "due_at - last_due_at < BETWEEN_PROMPTS", "due_at == last_due_at"
    ),
    Guard(
        10,
        "adapters/storage/planning_sql.py",
        "earlier.due_at > due.due_at - CAST(:between AS interval)",
        "earlier.due_at > due.due_at + CAST(:between AS interval)",
    ),
    Guard(
        11, "domain/services/prompting.py", "(person_day.planned, Reason.PLANNED)", "(False, Reason.PLANNED)"
    ),
    Guard(12, "domain/local_time.py", "if due_at is None or due_at > now:", "if due_at is None:"),
    Guard(13, "domain/local_time.py", "if due_at is None or due_at > now:", "if due_at != now:"),
    Guard(13, "scheduler/pump.py", "done = await asyncio.shield(running)", "done = await running"),
    Guard(
        14,
        "domain/local_time.py",
        "Cohort(zone_name, minute, day, due_at, not_after) if now < not_after else None",
        "Cohort(zone_name, minute, day, due_at, not_after)",
    ),
    Guard(
        14,
        "adapters/storage/ledger.py",
        "(not_after <= :now OR day < :first_day)",
        "day < :first_day",
    ),
    Guard(15, "domain/doubts.py", "if doubted.crashes >= MOST_CRASHES:", "if doubted.crashes < 0:"),
    Guard(15, "adapters/storage/ledger_claims.py", "row.vain >= CRASHES_IN_BATCH", "row.vain < 0"),
    Guard(
        15,
        "adapters/storage/ledger_claims.py",
        "attempt = attempt + 1, vain = vain + 1",
        "attempt = attempt + 1",
    ),
    Guard(
        16,
        "adapters/storage/ledger_outcomes.py",
        "FROM result\n        WHERE delivery.day = result.day AND delivery.id = result.id"
        " AND delivery.fence = result.fence",
        "FROM result\n        WHERE delivery.day = result.day AND delivery.id = result.id",
    ),
    Guard(
        16,
        "adapters/storage/ledger_outcomes.py",
        "receipt)\n    WHERE delivery.day = result.day AND delivery.id = result.id"
        " AND delivery.fence = result.fence",
        "receipt)\n    WHERE delivery.day = result.day AND delivery.id = result.id",
    ),
    Guard(17, "adapters/storage/planning_sql.py", "ON CONFLICT DO NOTHING", ""),
    Guard(18, "scheduler/pump.py", "await in_flight.ended()", "pass"),
    Guard(
        18,
        "scheduler/pump.py",
        "deadline.reschedule(min(soon, deadline.when() or soon))",
        "del soon",
    ),
    # ---------------------------------------------------------------- providers
    Guard(19, "domain/rates.py", "closed_until=until,", "closed_until=now,"),
    Guard(19, "adapters/discord/limits.py", "asyncio.get_running_loop().time() + seconds)", "0.0)"),
    Guard(
        19,
        "adapters/storage/ledger_outcomes.py",
        "(isinstance(outcome, Later) and outcome.after is None)",
        "isinstance(outcome, Later)",
    ),
    Guard(20, "domain/rates.py", "if self.probing:", "if self.probing is None:"),
    Guard(
        21,
        "adapters/slack/outcomes.py",
        'Unknown(code[:80] or f"status {status}")',
        'Later(code[:80] or f"status {status}")',
    ),
    Guard(21, "adapters/discord/outcomes.py", "Unknown(str(trouble))", "Later(str(trouble))"),
    Guard(
        21,
        "adapters/email/sender.py",
        "return Unknown(reason)",
        "return Later(reason)",
    ),
    Guard(
        22,
        "adapters/slack/outcomes.py",
        'Later("Slack cannot be reached")',
        'Unknown("Slack cannot be reached")',
    ),
    Guard(
        22,
        "adapters/discord/outcomes.py",
        'Later("Discord cannot be reached")',
        'Unknown("Discord cannot be reached")',
    ),
    Guard(
        22,
        "adapters/email/sender.py",
        'Later(f"no connection to SendGrid: {type(error).__name__}")',
        'Unknown(f"no connection to SendGrid: {type(error).__name__}")',
    ),
    Guard(
        23,
        "adapters/slack/outcomes.py",
        'Unknown(f"no readable answer: {type(trouble).__name__}")',
        'Later(f"no readable answer: {type(trouble).__name__}")',
    ),
    Guard(
        23,
        "adapters/discord/outcomes.py",
        'Unknown(f"no readable answer: {type(trouble).__name__}")',
        'Later(f"no readable answer: {type(trouble).__name__}")',
    ),
    Guard(
        23,
        "adapters/email/sender.py",
        'Unknown(f"{type(error).__name__} after the request was on its way")',
        'Later(f"{type(error).__name__} after the request was on its way")',
    ),
    Guard(24, "adapters/slack/api.py", "total=self._seconds", "total=20 * self._seconds"),
    Guard(
        24,
        "adapters/discord/api.py",
        "async with asyncio.timeout(self._seconds):",
        "async with asyncio.timeout(20 * self._seconds):",
    ),
    Guard(
        24,
        "scheduler/pump.py",
        "async with asyncio.timeout(self._most_seconds)",
        "async with asyncio.timeout(None)",
    ),
    Guard(25, "adapters/common/short_answers.py", "if len(body) > MOST_ANSWER_BYTES:", "if len(body) < 0:"),
    Guard(
        25,
        "adapters/email/sender.py",
        "if answer.ok:  # a gate",
        "if answer.status < 0:  # a gate",
    ),
    Guard(26, "adapters/slack/outcomes.py", "if code in WORKSPACE_IS_DEAD:", "if not code:"),
    Guard(26, "adapters/storage/buckets.py", "everything=scope in PROBED_SCOPES", "everything=False"),
    Guard(
        26,
        "adapters/discord/outcomes.py",
        "return Later(TOKEN_REFUSED, REFUSED_FOR, LimitScope.EVERYTHING, of_credential=True)",
        "return Later(TOKEN_REFUSED)",
    ),
    Guard(
        26,
        "adapters/email/sender.py",
        "return Later(reason, REFUSED_FOR, LimitScope.EVERYTHING, of_credential=True)",
        "return Later(reason)",
    ),
    Guard(26, "domain/closings.py", "if is_closed:", "if not is_closed and last:"),
    Guard(26, "domain/outgoing.py", "left = rerouting.leave_closed(uow, now, lease_now)", "left = 0"),
    Guard(26, "adapters/storage/leaving.py", "here.{IS_READY}", "here.state <> 9"),
    Guard(26, "adapters/storage/leaving.py", "AND doubted.outcome = :uncertain", "AND doubted.outcome = 0"),
    Guard(26, "adapters/storage/picks.py", "AND (repeat_until IS NULL OR repeat_until > :now)", ""),
    Guard(26, "domain/outgoing.py", "if is_news and isinstance(told, Later):", "if is_news is None:"),
    Guard(26, "adapters/storage/missed_copies.py", 'WHERE {_MISSED.format("due.day")}', "WHERE false"),
    Guard(
        26,
        "domain/services/rerouting.py",
        "refused = _refused(results, RefusalScope.WORKSPACE)\n",
        "refused = dict[Ref, str]()\n",
    ),
    Guard(
        27,
        "adapters/slack/outcomes.py",
        "RefusalScope.ADDRESS if code in ADDRESS_IS_DEAD else RefusalScope.MESSAGE",
        "RefusalScope.MESSAGE",
    ),
    Guard(
        27,
        "domain/services/rerouting.py",
        "refused = _refused(results, RefusalScope.ADDRESS)",
        "refused = dict[Ref, str]()",
    ),
    Guard(
        28,
        "adapters/discord/outcomes.py",
        "RefusalScope.ADDRESS if dead else RefusalScope.MESSAGE",
        "RefusalScope.MESSAGE",
    ),
    Guard(28, "adapters/discord/outcomes.py", "refused.code == OPENED_TOO_FAST", "refused.code is None"),
    Guard(28, "domain/limits.py", "Limit(3 / 60, burst=5", "Limit(3, burst=50"),
    Guard(29, "adapters/discord/missed.py", "self._catch_up.start(self._read)", "pass"),
    Guard(29, "bot/catch_up.py", "if left is not None:  # whoever", "if until is left:  # whoever"),
    Guard(29, "bot/catch_up.py", "if self._keeps_up:", "if until:"),
    Guard(29, "adapters/discord/starts.py", "if len(lately) >= MOST_A_DAY:", "if not lately:"),
    Guard(29, "adapters/discord/starts.py", "if len(lately) < AT_ONCE:", "if len(lately) >= 0:"),
    Guard(30, "adapters/slack/missed.py", "self._catch_up.start(self._read)", "pass"),
    Guard(30, "adapters/slack/missed.py", "except StorageDown:", "except FileNotFoundError:"),
    Guard(30, "adapters/slack/socket.py", "is_connected() and greeting.was_heard()", "is_connected()"),
    Guard(30, "adapters/slack/socket.py", "elif dead:  # the SDK", "elif dead < 0:  # the SDK"),
    Guard(30, "adapters/slack/socket.py", "while dead < DEAF_CHECKS:", "while dead >= 0:"),
    Guard(31, "adapters/email/events.py", "return EventKind.SUPPRESSED", "return EventKind.DROPPED"),
    Guard(
        31,
        "domain/delivery_events.py",
        "EventKind.BOUNCED, EventKind.SUPPRESSED,",
        "EventKind.BOUNCED,",
    ),
    Guard(32, "domain/delivery_events.py", "EventKind.COMPLAINED, EventKind", "EventKind"),
    Guard(32, "domain/delivery_events.py", "frozenset({EventKind.BOUNCED, ", "frozenset({"),
    Guard(32, "adapters/storage/delivery_events.py", "+ _blocked_often(connection, new, now)", ""),
    Guard(33, "adapters/web/pages.py", 'if request.method != "POST":', "if not request.method:"),
    Guard(33, "domain/delivery_events.py", ", EventKind.UNSUBSCRIBED})", "})"),
    Guard(
        33,
        "adapters/email/events.py",
        '"group_unsubscribe": EventKind.UNSUBSCRIBED',
        '"group_unsubscribe": EventKind.OTHER',
    ),
)
