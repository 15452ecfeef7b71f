"""What judges the runs sees what is wrong."""

from collections import Counter
from dataclasses import replace

import pytest

from adapters.storage.leaving import LEFT
from domain.deliveries import Kind, State
from domain.people import Channel
from tests.chaos.oracle import GIVEN_UP, Asked, Said, Seen, Told, Verdict, judge
from tests.chaos.stored import Row, Stored

HANDLE = "20261124-1"


def seen(
    *said: Said, times: int = 0, channel: Channel = Channel.SLACK, planned: tuple[int, ...] = ()
) -> Seen:
    accepted = {each: Counter[str]() for each in Channel}
    accepted[channel].update({HANDLE: times} if times else {})
    return Seen(accepted, dict.fromkeys(planned, channel), said, ())


def about(state: State, times: int, channel: Channel = Channel.SLACK, in_doubt: int = 0) -> Verdict:
    """The verdict on one prompt that has arrived so many times."""
    row = Row(HANDLE, Kind.PROMPT, channel, state, person_id=1)
    return judge(Stored([row], frozenset({HANDLE})), seen(times=times, channel=channel), in_doubt)


@pytest.mark.parametrize("channel", list(Channel))
def test_what_was_sent_once_and_arrived_once_is_good(channel: Channel) -> None:
    verdict = about(State.ACCEPTED, 1, channel)
    assert verdict.good
    assert verdict.lines()[-1] == "lost 0 doubled 0 uncertain-settled 1"


@pytest.mark.parametrize("state", [State.ACCEPTED, State.DELIVERED, State.FAILED])
def test_what_never_arrived_and_was_not_refused_is_lost(state: State) -> None:
    assert about(state, 0).lost


def test_what_is_given_up_because_no_attempt_had_an_outcome_is_lost_unless_it_had_arrived() -> None:
    row = Row(HANDLE, Kind.PROMPT, Channel.SLACK, State.FAILED, reason=f"5 {GIVEN_UP}")
    verdict = judge(Stored([row]), seen(), 0)
    assert verdict.lost
    assert list(verdict.given_up) == [f"given up after {GIVEN_UP}, and they had not arrived"]
    assert judge(Stored([row]), seen(times=1), 0).good


def test_what_went_to_her_next_channel_is_sent_there_and_nowhere_else() -> None:
    left = Row(HANDLE, Kind.PROMPT, Channel.DISCORD, State.FAILED, person_id=1, reason=LEFT)
    there = Row("20261124-2", Kind.PROMPT, Channel.EMAIL, State.CANCELLED, person_id=1, try_=1)
    verdict = judge(Stored([left, there]), seen(), 0)
    assert verdict.good
    assert verdict.left == 1
    assert judge(Stored([left]), seen(), 0).lost, "it was sent nowhere"
    assert judge(Stored([left, replace(there, person_id=2)]), seen(), 0).lost, "that is somebody else's"
    assert judge(Stored([left, there]), seen(times=1, channel=Channel.DISCORD), 0).doubled


@pytest.mark.parametrize("state", [State.READY, State.SENDING, State.UNCERTAIN])
def test_what_has_come_to_no_end_is_lost(state: State) -> None:
    assert about(state, 1).lost
    assert not about(state, 1).settled


@pytest.mark.parametrize("state", [State.EXPIRED, State.CANCELLED, State.UNKNOWN])
def test_what_ended_as_stated_is_not_lost(state: State) -> None:
    assert about(state, 0).good


@pytest.mark.parametrize("channel", [Channel.SLACK, Channel.DISCORD])
def test_a_second_message_in_a_chat_is_a_double(channel: Channel) -> None:
    assert about(State.ACCEPTED, 2, channel, in_doubt=9).doubled


def test_a_second_mail_is_a_double_unless_one_was_in_doubt() -> None:
    assert about(State.ACCEPTED, 2, Channel.EMAIL, in_doubt=1).good
    assert about(State.ACCEPTED, 2, Channel.EMAIL).doubled
    assert about(State.ACCEPTED, 3, Channel.EMAIL, in_doubt=9).doubled


def test_a_message_that_no_row_stands_for_is_a_double() -> None:
    assert judge(Stored([]), seen(times=1), 0).doubled


def test_who_was_never_planned_is_lost() -> None:
    assert judge(Stored([]), seen(planned=(1,)), 0).lost


def test_an_acknowledged_line_is_one_done_and_any_other_at_most_one() -> None:
    taken, dropped = (
        Said(Channel.SLACK, "a", acknowledged=True),
        Said(Channel.DISCORD, "b", acknowledged=False),
    )
    assert judge(Stored([], effects={"a": 1, "b": 1}), seen(taken, dropped), 0).good
    assert judge(Stored([], effects={"b": 1}), seen(taken, dropped), 0).lost
    assert judge(Stored([], effects={"a": 1}), seen(taken, dropped), 0).unheard == {Channel.DISCORD: 1}
    assert judge(Stored([], effects={"a": 2, "b": 1}), seen(taken, dropped), 0).doubled
    assert judge(Stored([], effects={"a": 1, "b": 2}), seen(taken, dropped), 0).doubled


def asked(answers: int = 1, *, acknowledged: bool = True, refused: bool = False) -> Seen:
    return replace(seen(), asked=[Asked(Channel.SLACK, "a", acknowledged, ["done"] * answers, refused)])


def test_what_was_asked_and_acknowledged_is_done_once_and_answered_at_most_once() -> None:
    done = Stored([], effects={"a": 1})
    assert judge(done, asked(), 0).good
    assert judge(done, asked(0), 0).good, "an answer that is lost is not sent again"
    assert judge(done, asked(2), 0).doubled
    assert judge(Stored([], effects={"a": 2}), asked(), 0).doubled
    assert judge(Stored([]), asked(), 0).lost
    assert judge(Stored([]), asked(0), 0).lost


def test_what_was_shown_as_failed_or_refused_may_or_may_not_be_done() -> None:
    for effects in ({}, {"a": 1}):
        assert judge(Stored([], effects=effects), asked(0, acknowledged=False), 0).good
        assert judge(Stored([], effects=effects), asked(refused=True), 0).good


@pytest.mark.parametrize("channel", list(Channel))
def test_each_line_of_a_digest_is_told_once_in_each_place(channel: Channel) -> None:
    verdicts = [
        judge(Stored([]), replace(seen(), told=[Told(channel, "a", times, 1)]), 0) for times in (0, 1, 2)
    ]
    assert verdicts[0].lost
    assert verdicts[1].good
    assert bool(verdicts[2].doubled) is (channel is not Channel.EMAIL), "mails are counted as deliveries"


def test_a_digest_by_mail_that_nobody_can_tell_of_has_not_lost_its_lines() -> None:
    row = Row(HANDLE, Kind.DIGEST_MAIL, Channel.EMAIL, State.UNKNOWN, person_id=1)
    for channel in Channel:
        verdict = judge(Stored([row]), replace(seen(), told=[Told(channel, "a", 0, 1)]), 0)
        assert verdict.good is (channel is Channel.EMAIL)


def test_a_point_that_no_process_came_to_is_no_good() -> None:
    assert not Verdict(unmet=["before store"]).good
