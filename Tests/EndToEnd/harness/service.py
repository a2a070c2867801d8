"""The session service under test: started with an environment, watched through its log, queried over HTTP."""

import http.client
import json
import os
import ssl
import subprocess

from harness.lines import Lines
from harness.ports import free_port
from harness.program import SANITIZER_OPTIONS, Program, parse
from harness.proxy import METRIC, SESSION_SECRET
from harness.wire import Response

BINARY = os.environ.get("SESSION_SERVICE_BINARY", ".build/dist/session-service")
NOTHING = object()


def environment(**changes):
    """The environment of the service, with only PATH from the caller's environment."""
    good = {
        "PATH": os.environ["PATH"],
        "SESSION_ENCRYPTION_SECRET": SESSION_SECRET,
        "SESSION_INIT_DB": "true",
        "SESSION_RATE_LIMIT_PER_MINUTE": "1000000",
        "SESSION_MAX_PER_USER": "1000000",
    }
    return {name: value for name, value in (SANITIZER_OPTIONS | good | changes).items() if value is not None}


def run(*arguments, env, timeout=60):
    """Runs the binary to its end."""
    return subprocess.run(
        [BINARY, *arguments], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout
    )


class Service(Program):
    """`provider` is the identity provider, `database` the URL of the rows; `changes` are further variables."""

    def __init__(self, provider, database, wait=True, **changes):
        self.port, self.admin_port = free_port(), free_port()
        listeners = {
            "SESSION_LISTEN": f"127.0.0.1:{self.port}",
            "SESSION_ADMIN_LISTEN": f"127.0.0.1:{self.admin_port}",
            "DATABASE_URL": database,
        }
        self.env = environment(**(listeners | provider.environment() | changes))
        self.provider = provider
        self.tls = None
        self.process = subprocess.Popen(
            [BINARY],
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        self.output = Lines(self.process.stdout)
        self.log = Lines(self.process.stderr, parse)
        if wait:
            self.wait_for_event("listening")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def request(self, method, path, body=NOTHING, token=None, timeout=60, **fields):
        """Sends one request on a connection of its own. `body` is raw bytes, or a value to be sent as JSON."""
        headers = {name.replace("_", "-"): value for name, value in fields.items() if value is not None}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if body is NOTHING:
            data = None
        elif isinstance(body, bytes):
            data = body
        else:
            data = json.dumps(body).encode()
        if data is not None:
            headers.setdefault("Content-Type", "application/json")
        connection = self.connection(timeout)
        try:
            connection.request(method, path, data, headers)
            return answer(connection.getresponse())
        finally:
            connection.close()

    def connection(self, timeout=60):
        if self.tls is None:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        context = ssl.create_default_context(cafile=self.tls)
        return http.client.HTTPSConnection("localhost", self.port, timeout=timeout, context=context)

    def admin(self, path, method="GET"):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin_port, timeout=60)
        try:
            connection.request(method, path)
            return answer(connection.getresponse())
        finally:
            connection.close()

    def user(self, name, key=None, **claims):
        """A client with a token of this user."""
        return Client(self, self.provider.token(name, key, **claims))

    def metrics(self):
        """Every sample of the metrics as {name with its labels: value}."""
        text = self.admin("/metrics").body.decode()
        found = [METRIC.match(line) for line in text.splitlines() if not line.startswith("#")]
        return {(one[1] + "{" + one[2] + "}" if one[2] else one[1]): float(one[3]) for one in found if one}

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))

    def stop(self):
        lines = super().stop()
        self.output.finish()
        return lines


def answer(response):
    body = response.read()
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)


class Answer(Response):
    @property
    def json(self):
        return json.loads(self.body)

    @property
    def detail(self):
        return self.json["detail"]


class Client:
    """Requests with one token."""

    def __init__(self, service, token):
        self.service, self.token = service, token

    def request(self, method, path, body=NOTHING, **fields):
        return self.service.request(method, path, body, self.token, **fields)

    def get(self, path, **fields):
        return self.request("GET", path, **fields)

    def post(self, body, path="/sessions", **fields):
        return self.request("POST", path, body, **fields)

    def put(self, path, body, **fields):
        return self.request("PUT", path, body, **fields)

    def delete(self, path, **fields):
        return self.request("DELETE", path, **fields)

    def create(self, **changes):
        """Creates a session with valid fields and `changes`; returns its metadata."""
        created = self.post(good(**changes))
        assert created.status == 201, created
        return created.json

    def state(self, identity):
        found = self.get(f"/sessions/{identity}/state")
        assert found.status == 200, found
        return found.json["storage_state"]

    def names(self):
        listed = self.get("/sessions")
        assert listed.status == 200, listed
        return [one["name"] for one in listed.json["sessions"]]


COOKIE = {
    "name": "sid",
    "value": "value-of-a-cookie",
    "domain": ".shop.example",
    "path": "/",
    "expires": -1,
    "httpOnly": True,
    "secure": True,
    "sameSite": "Lax",
}
STATE = {
    "cookies": [COOKIE],
    "origins": [{"origin": "https://shop.example", "localStorage": [{"name": "k", "value": "value-of-an-item"}]}],
}


def good(**changes):
    """The body of a valid POST /sessions with `changes`; NOTHING leaves a field out."""
    body = {"name": "work", "domains": ["shop.example"], "storage_state": STATE} | changes
    return {name: value for name, value in body.items() if value is not NOTHING}
