"""`mail-batch`: what a mail costs in batches of several sizes, against SendGrid's client used mail by mail.

The bound is `SendGridAPIClient.send`, which builds a mail and opens a connection each time, and for each
connection reads all certificates that the system trusts.  That alone can be most of its cost, so the last
line holds the product against the same client with a single certificate to read.
"""

import asyncio
import time
from collections.abc import Sequence

from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import Mail

from adapters.email.sender import MailSender
from bench.figures import Figure, Sample, Sizes, compared
from bench.product import senders
from bench.prompts import prompts
from bench.provider import provider, trusting_one
from domain.deliveries import Delivery, Sent
from domain.people import Channel

_BATCHES = (50, 250, 500, 1_000)
_OURS = 500
"""What `MailSender` asks for."""
_ONE_BY_ONE = 60


def run(sizes: Sizes) -> list[Figure]:
    figures: list[Figure] = []
    batches = _BATCHES if sizes.rounds > 1 else _BATCHES[:1]
    with provider() as url:
        pairs: dict[int, list[tuple[Sample, Sample]]] = {size: [] for size in batches}
        hardest: list[tuple[Sample, Sample]] = []
        for _ in range(sizes.rounds):
            bound = _one_by_one(url)
            for size in batches:
                pairs[size].append((asyncio.run(_in_batches(url, size)), bound))
            with trusting_one():
                hardest.append((pairs[_OURS if _OURS in batches else batches[0]][-1][0], _one_by_one(url)))
        for size in batches:
            goal = "CPU ratio >= 100" if size == _OURS else ""
            figures += compared(f"mail-batch, {size} a request", "mails", pairs[size], goal)
        figures += compared("mail-batch, against one certificate", "mails", hardest)
    return figures


async def _in_batches(url: str, size: int) -> Sample:
    deliveries = prompts(Channel.EMAIL, size)
    batches = max(1, 2_000 // size)
    async with senders(url) as ours:
        await _send(ours.mail, deliveries)  # opens the connection
        cpu, began = time.process_time(), time.perf_counter()
        for _ in range(batches):
            await _send(ours.mail, deliveries)
        took = time.perf_counter() - began
    count = batches * size
    return Sample(count / took, (time.process_time() - cpu) * 1_000 / count)


async def _send(sender: MailSender, deliveries: Sequence[Delivery]) -> None:
    outcomes = await sender.send(deliveries)
    if not all(isinstance(each, Sent) for each in outcomes):
        raise AssertionError("not everything was sent")


def _one_by_one(url: str) -> Sample:
    client = SendGridAPIClient("SG.bench", host=url)
    cpu, began = time.process_time(), time.perf_counter()
    for number in range(_ONE_BY_ONE):
        client.send(Mail("done@example.com", f"person{number}@example.com", "Your day", "What did you do?"))
    took = time.perf_counter() - began
    return Sample(_ONE_BY_ONE / took, (time.process_time() - cpu) * 1_000 / _ONE_BY_ONE)
