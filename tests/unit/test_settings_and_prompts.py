"""However somebody changes her hour, her zone and her mind: never two prompts for a day, nor within 12 h.

A state machine through the front door: time passes, ticks come, settings change, answers arrive.
"""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from domain.deliveries import SENT_STATES, Kind, State
from domain.local_time import BETWEEN_PROMPTS, PROMPT_LIVES, day_end, log_day, moment, show_minute
from domain.people import Person
from tests.factories import ADA, TUESDAY, Office
from tests.fakes.rows import DeliveryRow

ZONES = (
    "Europe/Madrid",
    "America/New_York",
    "America/Los_Angeles",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "UTC",
)


def prompts_of(office: Office, person: Person) -> list[DeliveryRow]:
    return [row for row in office.deliveries(Kind.PROMPT) if row.new.key.subject == person.id]


class Restless(RuleBasedStateMachine):
    """Ada, who is asked every day, and cannot leave her settings alone."""

    def __init__(self) -> None:
        super().__init__()
        self.office = Office()
        self.office.message(ADA, "days every day")

    @rule(minutes=st.integers(1, 12 * 60))
    def time_passes(self, minutes: int) -> None:
        self.office.clock.forward(timedelta(minutes=minutes))
        self._tick()

    @rule(days=st.integers(1, 200))
    def she_is_on_holiday_and_the_server_too(self, days: int) -> None:
        """Ticks that did not come; also over changes of clocks."""
        self.office.clock.forward(timedelta(days=days))
        self._tick()

    @rule()
    def two_ticks_come_at_once(self) -> None:
        self._tick()
        self._tick()

    @rule(zone=st.sampled_from(ZONES))
    def she_travels(self, zone: str) -> None:
        self.office.message(ADA, f"zone {zone}")
        self._tick()

    @rule(minute=st.integers(4 * 60, 23 * 60 + 45))
    def she_wants_another_hour(self, minute: int) -> None:
        self.office.message(ADA, f"time {show_minute(minute)}")
        self._tick()

    @rule()
    def she_answers(self) -> None:
        self.office.message(ADA, "shipped it")

    @rule()
    def she_leaves_and_comes_back(self) -> None:
        self.office.slash(ADA, "leave platform")
        self._tick()
        self.office.slash(ADA, "join platform")

    def _tick(self) -> None:
        now = self.office.clock.now()
        self.office.done_log.plan_prompts(now)
        self.office.send()
        self.office.done_log.keep_house(now, now)

    @invariant()
    def no_day_has_two_prompts(self) -> None:
        days = [row.new.key.day for row in prompts_of(self.office, self.office.ada)]
        assert len(days) == len({*days})

    @invariant()
    def between_two_prompts_lie_twelve_hours(self) -> None:
        dues = sorted(
            row.new.due_at
            for row in prompts_of(self.office, self.office.ada)
            if row.state is not State.CANCELLED
        )
        assert all(later - earlier >= BETWEEN_PROMPTS for earlier, later in pairwise(dues))

    @invariant()
    def no_prompt_is_sent_late(self) -> None:
        for row in prompts_of(self.office, self.office.ada):
            if row.sent_at is not None:
                assert row.new.due_at <= row.sent_at < row.new.due_at + PROMPT_LIVES

    @invariant()
    def who_lives_quietly_is_asked_every_working_day(self) -> None:
        """What Ada does never costs Ben his prompt."""
        days = {row.new.key.day for row in prompts_of(self.office, self.office.ben)}
        assert all(day.weekday() < 5 for day in days)


Restless.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestRestless = Restless.TestCase


@pytest.mark.parametrize("zone", ZONES)
def test_whoever_stays_put_is_asked_on_every_one_of_her_days(zone: str) -> None:
    """Half a year with a tick every two hours, over the changes of clocks."""
    office = Office()
    office.message(ADA, "days every day")
    office.message(ADA, f"zone {zone}")
    first = log_day(office.clock.now(), zone) + timedelta(days=1)
    last = first + timedelta(days=180)
    while office.clock.now() < day_end(last, zone):
        office.done_log.plan_prompts(office.clock.now())
        office.send()
        office.clock.forward(timedelta(hours=2))
    asked = {
        row.new.key.day: row.new.due_at for row in prompts_of(office, office.ada) if row.state in SENT_STATES
    }
    days = [first + timedelta(days=step) for step in range(181)]
    assert [asked.get(day) for day in days] == [moment(day, 18 * 60, zone) for day in days]


def test_the_day_after_a_journey_is_the_first_not_yet_asked_about_and_twelve_hours_later() -> None:
    """Fault 10: asked at 18:00 in Madrid, she lands in Auckland, where it is already the morning after."""
    office = Office()
    office.message(ADA, "days every day")
    office.done_log.plan_prompts(office.clock.now())
    office.message(ADA, "zone auckland")
    for _ in range(4 * 48):
        office.clock.forward(timedelta(minutes=15))
        office.done_log.plan_prompts(office.clock.now())
    rows = {row.new.key.day: row for row in prompts_of(office, office.ada)}
    assert rows[TUESDAY].state is State.READY
    wednesday = rows[date(2026, 11, 25)]
    assert wednesday.new.due_at == moment(date(2026, 11, 25), 18 * 60, "Pacific/Auckland")
    assert wednesday.new.due_at - rows[TUESDAY].new.due_at == timedelta(hours=12)
    assert wednesday.state is State.READY


def test_a_day_too_close_to_the_last_prompt_is_recorded_as_skipped() -> None:
    """Fault 10: the question of the evening and that of the next morning are one too many."""
    office = Office()
    office.message(ADA, "days every day")
    office.message(ADA, "time 23:45")
    late = moment(TUESDAY, 23 * 60 + 45, "Europe/Madrid")
    early = moment(date(2026, 11, 25), 4 * 60, "Europe/Madrid")
    assert late is not None
    assert early is not None
    tick_at(office, late)
    office.message(ADA, "time 4:00")
    tick_at(office, early)
    rows = {row.new.key.day: row for row in prompts_of(office, office.ada)}
    assert rows[date(2026, 11, 25)].state is State.CANCELLED
    assert rows[date(2026, 11, 25)].reason == "less than twelve hours after the last prompt"
    office.message(ADA, "time 18:00")
    tick_at(office, early + timedelta(hours=15))
    assert len(prompts_of(office, office.ada)) == 2, "what was skipped is not caught up with"


def tick_at(office: Office, now: datetime) -> None:
    office.clock.forward(now - office.clock.now())
    office.done_log.plan_prompts(now)
    office.send()
