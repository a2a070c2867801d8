"""Rows of `browser_sessions` as a Python program with SQLAlchemy and `cryptography` stores them, on either database."""

import base64
import datetime
import json
import os
import uuid

import sqlalchemy
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Column, DateTime, Index, LargeBinary, String, Table, UniqueConstraint

from harness.proxy import SESSION_SECRET

metadata = sqlalchemy.MetaData()
TABLE = Table(
    "browser_sessions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("user_id", String(255), nullable=False, index=True),
    Column("name", String(50), nullable=False),
    Column("description", String(500)),
    Column("domains", String(1000), nullable=False),
    Column("storage_state_encrypted", LargeBinary, nullable=False),
    Column("iv", LargeBinary(12), nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    UniqueConstraint("user_id", "name", name="uq_user_session_name"),
    Index("idx_browser_sessions_user_id", "user_id"),
)


def now():
    return datetime.datetime.now(datetime.UTC)


def key_of(user):
    derivation = HKDF(hashes.SHA256(), 32, salt=None, info=f"browser-session:{user}".encode())
    return derivation.derive(base64.b64decode(SESSION_SECRET))


def seal(user, state):
    iv = os.urandom(12)
    return AESGCM(key_of(user)).encrypt(iv, json.dumps(state, separators=(",", ":")).encode(), None), iv


def open_row(row):
    """The state of a row."""
    return json.loads(AESGCM(key_of(row.user_id)).decrypt(row.iv, row.storage_state_encrypted, None))


class Rows:
    """The table at a DATABASE_URL of the service."""

    def __init__(self, url):
        url = url.replace("postgresql://", "postgresql+psycopg://")
        self.engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)

    def create_table(self):
        metadata.create_all(self.engine)

    def add(self, state, user="user_one", name="work", **changes):
        """Seals a state into a row and returns the row's id."""
        ciphertext, iv = seal(user, state)
        row = {
            "id": str(uuid.uuid4()),
            "user_id": user,
            "name": name,
            "domains": "shop.example",
            "storage_state_encrypted": ciphertext,
            "iv": iv,
            "created_at": now(),
            "updated_at": now(),
        } | changes
        with self.engine.begin() as connection:
            connection.execute(TABLE.insert().values(row))
        return row["id"]

    def row(self, identity):
        with self.engine.connect() as connection:
            return connection.execute(TABLE.select().where(TABLE.c.id == identity)).one()

    def all(self):
        with self.engine.connect() as connection:
            return connection.execute(TABLE.select()).all()

    def change(self, identity, **values):
        with self.engine.begin() as connection:
            connection.execute(TABLE.update().where(TABLE.c.id == identity).values(values))


def in_utc(moment):
    """The date in UTC: SQLite returns dates without a zone."""
    return moment.replace(tzinfo=datetime.UTC) if moment.tzinfo is None else moment.astimezone(datetime.UTC)
