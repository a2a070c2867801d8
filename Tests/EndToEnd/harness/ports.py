"""Free ports, and ports that a process is about to listen on."""

import socket
import threading


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, attempts=3_000):
    """Waits until connections to the port succeed."""
    pause = threading.Event()
    for _ in range(attempts):
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            pause.wait(0.02)
    raise AssertionError(f"no process listens on {port}")
