"""Hand-overs between proxies: a program that can be replaced, the processes that took over, and clients that come
all the while."""

import asyncio
import contextlib
import fcntl
import os
import pathlib
import select
import signal
import threading

from harness import tokens, wire
from harness.proxy import BINARY, Proxy


class Program:
    """A path to the proxy's program, behind which a test can put another one."""

    def __init__(self, folder):
        self.path = folder / "cdp-proxy"
        self.path.symlink_to(pathlib.Path(BINARY).resolve())

    def replace(self, script):
        """From now on a shell script stands there."""
        new = self.path.with_suffix(".new")
        new.write_text(f"#!/bin/sh\n{script}\n")
        new.chmod(0o755)
        new.replace(self.path)


class HandedProxy(Proxy):
    """A proxy that hands its place over; the processes that it starts, and those that they start, end with it."""

    def _start(self, wait):
        super()._start(wait)
        # Lines that nobody reads in time are dropped, and a crowd of clients writes many: room for a MiB of them.
        fcntl.fcntl(self.process.stderr, fcntl.F_SETPIPE_SZ, 1 << 20)

    def hand_over(self):
        """Has the process that serves now hand over, and waits until it has; gives the new one's id."""
        before = self.current
        count = len(self.events("handed_over"))
        os.kill(before, signal.SIGUSR2)
        over = ("handed_over", "handover_failed")
        self.log.wait_for_count(lambda line: line.get("event") in over, count + 1 + len(self.events("handover_failed")))
        assert len(self.events("handed_over")) == count + 1, self.events("handover_failed")
        self.log.wait_for_count(lambda line: line.get("event") == "listening", count + 2)
        return self.current

    @property
    def started(self):
        """The processes of all hand-overs, also of those that failed."""
        return [line["pid"] for line in self.events("handing_over")]

    @property
    def current(self):
        """The process that serves now."""
        return ([self.process.pid] + [line["pid"] for line in self.events("handed_over")])[-1]

    def stop(self):
        for pid in self.started:
            kill(pid)
        return super().stop()


def kill(pid, number=signal.SIGKILL):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def has_ended(pid, timeout=60):
    """Waits for the end of a process that is not our child."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], timeout)[0])
    finally:
        os.close(descriptor)


class Clients:
    """So many clients a second, each of which connects, asks Chrome for its version, and leaves: from the start of a
    `with` to its end. `failures` says what those found that were not served."""

    def __init__(self, address, rate=200, tls=None):
        self._address, self._rate, self._tls = address, rate, tls
        self._changed = threading.Condition()
        self.served, self.failures = 0, []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopping.set()
        self._thread.join(120)

    def wait_for(self, count):
        """Waits until so many more clients have been served, or one was not."""
        goal = self.served + count
        with self._changed:
            enough = self._changed.wait_for(lambda: self.served >= goal or self.failures, 120)
        assert enough, f"{self.served} of {goal} served"

    async def _run(self):
        loop = asyncio.get_running_loop()
        begin, tasks, over = loop.time(), set(), asyncio.Event()

        def come(number):
            if self._stopping.is_set():
                over.set()
                return
            task = loop.create_task(self._one())
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            loop.call_at(begin + (number + 1) / self._rate, come, number + 1)

        come(0)
        await over.wait()
        await asyncio.gather(*tasks)

    async def _one(self):
        try:
            async with asyncio.timeout(60):
                await self._talk()
        except (OSError, EOFError, AssertionError, TimeoutError) as error:
            self._count(repr(error))
        else:
            self._count(None)

    def _count(self, failure):
        with self._changed:
            if failure:
                self.failures.append(failure)
            else:
                self.served += 1
            self._changed.notify_all()

    async def _talk(self):
        if isinstance(self._address, tuple):
            reader, writer = await asyncio.open_connection(*self._address, ssl=self._tls)
        else:
            reader, writer = await asyncio.open_unix_connection(self._address)
        try:
            writer.write(wire.upgrade(f"/?signingKey={tokens.token()}"))
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 101 "), head
            writer.write(wire.frame(wire.TEXT, b'{"id":1,"method":"Browser.getVersion"}'))
            start = await reader.readexactly(2)
            assert start[0] == 0x80 | wire.TEXT, start
        finally:
            writer.transport.abort()
