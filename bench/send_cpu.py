"""`send-cpu`: what a message on Slack and on Discord costs, against aiohttp alone with one shared session.

Rendering and signing are in the product's figure; the bound sends the same bytes, which are ready.  Both send
in batches of the size that the product claims.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

import aiohttp

from bench import by_hand
from bench.figures import Figure, Sample, Sizes, compared
from bench.product import senders
from bench.prompts import prompts
from bench.provider import provider
from domain.people import Channel

_AT_ONCE = 50
_BATCH = 250
"""What `SlackSender` and `DiscordSender` ask for."""
_TOKEN = "x" * 36  # of the length of a signed command


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
    deliveries = prompts(channel, count)
    async with senders(url) as all_senders:
        sender = all_senders.slack if channel is Channel.SLACK else all_senders.discord
        await sender.send(prompts(channel, _AT_ONCE))  # opens the connections

        async def send_all() -> None:
            for start in range(0, count, _BATCH):
                await sender.send(deliveries[start : start + _BATCH])

        return await _timed(count, send_all)


async def _bare(url: str, channel: Channel, count: int) -> Sample:
    path = "/api/chat.postMessage" if channel is Channel.SLACK else "/api/v10/channels/1/messages"
    form = await (by_hand.slack_form() if channel is Channel.SLACK else by_hand.discord_form())
    body = form.replace(by_hand.SIGNED, _TOKEN).encode()
    headers = {"Authorization": "Bearer bench", "Content-Type": "application/json"}
    gate = asyncio.Semaphore(_AT_ONCE)
    async with aiohttp.ClientSession() as session:

        async def post() -> None:
            async with gate, session.post(url + path, data=body, headers=headers) as answer:
                await answer.json()

        async def post_all() -> None:
            for start in range(0, count, _BATCH):
                await asyncio.gather(*(post() for _ in range(min(_BATCH, count - start))))

        await asyncio.gather(*(post() for _ in range(_AT_ONCE)))
        return await _timed(count, post_all)


async def _timed(count: int, work: Callable[[], Awaitable[object]]) -> Sample:
    cpu, began = time.process_time(), time.perf_counter()
    await work()
    took = time.perf_counter() - began
    return Sample(count / took, (time.process_time() - cpu) * 1_000 / count)
