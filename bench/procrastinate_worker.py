"""Drains a procrastinate queue of jobs that do nothing; prints jobs a second and CPU milliseconds for each.

Run with procrastinate on its path, which the product's own packages do not hold.
"""

import asyncio
import importlib
import sys
import time

CONCURRENCY = 20


async def main(url: str, count: int) -> None:
    procrastinate = importlib.import_module("procrastinate")
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=url, min_size=2, max_size=10))

    async def do_nothing(number: int) -> None:
        """What a delivery is to the ledger alone."""

    nothing = app.task(name="nothing")(do_nothing)
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        await nothing.batch_defer_async(*({"number": number} for number in range(count)))
        cpu, began = time.process_time(), time.perf_counter()
        await app.run_worker_async(concurrency=CONCURRENCY, wait=False, install_signal_handlers=False)
        took = time.perf_counter() - began
    print(count / took, (time.process_time() - cpu) * 1_000 / count)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
