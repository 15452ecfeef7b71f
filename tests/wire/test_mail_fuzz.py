"""A little of what `python -m tests.fuzz_mail` does: no broken mail is an error, and none takes long."""

import logging

import pytest

from tests.fuzz_mail import TARGETS, fuzz

COUNT = 300


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_breaks_on_broken_mails(target: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    _, failure = fuzz(target, COUNT, seed=2026, most_memory=0)
    assert failure is None, failure
