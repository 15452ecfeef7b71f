"""Absences, remarks on somebody's lines, and mails of doubtful origin."""

from itertools import groupby
from typing import assert_never

from domain import talk as t
from domain.local_time import show_day, show_day_short, show_minute, show_zone
from domain.messages import (
    Action,
    Actions,
    Block,
    Group,
    Message,
    Paragraph,
    Text,
    code,
    muted,
    text,
)
from domain.people import Channel
from domain.replies import Away, Back, ClaimMail
from domain.wording.phrases import before_commands

_LONGEST_SHOWN = 300
"""Characters of somebody's line that are said back."""


def word(facts: t.Talk, channel: Channel) -> Message:  # noqa: PLR0911 -- an arm a saying
    match facts:
        case t.Absent():
            return _absent(facts, channel)
        case t.Returned():
            return _returned(facts, channel)
        case t.AwayOffered():
            return _away_offered(facts, channel)
        case t.WasItYou():
            return _was_it_you(facts)
        case t.MailClaimed():
            return _mail_claimed(facts)
        case t.Remarks():
            return _remarks(facts)
        case t.DigestAnswered():
            return _digest_answered(facts)
        case _:
            assert_never(facts)


def _absent(facts: t.Absent, channel: Channel) -> Message:
    """When she is asked again, and how to come back sooner."""
    again = facts.asked_again or facts.last_day
    start = "" if facts.begins_now else f"From {show_day(facts.first_day)} on, "
    if facts.last_day is None or again is None:
        until = "until you say that you are back"
    elif facts.asked_again is None:
        until = f"up to and including {show_day(facts.last_day)}"
    else:
        until = f"until {show_day(facts.asked_again)}"
    said = f"{start}I won't ask you anything {until}."
    return Message(
        (
            Paragraph(text(said)),
            Actions((Action("I am back", Back()),)),
            Paragraph(
                text(muted("Back sooner? Write "), code(f"{before_commands(channel)}back"), muted("."))
            ),
        ),
        subject=said.rstrip("."),
    )


def _returned(facts: t.Returned, channel: Channel) -> Message:
    when = f"{show_minute(facts.minute)} {show_zone(facts.zone)}"
    said = f"Welcome back. I'll ask you at {when} again." if facts.was_away else f"I'll ask you at {when}."
    hint = (muted("Away again? Write "), code(f"{before_commands(channel)}vacation until monday"), muted("."))
    return Message((Paragraph(text(said)), Paragraph(text(*hint))), subject=said.partition(". ")[0])


def _away_offered(facts: t.AwayOffered, channel: Channel) -> Message:
    until = f" until {show_day(facts.back_on)}" if facts.back_on else ""
    then = "until then" if facts.back_on else "until you are back"
    period = f"until {facts.back_on.isoformat()}" if facts.back_on else ""
    typed = f"vacation {period}" if period else "pause"
    title = f"It seems you are away{until}."
    return Message(
        (
            Paragraph(text(f"{title} Shall I stop asking {then}?")),
            Actions((Action("Yes, stop asking", Away(period)), Action("No, keep asking", Back()))),
            Paragraph(
                text(
                    muted("Or write "),
                    code(before_commands(channel) + typed),
                    muted("; "),
                    code(f"{before_commands(channel)}back"),
                    muted(" undoes it."),
                )
            ),
        ),
        subject=title.rstrip("."),
    )


def _was_it_you(facts: t.WasItYou) -> Message:
    return Message(_question(facts), subject="Was this mail from you?")


def _question(facts: t.WasItYou) -> tuple[Block, ...]:
    when = show_day_short(facts.day)
    said = (
        f"A mail that came on {when} says it is from {facts.sender}, but nothing proves it. Was it you?"
        if facts.says_it_is_her
        else f"Somebody wrote to your own address here on {when}, from {facts.sender}. Was it you?"
    )
    claim = (facts.inbox_day, facts.inbox_id)
    return (
        Paragraph(text(said)),
        Actions(
            (
                Action("Yes, that was me", ClaimMail(*claim, hers=True)),
                Action("No", ClaimMail(*claim, hers=False)),
            )
        ),
        Paragraph(
            text(
                muted("Or write "),
                code(f"yes {facts.sender}"),
                muted(" or "),
                code(f"no {facts.sender}"),
                muted(". Until then I'll keep it aside."),
            )
        ),
    )


def _mail_claimed(facts: t.MailClaimed) -> Message:
    said = _claimed(facts)
    following = _question(facts.then) if facts.then else ()
    return Message((Paragraph(said), *following), subject="Thank you")


def _claimed(facts: t.MailClaimed) -> Text:
    if facts.hers and facts.count:
        later = (
            (f" Whatever comes from {facts.sender} to your own address here does so from now on; ",)
            if facts.remembered
            else ()
        )
        undo = (code(f"no {facts.sender}"), " undoes that.") if facts.remembered else ()
        return text("Thank you. It counts as yours.", *later, *undo)
    if not facts.count and not facts.remembered:
        return text("That has been settled already.")
    away = "I have put it away for good." if facts.count else "Noted."
    ignored = f" Whatever comes from {facts.sender} does not count as yours." if facts.remembered else ""
    return text(f"Thank you. {away}{ignored}")


def _remarks(facts: t.Remarks) -> Message:
    """Who said what to which of her lines."""
    blocks: list[Block] = []
    for (day, line), group in groupby(facts.remarks, key=lambda each: (each.day, each.line)):
        items = tuple(
            text(f"{facts.by}: {each.text}") if each.text else text(f"{facts.by} likes it") for each in group
        )
        blocks.append(Group(text(muted(f"{show_day_short(day)}: "), line[:_LONGEST_SHOWN]), items))
    only_likes = not any(each.text for each in facts.remarks)
    verb = "likes what you did" if only_likes else "wrote something about what you did"
    return Message(tuple(blocks), subject=f"{facts.by} {verb}")


def _digest_answered(facts: t.DigestAnswered) -> Message:
    return Message(
        (
            Paragraph(
                text(
                    f"I took that as something you did on {show_day(facts.day)}. "
                    "To say something to somebody, write it under their line in the quoted mail:"
                )
            ),
            Group(text(muted(f"> - {facts.line[:_LONGEST_SHOWN]}")), (text("like this"),)),
        ),
        subject=f"Noted for {show_day_short(facts.day)}",
    )
