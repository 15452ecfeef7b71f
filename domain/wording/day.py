"""The question of the day and what is said about the answer."""

from typing import assert_never

from domain import facts as f
from domain.commands import NothingToday
from domain.local_time import show_day, show_day_short
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
    strong,
    text,
)
from domain.people import CHATS, Channel
from domain.wording.phrases import before_commands, count, in_a_row, join_buttons, marked_line, one_sentence

QUESTION = "What'd you get done today?"


def word(facts: f.DayFacts, channel: Channel) -> Message:
    match facts:
        case f.PromptAsked():
            return _prompt(facts, channel)
        case f.Recorded():
            return _recorded(facts, channel)
        case f.NothingNoted():
            return one_sentence(f"Noted: nothing for {show_day(facts.day)}. Enjoy your evening.")
        case f.DayShown():
            return _day_shown(facts, channel)
        case f.Changed():
            return _changed(facts)
        case f.NotNow():
            return one_sentence("I cannot write that down at the moment; please send it again in a minute.")
        case _:
            assert_never(facts)


def _prompt(facts: f.PromptAsked, channel: Channel) -> Message:
    by_mail = channel is Channel.EMAIL
    blocks: list[Block] = [Paragraph(text(strong(QUESTION)))]
    if by_mail or facts.explain:
        blocks.append(Paragraph(_how_to_answer(by_mail=by_mail)))
    if facts.goals:
        blocks.append(Group(text("Still open"), tuple(text(goal) for goal in facts.goals)))
    blocks.append(Actions((Action("Nothing today", NothingToday(facts.day)),)))
    blocks.append(Paragraph(text(muted("Or write "), code("nothing"), muted("."))))
    return Message(
        tuple(blocks),
        subject=f"{QUESTION} ({show_day_short(facts.day)})",
        preheader="Reply with a line for each thing.",
    )


def _how_to_answer(*, by_mail: bool) -> Text:
    start = "Reply with a line for each thing. " if by_mail else "A line for each thing. "
    return text(
        start, "Start a line with ", code("[]"), " for a goal, ", code("!"), " for something that blocks you."
    )


def _recorded(facts: f.Recorded, channel: Channel) -> Message:
    day = show_day(facts.day)
    blocks: list[Block] = [
        Paragraph(text(f"{count(len(facts.lines), 'line')} for {day}. {_who_sees(facts)}"))
    ]
    if facts.doubtful:
        blocks.append(Paragraph(_doubt(facts.lines[0].text[:200], channel)))
    elif facts.can_edit:
        blocks.append(Paragraph(text(f"Edit your message to change {_it(facts)}.")))
    if facts.joinable:
        blocks.extend(join_buttons(facts.joinable, channel))
    elif not facts.teams and channel in CHATS and not all(line.private for line in facts.lines):
        blocks.append(Paragraph(text("Make one: type ", code("/done team here"), " in its channel.")))
    return Message(tuple(blocks), subject=f"Noted for {show_day_short(facts.day)}")


def _doubt(said: str, channel: Channel) -> Text:
    slash = before_commands(channel)
    return text(
        f"I took “{said}” as something you did. Was it meant as a command? ",
        *(code(f"{slash}help"), " lists them, and ", code(f"{slash}today"), " shows how to take this back."),
    )


def _it(facts: f.Recorded) -> str:
    return "it" if len(facts.lines) == 1 else "them"


def _who_sees(facts: f.Recorded) -> str:
    what = _it(facts)
    if all(line.private for line in facts.lines):
        return f"Only you see {what}."
    if not facts.teams:
        return f"You are not in a team yet, so nobody else sees {what}."
    verb = "sees" if len(facts.teams) == 1 else "see"
    return f"{in_a_row(facts.teams)} {verb} {what} {facts.digest_at}."


def _day_shown(facts: f.DayShown, channel: Channel) -> Message:
    if not facts.lines:
        return one_sentence(f"Nothing yet for {show_day(facts.day)}. Write me a line and I'll keep it.")
    items = tuple(text(muted(f"{number} "), *marked_line(line)) for number, line in enumerate(facts.lines, 1))
    slash = before_commands(channel)
    hint = text(
        muted("Change one: "), code(f"{slash}edit 1 new text"), muted(" or "), code(f"{slash}delete 1")
    )
    return Message((Group(text(show_day(facts.day)), items), Paragraph(hint)), subject=show_day(facts.day))


def _changed(facts: f.Changed) -> Message:
    day = show_day(facts.day)
    said = (
        f"Deleted from {day}: {facts.before}" if facts.after is None else f"Changed for {day}: {facts.after}"
    )
    return one_sentence(said)
