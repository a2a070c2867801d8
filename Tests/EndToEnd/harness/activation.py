"""What systemd does for a service with sockets: opens them, and starts it with them as descriptors 3 and on."""

import os
import socket
import sys

from harness.ports import free_port
from harness.proxy import Proxy

# LISTEN_PID names the process that the sockets are for: the one that this becomes.
LAUNCHER = """
import os, sys
numbers = [int(number) for number in os.environ.pop("PASSED").split(",")]
copies = [os.dup(number) for number in numbers]
for place, copy in enumerate(copies, 3):
    os.dup2(copy, place)
    os.set_inheritable(place, True)
os.environ.setdefault("LISTEN_PID", str(os.getpid()))
os.execv(sys.argv[1], sys.argv[1:])
"""


def listener(address=None):
    """A socket that listens at a free port, or at the path of a Unix socket."""
    one = socket.socket(socket.AF_UNIX if address else socket.AF_INET)
    one.bind(address or ("127.0.0.1", free_port()))
    one.listen(512)
    return one


class Activated(Proxy):
    """A proxy that was given its sockets, in this order; `names` are theirs (LISTEN_FDNAMES)."""

    def __init__(self, folder, chrome, sockets, names=None, wait=True, binary=None, **changes):
        self._sockets = sockets
        passed = {
            "PASSED": ",".join(str(one.fileno()) for one in sockets),
            "LISTEN_FDS": str(len(sockets)),
            "LISTEN_FDNAMES": names,
        }
        super().__init__(folder, chrome, wait, binary=binary, **(passed | changes))

    def _start(self, wait):
        self.descriptors = [one.fileno() for one in self._sockets]
        if self.command[0] != sys.executable:
            self.command = [sys.executable, "-c", LAUNCHER, os.path.abspath(self.command[0]), *self.command[1:]]
        super()._start(wait)
