"""Waits for what tells nobody when it is so."""

import time


def until(condition, timeout=60):
    """Asks until the condition holds, and returns its value. To ask takes a moment: it is a request, not a look."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {timeout} s"
    return value
