"""`send-cpu`: what a message on Slack and on Discord costs, against aiohttp alone with one shared session.

Rendering and signing are in the product's figure; the bound sends bytes of the same length that are ready.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable

import aiohttp

from adapters.discord import render as discord
from adapters.slack import render as slack
from bench.figures import Figure, Sample, Sizes, compared
from bench.parcels import prompts, the_question
from bench.product import senders
from bench.provider import provider
from domain.people import Channel

_AT_ONCE = 50
_TOKEN = "x" * 44  # of the length of a signed command


def run(sizes: Sizes) -> list[Figure]:
    count = 1_500 if sizes.rounds > 1 else 50
    figures: list[Figure] = []
    with provider() as url:
        for channel in (Channel.SLACK, Channel.DISCORD):
            pairs = [
                (asyncio.run(_ours(url, channel, count)), asyncio.run(_bare(url, channel, count)))
                for _ in range(sizes.rounds)
            ]
            goal = "CPU ratio >= 0.67 (floor 0.55)"
            figures += compared(f"send-cpu, {channel.word}", "messages", pairs, goal)
    return figures


async def _ours(url: str, channel: Channel, count: int) -> Sample:
    parcels = prompts(channel, count)
    async with senders(url) as all_senders:
        sender = all_senders.slack if channel is Channel.SLACK else all_senders.discord
        await sender.send(prompts(channel, _AT_ONCE))  # opens the connections
        return await _timed(count, lambda: sender.send(parcels))


async def _bare(url: str, channel: Channel, count: int) -> Sample:
    path = "/api/chat.postMessage" if channel is Channel.SLACK else "/api/v10/channels/1/messages"
    body = _body(channel)
    headers = {"Authorization": "Bearer bench", "Content-Type": "application/json"}
    gate = asyncio.Semaphore(_AT_ONCE)
    async with aiohttp.ClientSession() as session:

        async def post() -> None:
            async with gate, session.post(url + path, data=body, headers=headers) as answer:
                await answer.json()

        async def post_all() -> None:
            await asyncio.gather(*(post() for _ in range(count)))

        await asyncio.gather(*(post() for _ in range(_AT_ONCE)))
        return await _timed(count, post_all)


def _body(channel: Channel) -> bytes:
    render = slack.render if channel is Channel.SLACK else discord.render
    return json.dumps(render(the_question(channel), lambda _: _TOKEN)).encode()


async def _timed(count: int, work: Callable[[], Awaitable[object]]) -> Sample:
    cpu, began = time.process_time(), time.perf_counter()
    await work()
    took = time.perf_counter() - began
    return Sample(count / took, (time.process_time() - cpu) * 1_000 / count)
