"""The proxy under test: started with an environment, watched through its log, queried through its admin listener."""

import base64
import os
import re
import subprocess
import urllib.error
import urllib.request

from harness.lines import Lines
from harness.ports import free_port
from harness.program import SANITIZER_OPTIONS, Program, parse
from harness.tokens import KEY

BINARY = os.environ.get("CDP_PROXY_BINARY", ".build/dist/cdp-proxy")
ADMIN_TOKEN = "end-to-end-admin-token"
SESSION_SECRET = base64.b64encode(bytes(range(32))).decode()
METRIC = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")


def environment(folder, **changes):
    """The environment of the proxy, with only PATH from the caller's environment."""
    good = {
        "PATH": os.environ["PATH"],
        "WALLCRAWLER_JWT_SIGNING_KEY": KEY,
        "SESSION_ENCRYPTION_SECRET": SESSION_SECRET,
        "FLYBROWSER_ADMIN_TOKEN": ADMIN_TOKEN,
        "DATABASE_URL": f"sqlite:///{folder}/sessions.sqlite",
    }
    return {name: value for name, value in (SANITIZER_OPTIONS | good | changes).items() if value is not None}


def command(*arguments, env, given=None, timeout=60):
    """Runs one subcommand to its end."""
    return subprocess.run(
        [BINARY, *arguments], env=env, input=given, capture_output=True, text=True, timeout=timeout, check=False
    )


class Proxy(Program):
    def __init__(self, folder, chrome, wait=True, arguments=(), binary=None, **changes):
        self.command = [binary or BINARY, "serve", *arguments]
        self.descriptors = ()
        self.port, self.admin_port = free_port(), free_port()
        self.env = environment(
            folder,
            **{
                "CDP_PROXY_LISTEN": f"127.0.0.1:{self.port}",
                "CDP_PROXY_ADMIN_LISTEN": f"127.0.0.1:{self.admin_port}",
                "CDP_PROXY_CHROME": chrome,
                # All tests come from one address, and many of them are refused on purpose.
                "CDP_PROXY_REFUSALS": "0",
            }
            | changes,
        )
        self._start(wait)

    def _start(self, wait):
        self.process = subprocess.Popen(
            self.command,
            env=self.env,
            pass_fds=self.descriptors,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        self.log = Lines(self.process.stderr, parse)
        if wait:
            self.wait_for_event("listening")

    def again(self):
        """Starts it again after its end, with the same files and settings and a new log."""
        self.process.wait(60)
        self.log.finish()
        self._start(wait=True)
        return self

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def url(self, path="/", scheme="ws", **query):
        text = "&".join(f"{name}={value}" for name, value in query.items())
        return f"{scheme}://{self.address}{path}" + (f"?{text}" if text else "")

    def admin(self, path, method="GET", headers=None, body=None):
        """Status and body of a request to the admin listener, with the admin's token unless `headers` says
        otherwise."""
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"} if headers is None else headers
        url = f"http://127.0.0.1:{self.admin_port}{path}"
        request = urllib.request.Request(url, method=method, headers=headers, data=body)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metrics(self):
        """Every sample as {(name, frozenset of label pairs): value}."""
        status, text = self.admin("/metrics", headers={})
        assert status == 200
        samples = {}
        for line in text.splitlines():
            found = METRIC.match(line)
            if found and not line.startswith("#"):
                labels = frozenset(re.findall(r'(\w+)="([^"]*)"', found[2] or ""))
                samples[found[1], labels] = float(found[3])
        return samples

    def metric(self, name, **labels):
        return self.metrics().get((name, frozenset(labels.items())), 0.0)
