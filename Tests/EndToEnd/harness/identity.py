"""An identity provider on loopback. A test can lose, delay, break or rotate its key set, and make tokens for users."""

import contextlib
import http.server
import json
import socket
import threading
import time

from harness.keys import ECKey, RSAKey, sign

ISSUER = "https://idp.example"
AUDIENCE = "janus"


class IdentityProvider:
    """Serves its key set at `url`, or calls `answer` if set. It counts every request for the key set."""

    def __init__(self):
        self.rsa, self.ec = RSAKey("rsa-one"), ECKey("ec-one")
        self.keys = [self.rsa.jwk(), self.ec.jwk()]
        self.answer = None
        self.fetches = 0
        self.released = threading.Event()
        self.changed = threading.Condition()
        self.port = 0
        self._server = None
        self.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/.well-known/jwks.json"

    def start(self):
        """Listens; after a stop, on the same port."""
        self._server = Server(("127.0.0.1", self.port), Handler)
        self._server.provider = self
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self):
        """Stops listening, so that connections to it are refused."""
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def wait_for_fetches(self, count, timeout=60):
        with self.changed:
            assert self.changed.wait_for(lambda: self.fetches >= count, timeout), f"{self.fetches} fetches"

    def environment(self):
        return {"CHUTES_IDP_JWKS_URL": self.url, "CHUTES_IDP_ISSUER": ISSUER, "CHUTES_IDP_AUDIENCE": AUDIENCE}

    def token(self, user="user_one", key=None, **changes):
        return sign(key or self.ec, claims(sub=user, **changes))


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    provider: IdentityProvider


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        provider = self.server.provider
        with provider.changed:
            provider.fetches += 1
            provider.changed.notify_all()
        with contextlib.suppress(OSError):
            (provider.answer or key_set)(self)

    def log_message(self, *_):
        pass

    def send(self, body, status=200, kind="application/json", **fields):
        self.send_response(status)
        for name, value in ({"Content_Type": kind, "Content_Length": str(len(body))} | fields).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


def key_set(handler):
    """Answers with the key set."""
    handler.send(json.dumps({"keys": handler.server.provider.keys}).encode())


def fixed(body, status=200, kind="application/json", **fields):
    """Answers every request with the same body."""
    return lambda handler: handler.send(body, status, kind, **fields)


def hanging(handler):
    """Takes the request and answers nothing until the provider is stopped or `released`."""
    handler.server.provider.released.wait(60)


def dripping(handler):
    """Sends a good head, and then single bytes of the body with long pauses."""
    provider = handler.server.provider
    handler.send(b"{", Content_Length="100000")
    while not provider.released.wait(0.3):
        handler.wfile.write(b" ")


def held(handler):
    """Answers with the key set once the provider is `released`."""
    handler.server.provider.released.wait(60)
    key_set(handler)


def endless(handler):
    """Sends a body without an end."""
    handler.send(b'{"keys":["', Content_Length=str(1 << 40))
    while True:
        handler.wfile.write(b"x" * 65_536)


def cut(handler):
    """Sends a body shorter than its head announces."""
    handler.send(b'{"keys":[', Content_Length="1000")
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def claims(**changes):
    """Valid claims with `changes`; None leaves a claim out."""
    now = int(time.time())
    good = {"iss": ISSUER, "aud": AUDIENCE, "sub": "user_one", "exp": now + 600, "iat": now, "nbf": now}
    return {name: value for name, value in (good | changes).items() if value is not None}
