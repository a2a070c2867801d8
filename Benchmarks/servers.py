"""The servers a benchmark needs, each a process of its own on a free port of loopback: the Chrome stand-in, cdp-proxy,
and HAProxy and nginx for comparison. What is started here is stopped here, by its process."""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import pathlib
import secrets
import shutil
import socket
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")
ENDPOINT = "/devtools/browser/00000000-0000-4000-8000-000000000000"

HAPROXY = """
global
    nbthread 1
    maxconn 4000
defaults
    mode http
    timeout connect 5s
    timeout client 1h
    timeout server 1h
    timeout tunnel 1h
    {splice}
frontend clients
    bind 127.0.0.1:{port}
    http-request set-var(txn.token) urlp(signingKey)
    http-request set-var(txn.alg) var(txn.token),jwt_header_query('$.alg')
    http-request set-var(txn.exp) var(txn.token),jwt_payload_query('$.exp','int')
    http-request set-var(txn.now) date()
    http-request deny deny_status 401 unless {{ var(txn.alg) -m str HS256 }}
    http-request deny deny_status 401 unless {{ var(txn.token),jwt_verify(txn.alg,"{key}") -m int 1 }}
    http-request deny deny_status 401 if {{ var(txn.exp),sub(txn.now) -m int lt 0 }}
    default_backend chrome
backend chrome
    server chrome 127.0.0.1:{chrome}
"""

SPLICE = "option splice-request\n    option splice-response"

NGINX = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr error;
worker_rlimit_nofile 20000;
events {{ worker_connections 9000; }}
http {{
    access_log off;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{
            proxy_pass http://127.0.0.1:{chrome};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection upgrade;
            proxy_read_timeout 1h;
            proxy_buffer_size 64k;
            proxy_buffers 8 64k;
        }}
    }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def token(key):
    """A signingKey, good for an hour."""
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
    }
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    text = b".".join(base64url(part) for part in parts)
    return (text + b"." + base64url(hmac.new(key.encode(), text, hashlib.sha256).digest())).decode()


class Server:
    """A program listening on a port; its output goes to a file in `folder`."""

    def __init__(self, name, command, port, folder, environment=None, cpu=None):
        self.name, self.port = name, port
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

    def wait(self, pause=0.01):
        """Returns once the port answers."""
        deadline = time.monotonic() + 20
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
        """User and system time so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self, name):
        """VmRSS, or RssAnon: the part of it that is this process's own and backed by no file. In KiB."""
        lines = pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


class Bench:
    """Where everything runs: a folder for files, the built helpers, a fresh key, and the Chrome stand-in."""

    def __init__(self, folder, binary, pinned):
        self.folder, self.binary = pathlib.Path(folder), binary
        self.load_cpu, self.proxy_cpu = (0, 1) if pinned else (None, None)
        self.key = secrets.token_urlsafe(32)
        self.good = f"{ENDPOINT}?signingKey={token(self.key)}"
        self.bad = f"{ENDPOINT}?signingKey={token(secrets.token_urlsafe(32))}"
        self.build()
        port = free_port()
        self.chrome = Server("chrome", [self.folder / "chrome", port], port, folder, cpu=self.load_cpu).wait()

    def build(self):
        here = pathlib.Path(__file__).resolve().parent
        for name in ("chrome", "load"):
            source, built = here / f"{name}.c", self.folder / name
            subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-o", built, source, "-lcrypto"], check=True)

    def load(self, port, path, *arguments):
        """Runs the load generator and gives what it measured."""
        done = subprocess.run(self.load_command(port, path, *arguments), stdout=subprocess.PIPE, text=True)
        return json.loads(done.stdout)

    def load_command(self, port, path, *arguments):
        pinned = ["taskset", "-c", str(self.load_cpu)] if self.load_cpu is not None else []
        return [*pinned, *map(str, (self.folder / "load", port, path, *arguments))]

    # What each proxy is started with.

    def cdp_proxy(self, pinned=True):
        port = free_port()
        environment = {
            "CDP_PROXY_LISTEN": f"127.0.0.1:{port}",
            "CDP_PROXY_ADMIN_LISTEN": f"127.0.0.1:{free_port()}",
            "CDP_PROXY_CHROME": f"127.0.0.1:{self.chrome.port}",
            "CDP_PROXY_INJECT": "off",
            "CDP_PROXY_DRAIN": "0s",
            "XDG_DATA_HOME": str(self.folder),
            "WALLCRAWLER_JWT_SIGNING_KEY": self.key,
        }
        cpu = self.proxy_cpu if pinned else None
        return Server("cdp-proxy", [self.binary, "serve"], port, self.folder, environment, cpu)

    def haproxy(self, name="HAProxy", splice=""):
        port = free_port()
        text = HAPROXY.format(port=port, key=self.key, chrome=self.chrome.port, splice=splice)
        return self.configured(name, [shutil.which("haproxy"), "-db", "-f"], text, port)

    def splicing_haproxy(self):
        return self.haproxy("HAProxy splicing", SPLICE)

    def nginx(self):
        port = free_port()
        text = NGINX.format(port=port, folder=self.folder, chrome=self.chrome.port)
        return self.configured("nginx", [shutil.which("nginx"), "-p", self.folder, "-c"], text, port)

    def configured(self, name, command, text, port):
        path = self.folder / f"{name}.conf"
        path.write_text(text)
        return Server(name, [*command, path], port, self.folder, cpu=self.proxy_cpu)

    def proxies(self):
        """How to start each proxy that is there, by its name."""
        found = {"cdp-proxy": self.cdp_proxy}
        if shutil.which("haproxy"):
            found["HAProxy"] = self.haproxy
            found["HAProxy splicing"] = self.splicing_haproxy
        if shutil.which("nginx"):
            found["nginx"] = self.nginx
        return found
