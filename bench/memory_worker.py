"""A worker that plans and sends peak after peak and prints what it holds, in KB: before, and after each."""

import asyncio
import os
import resource
import sys
import zoneinfo
from pathlib import Path

from bench import postgres
from bench.peak import plan_anew
from bench.product import Worker, senders
from bot import gc_tuning


def main(address: str, url: str, peaks: int) -> None:
    zoneinfo.reset_tzpath(to=[])
    gc_tuning.tune()
    with postgres.engine(address) as engine:

        async def send_all() -> None:
            async with senders(url) as ours:
                worker = Worker(engine, ours.all())
                print(_resident(), flush=True)
                for _ in range(peaks):
                    await asyncio.to_thread(plan_anew, engine)
                    await worker.send_all()
                    print(_resident(), flush=True)
                worker.close()

        asyncio.run(send_all())


def _resident() -> int:
    """What is in memory now; where the system does not tell, the most that ever was."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
