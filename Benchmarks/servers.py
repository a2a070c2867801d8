"""Processes that serve on a free port of loopback, and the bench they run on: a folder, built helpers, a fresh key and
the Chrome stand-in. The bench stops each process that it started."""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import pathlib
import resource
import secrets
import socket
import subprocess
import time

HERE = pathlib.Path(__file__).resolve().parent
ENDPOINT = "/devtools/browser/00000000-0000-4000-8000-000000000000"
PROGRAMS = ("chrome", "load", "relay", "kernel")
FILES_WANTED = 24_000


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def token(key, roles=()):
    """A signingKey, good for an hour; with roles, if there are any."""
    now = int(time.time())
    claims = {
        "iss": "wallcrawler",
        "aud": ["cdp-access"],
        "sub": "sess_benchmark",
        "sessionId": "sess_benchmark",
        "projectId": "proj_benchmark",
        "iat": now,
        "nbf": now,
        "exp": now + 3600,
    } | ({"roles": list(roles)} if roles else {})
    # Without spaces, as the JWT libraries write it.
    parts = [json.dumps(part, separators=(",", ":")).encode() for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    text = b".".join(base64url(part) for part in parts)
    return (text + b"." + base64url(hmac.new(key.encode(), text, hashlib.sha256).digest())).decode()


def certificate(folder):
    """The paths of a certificate (ECDSA, P-256), of its key, and of both in one file."""
    paths = [folder / name for name in ("tls.crt", "tls.key", "tls.pem")]
    made, key, both = paths
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key]
    command = ["openssl", "req", "-x509", "-days", "2", "-subj", "/CN=localhost", *new_key, "-out", made]
    subprocess.run(command, check=True, capture_output=True)
    both.write_bytes(made.read_bytes() + key.read_bytes())
    return paths


def allow_files():
    """Raises the limit of open files to its hard limit, for this process and its children, and returns it."""
    for hard in (FILES_WANTED, resource.getrlimit(resource.RLIMIT_NOFILE)[1]):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            return hard
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


class Server:
    """A program listening on a port, for TLS if it is secure; its output goes to a file in `folder`."""

    def __init__(self, name, command, port, folder, environment=None, cpu=None, secure=False):
        self.name, self.port = name, port
        self.target = f"tls:{port}" if secure else str(port)
        self.log = pathlib.Path(folder, f"{name}.log")
        pinned = ["taskset", "-c", str(cpu)] if cpu is not None else []
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [*pinned, *map(str, command)],
                env={"PATH": os.environ["PATH"], **(environment or {})},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def wait(self, pause=0.01, timeout=20):
        """Returns once the port answers."""
        deadline = time.monotonic() + timeout
        while not answers(self.port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise SystemExit(f"{self.name} does not listen:\n{self.log.read_text(errors='replace')[-2000:]}")
            time.sleep(pause)
        return self

    def stop(self):
        for end in (self.process.terminate, self.process.kill):
            if self.process.poll() is not None:
                return
            end()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)

    def cpu_seconds(self):
        """The CPU time of its threads so far, in the kernel and outside of it."""
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def memory(self, name="VmRSS"):
        """VmRSS, or RssAnon, the part of it that is private and backed by no file; in KiB."""
        lines = pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


class Bench:
    """The place of every process. With `pinned`, load and stand-in share CPU 0 and the proxies have CPU 1."""

    def __init__(self, folder, pinned):
        self.folder = pathlib.Path(folder)
        self.load_cpu, self.proxy_cpu = (0, 1) if pinned else (None, None)
        self.files = allow_files()
        self.connections = (self.files - 600) // 2  # two sockets each; HAProxy wants some for pipes
        self.key = secrets.token_urlsafe(32)
        self.good = f"{ENDPOINT}?signingKey={token(self.key)}"
        self.ruled = f"{ENDPOINT}?signingKey={token(self.key, ['operator'])}"
        self.bad = f"{ENDPOINT}?signingKey={token(secrets.token_urlsafe(32))}"
        for name in PROGRAMS:
            source, built = HERE / f"{name}.c", self.folder / name
            compile_it = ["gcc", "-O2", "-Wall", "-Wextra", "-pthread", "-o", built, source, "-lssl", "-lcrypto"]
            subprocess.run(compile_it, check=True)
        self.certificate, self.certificate_key, self.both = certificate(self.folder)
        self.chrome = self.stand_in("events")

    def stand_in(self, mode):
        """Another Chrome stand-in; "threads" has one for each connection."""
        port = free_port()
        return Server(
            f"chrome-{mode}", [self.folder / "chrome", port, mode], port, self.folder, cpu=self.load_cpu
        ).wait()

    def load_command(self, port, path, *arguments, urgent=False):
        """The load generator; with `urgent`, scheduled before every other process of its CPU (as root only)."""
        pinned = ["taskset", "-c", str(self.load_cpu)] if self.load_cpu is not None else []
        first = ["chrt", "-f", "1"] if urgent and os.geteuid() == 0 else []
        return [*pinned, *first, *map(str, (self.folder / "load", port, path, *arguments))]

    def start_load(self, port, path, *arguments, urgent=False):
        command = self.load_command(port, path, *arguments, urgent=urgent)
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def load(self, port, path, *arguments, urgent=False, server=None):
        """Runs the load generator to its end; returns its figures, and the server's CPU seconds meanwhile."""
        with self.start_load(port, path, *arguments, urgent=urgent) as load:
            marks = {}
            for mark in ("measuring", "measured"):
                if load.stdout.readline() != f"{mark}\n":
                    raise SystemExit(f"the load generator failed: {arguments}")
                marks[mark] = server.cpu_seconds() if server else 0
            load.stdin.close()
            got = json.loads(load.stdout.read())
        return got | {"cpu_seconds": marks["measured"] - marks["measuring"]}
