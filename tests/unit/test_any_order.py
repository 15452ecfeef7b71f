"""Whatever arrives twice, or in another order than it was written, leaves what was written last."""

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain import commands as c
from tests.factories import ADA, DEE, SIX, Office

SAID = (
    *("shipped the importer", "fixed the build", "lunch", "paired with Ben\nwrote it up"),
    *(
        "yesterday: lunch",
        "2026-11-20: fixed the build",
        "2026-12-24: to come",
        "help",
        "search build",
        "---",
        "private: lunch",
        "private: fixed the build",
        "platform: fixed the build",
    ),
)
"""Dones of today and of other days, a day that is refused, commands, a line without a word, and dones that
say who reads them."""


@dataclass(frozen=True)
class Event:
    """A message, an edit of it or its deletion (no text); `minute` is the platform's time of it."""

    message: int
    minute: int
    text: str | None


def history(message: int, texts: tuple[str, ...], *, deleted: bool) -> list[Event]:
    events = [Event(message, minute, text) for minute, text in enumerate(texts)]
    return [*events, Event(message, len(texts), None)] if deleted else events


def played(events: list[Event]) -> list[tuple[str, date, str, tuple[int, ...]]]:
    """The dones of Ada after these, by message and day, with the teams that read them."""
    office = Office()
    for event in events:
        origin = office.origin(ADA, f"D1:{event.message}", at=SIX + timedelta(minutes=event.message))
        request = c.Request(origin, text=event.text or "")
        if event.minute:
            request = c.Request(
                origin, c.ChangeSource(event.text, SIX + timedelta(hours=1, minutes=event.minute))
            )
        if _is_new(office, event):
            office.say(request, key=f"Ev{event.message}.{event.minute}")
    tables = office.storage.tables
    source = {row.answer.id: row.answer.source_ref for row in tables.answers.values()}
    return sorted(
        (source[row.answer_id], row.done.day, row.done.text, row.done.team_ids)
        for row in tables.dones.values()
        if not row.deleted
    )


def _is_new(office: Office, event: Event) -> bool:
    """The platform's own number of an event is kept once."""
    return not any(key == f"Ev{event.message}.{event.minute}" for _, key in office.storage.tables.inbox_keys)


histories = st.lists(
    st.tuples(
        st.lists(st.sampled_from(SAID), min_size=1, max_size=3).map(tuple),
        st.booleans(),
    ),
    min_size=1,
    max_size=3,
).map(lambda all_: [history(number, texts, deleted=deleted) for number, (texts, deleted) in enumerate(all_)])


@given(histories, st.data())
def test_in_any_order_and_however_often_the_newest_version_of_each_message_counts(
    written: list[list[Event]], data: st.DataObject
) -> None:
    events = [event for each in written for event in each]
    repeats = data.draw(st.lists(st.sampled_from(events), max_size=4))
    shuffled = data.draw(st.permutations([*events, *repeats]))
    assert played(shuffled) == played([each[-1] for each in written])


@given(st.lists(st.sampled_from(["one", "two\nthree", "nothing", "four"]), min_size=1, max_size=6))
def test_a_mail_that_comes_twice_by_two_ways_is_one(mails: list[str]) -> None:
    """The bodies differ, by the headers of the way; reply address, Message-ID and text are the same."""
    office = Office()
    for text in mails:
        office.mail(DEE, text, to=office.dee, source_ref=f"mail:{text}")
    once = Office()
    for text in dict.fromkeys(mails):
        once.mail(DEE, text, to=once.dee, source_ref=f"mail:{text}")
    assert office.texts(office.dee) == once.texts(once.dee)
