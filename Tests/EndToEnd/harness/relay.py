"""A relay between the proxy and Chrome that can hold back a handshake."""

import contextlib
import socket
import threading


class HoldingRelay:
    """Relays everything except the handshake it must hold, counted from 1, until that is released."""

    def __init__(self, port):
        self._chrome, self._number, self._seen = port, None, 0
        self._held, self._released = threading.Event(), threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._sockets = []
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._released.set()
        for one in [self._server, *self._sockets]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def hold_upgrade(self, number):
        self._number = number

    def wait_until_held(self):
        assert self._held.wait(60), "no handshake came to be held"

    def release(self):
        self._released.set()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._server.accept()
                far = socket.create_connection(("127.0.0.1", self._chrome))
                self._sockets += [near, far]
                threading.Thread(target=self._pass, args=(near, far), daemon=True).start()
                threading.Thread(target=self._pass, args=(far, near), daemon=True).start()

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
