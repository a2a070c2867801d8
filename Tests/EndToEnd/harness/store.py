"""Rows of `browser_sessions`, sealed as the Python reference seals them, with only SQLite and `cryptography`."""

import base64
import datetime
import json
import os
import sqlite3
import uuid

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from harness.proxy import SESSION_SECRET

TABLE = """CREATE TABLE IF NOT EXISTS browser_sessions (
    id VARCHAR(36) NOT NULL PRIMARY KEY, user_id VARCHAR(255) NOT NULL, name VARCHAR(50) NOT NULL, description TEXT,
    domains TEXT NOT NULL, storage_state_encrypted BLOB NOT NULL, iv BLOB NOT NULL, expires_at DATETIME,
    created_at DATETIME NOT NULL, updated_at DATETIME NOT NULL, UNIQUE (user_id, name))"""


def user_key(user):
    derivation = HKDF(hashes.SHA256(), 32, salt=None, info=f"browser-session:{user}".encode())
    return derivation.derive(base64.b64decode(SESSION_SECRET))


def moment(seconds_from_now=0):
    when = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds_from_now)
    return when.strftime("%Y-%m-%d %H:%M:%S.%f")


class Store:
    """The database of a proxy that is started with the same folder."""

    def __init__(self, folder):
        self.path = folder / "sessions.sqlite"
        with self._open() as database:
            database.execute(TABLE)

    def _open(self):
        return sqlite3.connect(self.path, isolation_level=None)

    def add(self, state, user="user_one", name="work", expires_in=3600, flip=False):
        """Seals `state` (a dictionary, or raw bytes) into a row and returns its id."""
        plain = state if isinstance(state, bytes) else json.dumps(state).encode()
        iv = os.urandom(12)
        sealed = bytearray(AESGCM(user_key(user)).encrypt(iv, plain, None))
        if flip:
            sealed[len(sealed) // 2] ^= 1
        row = str(uuid.uuid4())
        values = (row, user, name, None, "", bytes(sealed), iv, moment(expires_in), moment(), moment())
        with self._open() as database:
            database.execute(f"INSERT INTO browser_sessions VALUES ({','.join('?' * 10)})", values)
        return row


def cookie(name, value, domain, **changes):
    good = {"path": "/", "expires": -1, "httpOnly": False, "secure": False, "sameSite": "Lax"}
    return {"name": name, "value": value, "domain": domain} | good | changes


def origin(where, **items):
    return {"origin": where, "localStorage": [{"name": name, "value": value} for name, value in items.items()]}
