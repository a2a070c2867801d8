"""`cdp-proxy connect`, the listener on a tool's machine: started with options, known by the address that it prints."""

import os
import subprocess

from harness.lines import Lines
from harness.program import SANITIZER_OPTIONS, Program
from harness.proxy import BINARY


class Connector(Program):
    """`token` goes into its environment; None leaves it out."""

    def __init__(self, url, *options, token=None, listen="127.0.0.1:0", given=None, wait=True):
        self.env = SANITIZER_OPTIONS | {"PATH": os.environ["PATH"]} | ({"CDP_PROXY_TOKEN": token} if token else {})
        self.process = subprocess.Popen(
            [BINARY, "connect", url, "--listen", listen, *map(str, options)],
            env=self.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        if given is not None:
            self.process.stdin.write(given)
        self.process.stdin.close()
        self.log = Lines(self.process.stderr)
        self.output = Lines(self.process.stdout)
        if wait:
            self.address = self.output.wait_for(bool, "address")
            self.port = int(self.address.rpartition(":")[2])

    def wait_for(self, words):
        """Waits for a sentence that holds these words."""
        return self.log.wait_for(lambda line: words in line, words)
