"""The common part of the two programs under test: a process that tests watch through its log and stop by its pid."""

import contextlib
import json
import os
import signal
import subprocess

# scripts/test-sanitized sets these for a build with sanitizers, to say where its reports go. Other builds ignore them.
SANITIZER_OPTIONS = {name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")}


def parse(line):
    try:
        return json.loads(line)
    except ValueError:
        return {"unparsed": line}


class Program:
    """A subclass sets `process` and `log`."""

    def wait_for_event(self, event, **fields):
        def wanted(line):
            return line.get("event") == event and all(line.get(name) == value for name, value in fields.items())

        return self.log.wait_for(wanted, f"event {event} {fields}")

    def events(self, event, **fields):
        wanted = {"event": event} | fields
        return [line for line in self.log.all() if wanted.items() <= line.items()]

    def peak_memory(self):
        """The most bytes of memory it has had resident."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def wait(self, timeout=60):
        return self.process.wait(timeout)

    def stop(self):
        if SANITIZER_OPTIONS:
            self._end()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        return self.log.finish()

    def _end(self):
        """Ends it as an operator would, since sanitizers look for leaks at exit; sends a second signal if it does not
        end."""
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.send_signal(number)
                self.process.wait(5)
