"""A terminal, and simulated services on a clock that runs ahead; who wants them otherwise makes its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simulators.discord import DiscordSimulator
from simulators.sendgrid import SendGridSimulator
from simulators.slack import SlackSimulator
from tests.cli_world import Shell, shell_on
from tests.factories import SIX
from tests.fast_forward import FastForward


@pytest.fixture
async def clock() -> AsyncIterator[FastForward]:
    with FastForward(SIX) as made:
        yield made


@pytest.fixture
async def slack(clock: FastForward) -> AsyncIterator[SlackSimulator]:
    made = SlackSimulator(now=clock.now)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def discord(clock: FastForward) -> AsyncIterator[DiscordSimulator]:
    made = DiscordSimulator(clock.now)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def sendgrid(clock: FastForward) -> AsyncIterator[SendGridSimulator]:
    made = SendGridSimulator(clock.now)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
def shell(database: str, tmp_path: Path) -> Shell:
    return shell_on(database, tmp_path)
