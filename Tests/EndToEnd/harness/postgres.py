"""A PostgreSQL server for tests: a fresh cluster in a folder of its own, on loopback. It can be stopped and
restarted."""

import contextlib
import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import urllib.parse

import psycopg

from harness.lines import Lines
from harness.ports import free_port

USER, PASSWORD = "janus", "pass word/@:%+password"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "max_connections": "60",
    "log_min_messages": "warning",
    "timezone": "Pacific/Chatham",
}


def programs():
    """The folder of the newest version that Debian has installed."""
    folders = pathlib.Path("/usr/lib/postgresql").glob("*/bin")
    return max(folders, key=lambda folder: int(re.sub(r"\D", "", folder.parent.name)))


def parents():
    """The parent of every process."""
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            yield int(folder.name), int((folder / "stat").read_text().rpartition(")")[2].split()[1])


def identity():
    """The user that the server runs as, since it refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    found = pwd.getpwnam("postgres")
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


class Postgres:
    def __init__(self, **settings):
        self.port = free_port()
        self._settings = SETTINGS | {"port": str(self.port)} | settings
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="cdp-e2e-postgres-"))
        self._process = None
        self._databases = 0
        self._make()
        self.start()

    def _make(self):
        password = self._folder / "password"
        password.write_text(PASSWORD + "\n")
        run_as = identity()
        if run_as:
            os.chown(self._folder, run_as["user"], run_as["group"])
            os.chown(password, run_as["user"], run_as["group"])
        options = ["--username", USER, "--auth", "scram-sha-256", "--pwfile", password, "--encoding", "UTF8"]
        initdb = [programs() / "initdb", *options, "--locale", "C", "--no-sync", "--no-instructions"]
        done = subprocess.run(
            [*initdb, self._folder / "data"], cwd=self._folder, env=self._env(), capture_output=True, **run_as
        )
        assert done.returncode == 0, done.stderr.decode()

    def _env(self):
        return {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(self._folder)}

    def start(self):
        settings = [word for item in self._settings.items() for word in ("-c", "=".join(item))]
        self._process = subprocess.Popen(
            [programs() / "postgres", "-D", self._folder / "data", *settings],
            cwd=self._folder,
            env=self._env(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            **identity(),
        )
        lines = Lines(self._process.stderr)
        lines.wait_for(lambda line: "ready to accept connections" in line, "readiness", timeout=60)

    def halt(self):
        """Stops it as `pg_ctl stop -m immediate` does: it cuts the connections and replays its log at the next
        start."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(30)

    def freeze(self):
        """Suspends the server: connections stay open, and neither they nor new ones are answered."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self):
        self._signal_all(signal.SIGCONT)

    def _signal_all(self, number):
        """Signals the server and its children, each of which leads a process group of its own."""
        server = self._process.pid
        for process in [server, *(child for child, parent in parents() if parent == server)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)

    def stop(self):
        if self._process.poll() is None:
            self.thaw()
            self.halt()
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, database="postgres", scheme="postgresql", **query):
        text = "?" + urllib.parse.urlencode(query) if query else ""
        password = urllib.parse.quote(PASSWORD, safe="")
        return f"{scheme}://{USER}:{password}@127.0.0.1:{self.port}/{database}{text}"

    def new_database(self):
        """Makes an empty database and returns its name."""
        self._databases += 1
        name = f"sessions_{self._databases}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return name
