"""The tables, as numbered migrations that each run once; a released migration never changes."""

from __future__ import annotations

import sqlite3

from functions.errors import StoreUnavailable
from functions.storage.sqlite.named_files import name_anew

# Summaries hold a guard through a partial unique index: withdrawing or voiding releases it without another statement.
# The three indexes named newest end in the columns that lists filter by, so that a filter reads no rows that it drops.
_RECORDS = """
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    form TEXT NOT NULL,
    type TEXT NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    previous TEXT NOT NULL,
    body_digest TEXT NOT NULL,
    digest TEXT NOT NULL,
    salt BLOB,
    body BLOB,
    UNIQUE (number, sequence)
) STRICT;

CREATE TABLE summaries (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    form TEXT NOT NULL,
    form_digest TEXT NOT NULL,
    period TEXT NOT NULL,
    unit_name TEXT NOT NULL,
    unit_sought TEXT NOT NULL,
    uscc TEXT NOT NULL,
    submitted_at TEXT NOT NULL,
    due TEXT NOT NULL,
    timeliness TEXT NOT NULL,
    status TEXT NOT NULL,
    version INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    guard TEXT NOT NULL,
    holds INTEGER NOT NULL,
    warnings TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX guard_held ON summaries (guard) WHERE holds = 1;
CREATE INDEX guard_not_held ON summaries (guard) WHERE holds = 0;
CREATE INDEX newest ON summaries (submitted_at, number, period, timeliness, status);
CREATE INDEX newest_of_form ON summaries (form, submitted_at, number, timeliness, status);
CREATE INDEX newest_of_period ON summaries (form, period, submitted_at, number, timeliness, status);

CREATE TABLE words (
    id INTEGER PRIMARY KEY,
    words TEXT NOT NULL
) STRICT;

CREATE TABLE idempotency (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    request TEXT NOT NULL,
    answer BLOB NOT NULL
) STRICT;

CREATE TABLE probe (
    id INTEGER PRIMARY KEY,
    writes INTEGER NOT NULL
) STRICT;
INSERT INTO probe VALUES (1, 0);
"""

_STAFF = """
CREATE TABLE accounts (
    name TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    must_change_password INTEGER NOT NULL,
    disabled INTEGER NOT NULL,
    created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    csrf TEXT NOT NULL,
    created_at TEXT NOT NULL,
    seen_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_account ON sessions (account);

CREATE TABLE attempts (
    key TEXT PRIMARY KEY,
    count INTEGER NOT NULL,
    since TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

_SECOND_FACTOR = """
ALTER TABLE accounts ADD COLUMN totp_secret TEXT;
ALTER TABLE accounts ADD COLUMN totp_step INTEGER;
ALTER TABLE accounts ADD COLUMN totp_since TEXT;
ALTER TABLE accounts ADD COLUMN recovery TEXT;
ALTER TABLE accounts ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN client TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
"""

# An entry's `about` is the number of its filing, copied from its body for the search. A seal's marks are the newest
# event and entry covered by it or by an earlier seal.
_PROOF = """
CREATE TABLE trail (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL,
    sequence INTEGER NOT NULL UNIQUE,
    form TEXT NOT NULL,
    type TEXT NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    previous TEXT NOT NULL,
    body_digest TEXT NOT NULL,
    digest TEXT NOT NULL,
    salt BLOB,
    body BLOB,
    about TEXT NOT NULL
) STRICT;
CREATE INDEX trail_of_actor ON trail (actor, sequence);
CREATE INDEX trail_of_type ON trail (type, sequence);
CREATE INDEX trail_about ON trail (about, sequence);

CREATE TABLE seals (
    seal INTEGER PRIMARY KEY,
    token TEXT NOT NULL,
    last_event INTEGER NOT NULL,
    last_entry INTEGER NOT NULL
) STRICT;

CREATE TABLE sealed (
    digest BLOB PRIMARY KEY,
    seal INTEGER NOT NULL,
    position INTEGER NOT NULL,
    number TEXT NOT NULL,
    sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tiles (
    id INTEGER PRIMARY KEY,
    seal INTEGER NOT NULL,
    level INTEGER NOT NULL,
    place INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    UNIQUE (seal, level, place)
) STRICT;
"""

# Few filings wait for an officer, however large the table is: the index holds only those.
_REVIEW = """
ALTER TABLE summaries ADD COLUMN approved_by TEXT NOT NULL DEFAULT '';
ALTER TABLE summaries ADD COLUMN correction_due TEXT NOT NULL DEFAULT '';
ALTER TABLE summaries ADD COLUMN received_on TEXT NOT NULL DEFAULT '';
CREATE INDEX waiting ON summaries (submitted_at, number, approved_by) WHERE status = 'submitted';
"""

_TRAIL_TIMES = """
CREATE INDEX trail_at ON trail (at, sequence);
"""

# By event, so that an erasure and a check find the files that it names; by digest, so that a sweep finds whether any
# event names a file.
_NAMED = """
CREATE TABLE named (
    number TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (number, sequence, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX named_digest ON named (digest);
"""

# Chains beside the filings. A seal's third mark is the newest of their events covered by it or by an earlier seal.
_LEDGER = """
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    form TEXT NOT NULL,
    type TEXT NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    previous TEXT NOT NULL,
    body_digest TEXT NOT NULL,
    digest TEXT NOT NULL,
    salt BLOB,
    body BLOB,
    UNIQUE (number, sequence)
) STRICT;
ALTER TABLE seals ADD COLUMN last_step INTEGER NOT NULL DEFAULT 0;
"""

_FIRST_ANSWERS = """
CREATE TABLE first_answers (
    key TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    until TEXT NOT NULL,
    answer TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX first_answers_until ON first_answers (until);
"""

# Answers under idempotency keys expire 30 days after they were given, those of filings without a guard never.
_ANSWERS_END = """
ALTER TABLE idempotency ADD COLUMN at TEXT NOT NULL DEFAULT '~';
UPDATE idempotency SET at = ifnull((SELECT iif(holds = 0, '~', submitted_at) FROM summaries WHERE number =
    iif(json_valid(CAST(answer AS TEXT)), json_extract(CAST(answer AS TEXT), '$.number'), '')), '~');
CREATE INDEX idempotency_at ON idempotency (at);
"""

# What obligations see of each filing after each of its steps, so that nobody has to read all events for it. Rows never
# change: one that replaces another comes with a later id.
_FILED = """
CREATE TABLE filed (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL,
    line BLOB NOT NULL
) STRICT;
"""

STEPS = (
    _RECORDS,
    _STAFF,
    _SECOND_FACTOR,
    _PROOF,
    _REVIEW,
    _TRAIL_TIMES,
    _NAMED,
    _LEDGER,
    _FIRST_ANSWERS,
    _ANSWERS_END,
    _FILED,
)
# Fills a migration's new tables from existing data.
_FILL = {_NAMED: name_anew}


def migrate(connection: sqlite3.Connection) -> None:
    """Migrate the database to the newest version; StoreUnavailable when a newer program has written it."""
    if _version(connection) == len(STEPS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Read again: another process may have migrated while this one waited.
        version = _version(connection)
        if version > len(STEPS):
            raise StoreUnavailable(
                f"数据是更新的程序写的（第 {version} 版），本程序只认到第 {len(STEPS)} 版。请改用新版程序；数据没有改动"
            )
        for step in STEPS[version:]:
            for statement in step.split(";\n"):
                connection.execute(statement)
            if step in _FILL:
                _FILL[step](connection)
        connection.execute(f"PRAGMA user_version = {len(STEPS)}")
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version
