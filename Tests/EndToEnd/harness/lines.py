"""The lines a process writes. Tests wait for single lines instead of sleeping."""

import threading
import time


class Lines:
    """Reads a stream to its end on a thread of its own, and stores its lines."""

    def __init__(self, stream, parse=lambda line: line):
        self._stream = stream
        self._parse = parse
        self._all = []
        self._ended = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        for line in self._stream:
            with self._changed:
                self._all.append(self._parse(line.rstrip("\n")))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def all(self):
        with self._changed:
            return list(self._all)

    def wait_for(self, wanted, what, timeout=60):
        """Waits for the first line that `wanted` accepts, and returns it."""
        deadline = time.monotonic() + timeout
        seen = 0
        with self._changed:
            while True:
                for line in self._all[seen:]:
                    if wanted(line):
                        return line
                seen = len(self._all)
                left = deadline - time.monotonic()
                if self._ended or left <= 0 or not self._changed.wait(left):
                    raise AssertionError(f"no {what} in:\n" + "\n".join(map(str, self._all[-30:])))

    def wait_for_count(self, wanted, count, timeout=60):
        """Waits until `wanted` has accepted `count` lines."""
        with self._changed:
            enough = self._changed.wait_for(lambda: sum(map(bool, map(wanted, self._all))) >= count, timeout)
            assert enough, f"fewer than {count} such lines in:\n" + "\n".join(map(str, self._all[-30:]))

    def finish(self, timeout=60):
        """Waits until the writer has closed its end, and returns all lines."""
        self._thread.join(timeout)
        return self.all()
