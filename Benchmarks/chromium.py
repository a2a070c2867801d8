"""What a proxy costs in front of a real headless Chromium: small round trips, and answers the size of a screenshot."""

import asyncio
import contextlib
import itertools
import json
import os
import statistics
import sys
import time

from servers import HERE, token

sys.path.insert(0, str(HERE.parent / "Tests/EndToEnd"))
from harness.chromium import Chromium  # noqa: E402

LARGE = 5_000_000
WARM_UP, WARM_UP_SECONDS = 50, 2
# A visit makes at least so many round trips: a 99th percentile needs them.
LEAST = 100
# The best of several visits counts: Chromium's other work, in half a dozen processes, only adds to a round trip.
VISITS = 6
BEST = {"p50": min, "p99": min, "megabytes": max, "errors": max}


class Page:
    """A page's DevTools connection, and the number of the next message on it."""

    def __init__(self, connection):
        self.connection, self.numbers = connection, itertools.count(1)

    async def evaluate(self, expression):
        """Runtime.evaluate, and its answer as text."""
        number = next(self.numbers)
        parameters = {"expression": expression, "returnByValue": True}
        await self.connection.send(json.dumps({"id": number, "method": "Runtime.evaluate", "params": parameters}))
        start = f'{{"id":{number},'
        while not (answer := await self.connection.recv()).startswith(start):
            pass
        return answer


async def converse(url, seconds):
    """Half of the time small round trips (microseconds), the other half large answers (MB a second)."""
    import websockets  # from .venv; no other part of the benchmark needs it

    async with websockets.connect(url, compression=None, max_size=None, ping_interval=None) as connection:
        page = Page(connection)
        for _ in range(WARM_UP):
            await page.evaluate("1+1")
        times, end = [], time.perf_counter() + seconds / 2
        while len(times) < LEAST or time.perf_counter() < end:
            since = time.perf_counter()
            await page.evaluate("1+1")
            times.append((time.perf_counter() - since) * 1e6)
        await page.evaluate(f"globalThis.large = 'x'.repeat({LARGE}); 0")
        size, taken, since = 0, 0, time.perf_counter()
        while size == 0 or taken < seconds / 2:
            size += len(await page.evaluate("large"))
            taken = time.perf_counter() - since
    slices = statistics.quantiles(times, n=100)
    return {"p50": slices[49], "p99": slices[98], "megabytes": size / 1e6 / taken, "errors": 0}


@contextlib.contextmanager
def pinned(cpu):
    """Pins this process to one CPU meanwhile; a process that is started meanwhile stays pinned."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, before if cpu is None else {cpu})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Browser:
    """A Chromium that is started when it is first asked for; `measure` is a workload's.

    Chromium and the proxy share a CPU, as they do in a container, and the client has the other.
    """

    def __init__(self):
        self.chromium = None

    def start(self, bench):
        with pinned(bench.proxy_cpu):
            self.chromium = Chromium()
        time.sleep(2)  # until Chromium has started its own processes
        page = f"ws://{self.chromium.address}/devtools/page/{self.chromium.page_id()}"
        asyncio.run(converse(page, WARM_UP_SECONDS))

    def measure(self, bench, contestant, _, seconds):
        if not self.chromium:
            self.start(bench)
        page = f"/devtools/page/{self.chromium.page_id()}"
        # Chrome takes the query for a part of the page's id, so only a proxy that drops the query is sent one.
        path = f"{page}?signingKey={token(bench.key)}" if contestant.checks else page
        with contextlib.ExitStack() as cleanup:
            cleanup.enter_context(pinned(bench.load_cpu))
            port = self.chromium.port
            if contestant.start:
                server = contestant.start(bench, port)
                cleanup.callback(server.stop)
                port = server.wait().port
            url = f"ws://127.0.0.1:{port}{path}"
            visits = [asyncio.run(converse(url, max(seconds / 2, 0.4))) for _ in range(VISITS)]
        return {what: BEST[what](visit[what] for visit in visits) for what in visits[0]}

    def stop(self):
        if self.chromium:
            self.chromium.stop()
