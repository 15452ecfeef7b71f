"""The short form of `python -m tests.random_tokens`."""

import pytest

from bot.tokens import SignedTokens
from tests.random_tokens import accepted


@pytest.mark.parametrize(
    "secrets", [["one secret of a test, long enough"], ["a new secret, first", "an old secret, second"]]
)
def test_of_twenty_thousand_tokens_that_nobody_signed_none_is_accepted(secrets: list[str]) -> None:
    assert accepted(SignedTokens(secrets), 20_000, seed=7) == []
