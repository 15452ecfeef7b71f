"""`donelog run` as a process: it says where it is, answers, and stops when asked to."""

import asyncio
import re
import signal
import sys

import aiohttp
import pytest

from adapters.slack.manifest import scopes
from domain.people import Channel
from simulators.slack import SlackSimulator
from tests.cli_world import Shell


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_run_connects_its_workspace_and_stops_when_asked_to(
    shell: Shell, number: signal.Signals, slack: SlackSimulator
) -> None:
    workspace = slack.add_workspace("Acme", "acme", scopes())
    shell.set(
        SLACK_API_URL=slack.api_url, SLACK_BOT_TOKEN=workspace.bot_token, SLACK_APP_TOKEN=slack.app_token
    )
    shell.set(DONELOG_HTTP_PORT="0")
    running = await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "bot", "run"],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=shell.environment(),
    )
    try:
        said = await until(rb"listens on http", running.stdout)
        await until(rb"Acme is connected", running.stderr)
        found = re.search(rb"http://[^\s]+(?=\.\n)", said)
        assert found is not None
        assert await health(found[0].decode()) == "alive\n"
        running.send_signal(number)
        _, errors = await asyncio.wait_for(running.communicate(), 60)
    finally:
        if running.returncode is None:
            running.kill()
            await running.communicate()
    assert running.returncode == 0, errors.decode()
    assert b"Traceback" not in errors
    assert b"Slack    on    Socket Mode" in said
    with shell.core() as core:
        assert core.done_log.linked(Channel.SLACK) == [workspace.team_id]


async def until(pattern: bytes, stream: asyncio.StreamReader | None) -> bytes:
    """Everything the process says up to the line that matches."""
    assert stream is not None
    said = b""
    while not re.search(pattern, said):
        line = await asyncio.wait_for(stream.readline(), 60)
        assert line, said.decode()
        said += line
    return said


async def health(url: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(f"{url}/health") as answer:
        return await answer.text()
