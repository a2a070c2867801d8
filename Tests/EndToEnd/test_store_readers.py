"""A reader without write access opens the SQLite database while its writer runs, after it ended, and after a kill."""

import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

import pytest
from harness.proxy import BINARY
from harness.service import Service
from harness.store import Store

STATE = {"cookies": [], "origins": []}
ANOTHER_USER = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
READ_ONLY_MOUNT = ["unshare", "-m", "sh", "-c", 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"']


class Folder:
    """A folder with a database that other users may read, and a program to read it with."""

    def __init__(self, path):
        self.path = path
        path.chmod(0o755)
        self.binary = shutil.copy(BINARY, path / "cdp-proxy")
        self.database = path / "data" / "sessions.sqlite"
        self.database.parent.mkdir()
        self.room = path / "room"
        self.room.mkdir()
        self.room.chmod(0o777)

    @property
    def url(self):
        return f"sqlite:///{self.database}"

    def open_to_readers(self):
        """Gives others read access and keeps write access for the owner, as an operator does."""
        self.database.parent.chmod(0o755)
        for file in self.database.parent.iterdir():
            file.chmod(0o644)

    def list(self, prefix):
        """The names that a reader lists, newest first."""
        env = {"DATABASE_URL": self.url, "PATH": os.environ["PATH"], "TMPDIR": str(self.room)}
        command = [*prefix, self.binary, "session", "list", "--json"]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, ""), done
        assert list(self.room.iterdir()) == []
        return [one["name"] for one in json.loads(done.stdout)]

    def mode(self):
        with contextlib.closing(sqlite3.connect(self.database)) as database:
            return database.execute("PRAGMA journal_mode").fetchone()[0]


@pytest.fixture
def folder():
    with tempfile.TemporaryDirectory() as path:
        yield Folder(pathlib.Path(path))


@pytest.fixture(params=["another user", "a read-only mount"])
def reader(request, folder):
    """A command prefix for a reader without write access: another user or a read-only mount. A test that is not root
    removes its own right to write instead."""
    if os.geteuid() != 0:
        return ["sh", "-c", 'chmod -R a-w "$0" && "$@"; status=$?; chmod -R u+w "$0"; exit $status', str(folder.path)]
    mount = [*READ_ONLY_MOUNT, str(folder.database.parent)]
    if request.param == "another user" or subprocess.run([*mount, "true"], capture_output=True).returncode != 0:
        return ANOTHER_USER
    return mount


@pytest.mark.parametrize("end", ["terminate", "kill"])
def test_a_reader_reads_while_the_writer_runs_and_afterwards(folder, reader, provider, end):
    service = Service(provider, folder.url)
    try:
        alice = service.user("alice")
        alice.create(name="first")
        folder.open_to_readers()
        assert folder.list(reader) == ["first"]
        alice.create(name="second")
        assert folder.list(reader) == ["second", "first"]
        getattr(service.process, end)()
        service.process.wait(60)
        assert folder.list(reader) == ["second", "first"]
    finally:
        service.stop()
    assert folder.list(reader) == ["second", "first"]


def test_a_reader_reads_after_an_import(folder, reader):
    secret = {"SESSION_ENCRYPTION_SECRET": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "DATABASE_URL": folder.url}
    command = [folder.binary, "session", "import", "-", "--user-id", "u", "--name", "n"]
    subprocess.run(command, env=secret, input=json.dumps(STATE), text=True, check=True, capture_output=True)
    folder.open_to_readers()
    assert folder.list(reader) == ["n"]


KILLED = """
import os, signal, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA cache_size = 5")
database.execute("BEGIN IMMEDIATE")
database.execute("UPDATE browser_sessions SET name = 'undone'")
for number in range(int(sys.argv[2])):
    row = (str(number), "u", str(number), "", bytes(1 << 16), bytes(12), "2026-01-01 00:00:00", "2026-01-01 00:00:00")
    database.execute("INSERT INTO browser_sessions (id, user_id, name, domains, storage_state_encrypted, iv, "
                     "created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("rows", [0, 100], ids=["before it wrote", "when half was written"])
def test_a_reader_reads_after_the_writer_was_killed(folder, reader, rows):
    """No reader sees the unfinished change, and the next writer rolls it back."""
    store = Store(folder.database.parent)
    assert store.path == folder.database
    store.add(STATE, name="kept")
    before = folder.database.stat().st_size
    folder.open_to_readers()
    killed = subprocess.run([sys.executable, "-c", KILLED, folder.database, str(rows)], capture_output=True)
    assert killed.returncode == -9, killed
    assert folder.database.with_name("sessions.sqlite-journal").stat().st_size > 0
    assert (folder.database.stat().st_size > before) == (rows > 0)
    assert folder.list(reader) == ["kept"]
    assert folder.list([]) == ["kept"]
    assert folder.database.with_name("sessions.sqlite-journal").exists() == (rows == 0), "an empty journal may stay"
    assert folder.list(reader) == ["kept"]


def test_a_reader_reads_a_database_with_a_write_ahead_log(folder, reader):
    """As an older version left it: a reader reads it as it is, and the first writer changes its mode."""
    store = Store(folder.database.parent)
    store.add(STATE, name="new")
    with contextlib.closing(sqlite3.connect(store.path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("UPDATE browser_sessions SET name = 'kept'")
    folder.open_to_readers()
    assert folder.list(reader) == ["kept"]
    assert folder.mode() == "wal"
    assert folder.list([]) == ["kept"]
    assert folder.mode() == "delete"
    assert folder.list(reader) == ["kept"]
