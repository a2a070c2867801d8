"""An identity provider for development: serves the public half of a key made at its start, and signs tokens for users.

For your own machine only: a caller of `token` gets a token for any user. The private key is never written to a file, so
its tokens end with the process. As a program it prints its address and one token, and serves until Ctrl-C.
"""

import argparse
import base64
import contextlib
import http.server
import json
import secrets
import threading
import time

import processes
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

AUDIENCE = "janus"
SIZE = 32  # bytes of a coordinate on P-256


class IdentityProvider:
    """Serves a key set on loopback from a thread of its own; `port` 0 takes a free one."""

    def __init__(self, port=0):
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._kid = secrets.token_urlsafe(8)
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), KeySetHandler)
        self._server.body = json.dumps({"keys": [self._public()]}).encode()
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def issuer(self):
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def environment(self):
        """The variables that make a session service trust this provider."""
        return {
            "CHUTES_IDP_JWKS_URL": f"{self.issuer}/.well-known/jwks.json",
            "CHUTES_IDP_ISSUER": self.issuer,
            "CHUTES_IDP_AUDIENCE": AUDIENCE,
        }

    def token(self, user, seconds=3600):
        """A token for a user, good for `seconds` from now."""
        now = int(time.time())
        header = {"alg": "ES256", "typ": "JWT", "kid": self._kid}
        claims = {"iss": self.issuer, "aud": AUDIENCE, "sub": user, "iat": now, "exp": now + seconds}
        signed = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims))
        pair = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{base64url(b''.join(number.to_bytes(SIZE, 'big') for number in pair))}"

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def _public(self):
        point = self._key.public_key().public_numbers()
        place = {"x": base64url(point.x.to_bytes(SIZE, "big")), "y": base64url(point.y.to_bytes(SIZE, "big"))}
        return {"kty": "EC", "crv": "P-256", "kid": self._kid, "use": "sig", "alg": "ES256", **place}


class KeySetHandler(http.server.BaseHTTPRequestHandler):
    """Answers `/.well-known/jwks.json`."""

    def do_GET(self):
        found = self.path == "/.well-known/jwks.json"
        body = self.server.body if found else b"{}"
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def main():
    parser = argparse.ArgumentParser(description="Runs an identity provider for development on loopback.")
    parser.add_argument("--port", type=int, default=0, help="where it listens; a free port by default")
    parser.add_argument("--user", default="user_demo", help="the user of the token")
    arguments = parser.parse_args()
    processes.interrupt_on_signals()
    with contextlib.suppress(KeyboardInterrupt):
        provider = IdentityProvider(arguments.port)
        for name, value in provider.environment().items():
            print(f"export {name}={value}")
        print(f"TOKEN={provider.token(arguments.user)}", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
