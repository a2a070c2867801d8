"""Relays between the proxy and what it speaks to: one that can hold back a handshake with Chrome, and one through which
nothing is heard that PostgreSQL was not asked for."""

import contextlib
import socket
import threading


class Relay:
    """Relays everything between its own port and another. A subclass changes `_pass`, or `_pass_back` for what comes
    from the other port."""

    def __init__(self, port):
        self._target = port
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._sockets = []
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for one in [self._server, *self._sockets]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._server.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                self._sockets += [near, far]
                threading.Thread(target=self._pass, args=(near, far), daemon=True).start()
                threading.Thread(target=self._pass_back, args=(far, near), daemon=True).start()

    def _pass(self, source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def _pass_back(self, source, sink):
        self._pass(source, sink)


class HoldingRelay(Relay):
    """Relays everything except the handshake it must hold, counted from 1, until that is released."""

    def __init__(self, port):
        self._number, self._seen = None, 0
        self._held, self._released = threading.Event(), threading.Event()
        super().__init__(port)

    def __exit__(self, *how):
        self._released.set()
        super().__exit__(*how)

    def hold_upgrade(self, number):
        self._number = number

    def wait_until_held(self):
        assert self._held.wait(60), "no handshake came to be held"

    def release(self):
        self._released.set()

    def _pass(self, source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if b"\r\nUpgrade: websocket\r\n" in data:
                    self._seen += 1
                    if self._seen == self._number:
                        self._held.set()
                        self._released.wait()
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


class MuteRelay(Relay):
    """Relays to PostgreSQL, and drops the notifications that come back, as a pooler does that gives each transaction
    another connection."""

    def __init__(self, port):
        self._dropped = threading.Event()
        super().__init__(port)

    def wait_until_dropped(self):
        assert self._dropped.wait(60), "no notification came to be dropped"

    def _pass_back(self, source, sink):
        with contextlib.suppress(OSError), source.makefile("rb") as messages:
            while head := messages.read(5):
                message = head + messages.read(int.from_bytes(head[1:]) - 4)
                if head[:1] == b"A":
                    self._dropped.set()
                else:
                    sink.sendall(message)
            sink.shutdown(socket.SHUT_WR)
