"""Everything the bot says.

Facts and a channel in, a message out; nothing else decides.  Short, warm, exact: it says what it did, for
which day, and when others see it.  It never tags, counts or compares people; mistakes are its own.
"""

from dataclasses import replace
from typing import assert_never

from domain import facts as f
from domain.messages import Message, Paragraph, muted, text
from domain.notices import Notice
from domain.people import Channel
from domain.talk import Talk
from domain.wording import asked, day, digest, notices, talk, teams


def word(facts: f.Facts, channel: Channel) -> Message:
    """The message that tells these facts on that channel."""
    if isinstance(facts, f.LastForNow):
        return _last_for_now(word(facts.answer, channel))
    return _word(facts, channel)


def _word(facts: f.PlainFacts, channel: Channel) -> Message:
    if isinstance(facts, f.DayFacts):
        return day.word(facts, channel)
    if isinstance(facts, f.AskedFacts):
        return asked.word(facts, channel)
    if isinstance(facts, f.TeamFacts):
        return teams.word(facts, channel)
    if isinstance(facts, f.Digest):
        return digest.digest(facts)
    if isinstance(facts, Notice):
        return notices.word(facts)
    if isinstance(facts, Talk):
        return talk.word(facts, channel)
    assert_never(facts)


def _last_for_now(answer: Message) -> Message:
    """Two programs that answer each other stop here; a person knows why there is silence."""
    told = (
        "That was my last answer by mail for this hour, in case a program is writing to me. "
        "I go on keeping what you send, and answer again in an hour at the latest."
    )
    return replace(answer, blocks=(*answer.blocks, Paragraph(text(muted(told)))))
