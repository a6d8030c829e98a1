"""What was ordered, by whom, for how much, and what was answered: one SQLite file that survives
any end of the process.

An order is written before its first byte leaves. One that is neither answered nor forgotten after
that has an unknown outcome, and the ledger promises never to call it new again while it remembers.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kontext_studio.core.errors import BadRequest

_KEPT_DAYS = 40
_LOST_WITHIN_S = 600.0
"""How far the service's time of a run may lie from that of the order."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY,
    client TEXT NOT NULL,
    key TEXT,
    digest BLOB NOT NULL,
    made REAL NOT NULL,
    day TEXT NOT NULL,
    micros INTEGER NOT NULL,
    endpoint TEXT NOT NULL,
    answered INTEGER NOT NULL DEFAULT 0,
    status INTEGER,
    headers TEXT,
    body BLOB,
    UNIQUE (client, key)
);
CREATE INDEX IF NOT EXISTS spent ON orders (client, day);
CREATE INDEX IF NOT EXISTS aged ON orders (made);
CREATE TABLE IF NOT EXISTS addresses (
    upstream TEXT NOT NULL,
    number TEXT NOT NULL,
    url TEXT NOT NULL,
    made REAL NOT NULL,
    PRIMARY KEY (upstream, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS runs (
    upstream TEXT NOT NULL,
    number TEXT NOT NULL,
    client TEXT NOT NULL,
    made REAL NOT NULL,
    PRIMARY KEY (upstream, number, client)
) WITHOUT ROWID;
PRAGMA user_version = 1;
"""


@dataclass(frozen=True, slots=True)
class Order:
    """`key` is the Idempotency-Key, None where the caller gave none."""

    client: str
    key: str | None
    digest: bytes
    micros: int
    endpoint: str


@dataclass(frozen=True, slots=True)
class Begun:
    """Written down; it may be sent."""

    number: int


@dataclass(frozen=True, slots=True)
class Kept:
    """The answer that this order got before; `body` is None where it was too large to keep."""

    status: int
    headers: Mapping[str, str]
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The same order was sent before, by this process or one that is gone."""

    number: int


@dataclass(frozen=True, slots=True)
class OtherOrder:
    """The key came before with another body."""


@dataclass(frozen=True, slots=True)
class OverLimit:
    spent_micros: int


class Ledger:
    """Every method blocks for a disk's write. `clock` tells seconds since 1970."""

    def __init__(
        self, file: Path, *, remember_s: float, clock: Callable[[], float] = time.time
    ) -> None:
        self._remember_s = remember_s
        self._clock = clock
        self._lock = threading.Lock()
        try:
            self._db = _opened(file)
        except (sqlite3.Error, OSError) as fault:
            raise BadRequest(
                f"The proxy's records cannot be opened: {file} ({fault}).",
                hint="Only one proxy can use them at a time.",
            ) from fault

    def begin(
        self, order: Order, limit_micros: int
    ) -> Begun | Kept | Unanswered | OtherOrder | OverLimit:
        """Write an order down, unless it was there before or would pass the client's limit."""
        now = self._clock()
        with self._transaction() as db:
            self._forget_old(db, now)
            if order.key is not None:
                known = self._known(db, order)
                if known is not None:
                    return known
            spent = self._spent(db, order.client, _day(now))
            if order.micros and spent + order.micros > limit_micros:
                return OverLimit(spent)
            row = db.execute(
                "INSERT INTO orders (client, key, digest, made, day, micros, endpoint)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    order.client,
                    order.key,
                    order.digest,
                    now,
                    _day(now),
                    order.micros,
                    order.endpoint,
                ),
            )
            return Begun(row.lastrowid or 0)

    def answered(self, number: int, kept: Kept) -> None:
        """Note the answer of an order; its body is only of use where the order has a key."""
        with self._transaction() as db:
            db.execute(
                "UPDATE orders SET answered = 1, status = ?, headers = ?,"
                " body = CASE WHEN key IS NULL THEN NULL ELSE ? END WHERE id = ?",
                (kept.status, json.dumps(dict(kept.headers)), kept.body, number),
            )

    def forget(self, number: int) -> None:
        """The service certainly did not take it: nothing is counted, and it may come again."""
        with self._transaction() as db:
            db.execute("DELETE FROM orders WHERE id = ?", (number,))

    def spent_micros(self, client: str) -> int:
        """What a client has ordered today; days are those of UTC."""
        with self._transaction() as db:
            return self._spent(db, client, _day(self._clock()))

    def remember_address(self, upstream: str, number: str, url: str) -> None:
        with self._transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO addresses VALUES (?, ?, ?, ?)",
                (upstream, number, url, self._clock()),
            )

    def address(self, upstream: str, number: str) -> str | None:
        with self._transaction() as db:
            row = db.execute(
                "SELECT url FROM addresses WHERE upstream = ? AND number = ?", (upstream, number)
            ).fetchone()
        return None if row is None else str(row[0])

    def remember_run(self, upstream: str, number: str, client: str) -> None:
        """A run or file is this client's own."""
        with self._transaction() as db:
            db.execute(
                "INSERT OR IGNORE INTO runs VALUES (?, ?, ?, ?)",
                (upstream, number, client, self._clock()),
            )

    def is_own(self, upstream: str, number: str, client: str) -> bool:
        with self._transaction() as db:
            return client in _owners(db, upstream, number)

    def may_be_own(self, upstream: str, number: str, client: str, model: str, made: float) -> bool:
        """Whether a run that the service lists is this client's: it is known as such, or nobody's
        and one of the client's orders of that model and time got no answer that tells its number.
        It is the client's from then on."""
        with self._transaction() as db:
            if owners := _owners(db, upstream, number):
                return client in owners
            lost = db.execute(
                "SELECT 1 FROM orders WHERE client = ? AND endpoint IN (?, ?)"
                " AND (answered = 0 OR status >= 300) AND abs(made - ?) <= ?",
                (
                    client,
                    f"{upstream} submit {model}",
                    f"{upstream} create {model}",
                    made,
                    _LOST_WITHIN_S,
                ),
            ).fetchone()
            if number and lost is not None:
                db.execute(
                    "INSERT INTO runs VALUES (?, ?, ?, ?)",
                    (upstream, number, client, self._clock()),
                )
            return bool(number) and lost is not None

    def kept(self, client: str, key: str) -> Kept | Unanswered | None:
        """What was answered to the order of this key, None where there is none."""
        with self._transaction() as db:
            self._forget_old(db, self._clock())
            asked = (
                "SELECT id, answered, status, headers, body FROM orders"
                " WHERE client = ? AND key = ?"
            )
            row = db.execute(asked, (client, key)).fetchone()
        if row is None:
            return None
        number, answered, status, headers, body = row
        if not answered:
            return Unanswered(number)
        return Kept(status, json.loads(headers), None if body is None else bytes(body))

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _known(self, db: sqlite3.Connection, order: Order) -> Kept | Unanswered | OtherOrder | None:
        row = db.execute(
            "SELECT id, digest, answered, status, headers, body FROM orders"
            " WHERE client = ? AND key = ?",
            (order.client, order.key),
        ).fetchone()
        if row is None:
            return None
        number, digest, answered, status, headers, body = row
        if bytes(digest) != order.digest:
            return OtherOrder()
        if not answered:
            return Unanswered(number)
        return Kept(status, json.loads(headers), None if body is None else bytes(body))

    def _spent(self, db: sqlite3.Connection, client: str, day: str) -> int:
        asked = "SELECT coalesce(sum(micros), 0) FROM orders WHERE client = ? AND day = ?"
        return int(db.execute(asked, (client, day)).fetchone()[0])

    def _forget_old(self, db: sqlite3.Connection, now: float) -> None:
        old = now - self._remember_s
        db.execute(
            "UPDATE orders SET key = NULL, body = NULL WHERE made < ? AND key IS NOT NULL", (old,)
        )
        db.execute("DELETE FROM orders WHERE made < ?", (min(old, now - _KEPT_DAYS * 86_400),))
        db.execute("DELETE FROM addresses WHERE made < ?", (old,))
        db.execute("DELETE FROM runs WHERE made < ?", (now - _KEPT_DAYS * 86_400,))


def _owners(db: sqlite3.Connection, upstream: str, number: str) -> frozenset[str]:
    asked = "SELECT client FROM runs WHERE upstream = ? AND number = ?"
    return frozenset(str(row[0]) for row in db.execute(asked, (upstream, number)))


def _opened(file: Path) -> sqlite3.Connection:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))  # SQLite's other files take its mode
    db = sqlite3.connect(file, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        # Held for good: a second proxy would take the orders under way here for lost ones.
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
        if version > 1:
            raise sqlite3.DatabaseError("made by a newer version")
        db.executescript(_SCHEMA)
        db.execute("BEGIN IMMEDIATE")
        db.execute("COMMIT")
    except BaseException:
        db.close()
        raise
    return db


def _day(now: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(now))
