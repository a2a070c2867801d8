"""What the two programs under test have in common: a process, watched through its log and stopped by its process."""

import json
import signal


def parse(line):
    try:
        return json.loads(line)
    except ValueError:
        return {"unparsed": line}


class Program:
    """Its maker sets `process` and `log`."""

    def wait_for_event(self, event, **fields):
        def wanted(line):
            return line.get("event") == event and all(line.get(name) == value for name, value in fields.items())

        return self.log.wait_for(wanted, f"event {event} {fields}")

    def events(self, event, **fields):
        wanted = {"event": event} | fields
        return [line for line in self.log.all() if wanted.items() <= line.items()]

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def wait(self, timeout=30):
        return self.process.wait(timeout)

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        return self.log.finish()
