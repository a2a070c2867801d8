"""Free ports, and ports that a process is about to listen on."""

import contextlib
import itertools
import os
import random
import socket
import threading

# Below the ports that the kernel gives to connections, and of each of the workers of one run its own: between the look
# and the start of who listens there, nobody else takes the port.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
FIRST, COUNT = 10_000 + 5_000 * WORKER, 5_000
NUMBERS = itertools.count(random.randrange(COUNT))


def free_port():
    while True:
        port = FIRST + next(NUMBERS) % COUNT
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_for_port(port, attempts=3_000):
    """Waits until connections to the port succeed."""
    pause = threading.Event()
    for _ in range(attempts):
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            pause.wait(0.02)
    raise AssertionError(f"no process listens on {port}")
