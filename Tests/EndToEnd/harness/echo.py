"""A server on Chrome's port that sends back each message, by `websockets`, without compression."""

import json
import threading

from websockets.sync.server import serve

ENDPOINT = "/devtools/browser/00000000-0000-4000-8000-000000000000"


class EchoChrome:
    """Sends each message back as one frame, or in pieces of `piece` bytes while that is not 0."""

    def __init__(self):
        self.piece = 0
        # No limit, and nothing of its own that could come between two messages.
        how = {"compression": None, "max_size": None, "ping_interval": None}
        self._server = serve(self._echo, "127.0.0.1", 0, process_request=self._version, **how)
        self.address = f"127.0.0.1:{self._server.socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def _version(self, connection, request):
        if request.path != "/json/version":
            return None
        return connection.respond(200, json.dumps({"webSocketDebuggerUrl": f"ws://{self.address}{ENDPOINT}"}))

    def _echo(self, connection):
        for message in connection:
            data = message.encode()
            connection.send(pieces(data, self.piece) if self.piece else data, text=True)

    def stop(self):
        self._server.shutdown()
        self._thread.join(60)


def pieces(data, size):
    """The bytes in pieces of this size, wherever that cuts a character."""
    return [data[at : at + size] for at in range(0, len(data), size)]
