"""Ports nobody listens on, and ports somebody soon will."""

import socket
import threading


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, attempts=3_000):
    """Returns once connections to it are taken."""
    pause = threading.Event()
    for _ in range(attempts):
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            pause.wait(0.02)
    raise AssertionError(f"nobody listens on {port}")
