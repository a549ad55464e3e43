"""What is remembered: conversations with their turns, and the receipts of answers, in one database.

SQLAlchemy stops here. Only redacted text ever gets here. What is older than the retention is deleted, and deleting a
conversation deletes its turns and receipts with it.
"""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    delete,
    event,
    insert,
    select,
    update,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from assistant.domain import Conversation, Receipt, Turn
from assistant.errors import StoreError, UnknownReceipt

SECONDS_A_DAY = 24 * 60 * 60
# Old conversations are looked for this often at most, by whoever writes next.
SWEEP_SECONDS = 60 * 60
LOCK_SECONDS_MAX = 5
IN_MEMORY = "sqlite://"

_TURN = TypeAdapter(Turn)
_RECEIPT = TypeAdapter(Receipt)

_METADATA = MetaData()
_CONVERSATIONS = Table(
    "conversations",
    _METADATA,
    Column("id", String(64), primary_key=True),
    Column("used_at", Float, nullable=False, index=True),
)
_TURNS = Table(
    "turns",
    _METADATA,
    Column("id", Integer, primary_key=True),  # grows, so it orders a conversation's turns
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("body", Text, nullable=False),
)
_RECEIPTS = Table(
    "receipts",
    _METADATA,
    Column("id", String(64), primary_key=True),
    Column("answer_id", String(64), nullable=False, unique=True),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("body", Text, nullable=False),
)


class Store(Protocol):
    """Where conversations and receipts are kept. Safe to use from several threads."""

    def conversation(self, id: str | None) -> Conversation:
        """The conversation with this id, with its last turns, or a new one (with a new id) if there is none.

        Raises:
            StoreError: the database cannot be read.
        """
        ...

    def add(self, conversation: Conversation, turn: Turn, receipt: Receipt) -> None:
        """Remember one more turn of a conversation, and the receipt of its answer.

        Raises:
            StoreError: the database cannot be written.
        """
        ...

    def delete(self, conversation_id: str) -> bool:
        """Forget a conversation with its turns and receipts; whether there was one.

        Raises:
            StoreError: the database cannot be written.
        """
        ...

    def receipt(self, id: str) -> Receipt:
        """The receipt with this id, or of the answer with this id.

        Raises:
            UnknownReceipt: there is none (any more).
            StoreError: the database cannot be read, or what it holds was altered beyond reading.
        """
        ...


class DatabaseStore:
    """A store in a database that SQLAlchemy can reach. See `Store` for its methods."""

    def __init__(self, url: str, *, retention_days: float, now: Callable[[], float] = time.time) -> None:
        """Open it, with its tables.

        Args:
            url: where, as SQLAlchemy writes it; `IN_MEMORY` is gone with the process, and for one thread.
            retention_days: how long a conversation is kept after its last turn.
            now: the clock, in seconds since 1970.

        Raises:
            StoreError: it cannot be opened.
        """
        self._retention_seconds = retention_days * SECONDS_A_DAY
        self._now = now
        self._next_sweep = 0.0
        self._sweeping = threading.Lock()
        self._engine = _engine(url)
        with self._writing() as connection:
            _METADATA.create_all(connection)

    @classmethod
    def at(cls, home: Path, *, retention_days: float) -> "DatabaseStore":
        """The store of a state folder, in `sot.db`.

        Raises:
            StoreError: it cannot be opened.
        """
        try:
            home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unusable(error) from error
        return cls(f"sqlite:///{home / 'sot.db'}", retention_days=retention_days)

    def conversation(self, id: str | None) -> Conversation:
        """See `Store.conversation`. An id we did not give out is never adopted."""
        if id:
            with self._reading() as connection:
                if self._is_kept(connection, id):
                    return Conversation(id, self._turns(connection, id))
        return Conversation(f"con_{secrets.token_urlsafe(16)}")

    def add(self, conversation: Conversation, turn: Turn, receipt: Receipt) -> None:
        """See `Store.add`. Turns that came in meanwhile are kept."""
        with self._writing() as connection:
            self._sweep(connection)
            used = update(_CONVERSATIONS).where(_CONVERSATIONS.c.id == conversation.id).values(used_at=self._now())
            if not connection.execute(used).rowcount:
                connection.execute(insert(_CONVERSATIONS).values(id=conversation.id, used_at=self._now()))
            body = _TURN.dump_json(turn).decode()
            connection.execute(insert(_TURNS).values(conversation_id=conversation.id, body=body))
            connection.execute(
                insert(_RECEIPTS).values(
                    id=receipt.id,
                    answer_id=receipt.answer_id,
                    conversation_id=conversation.id,
                    body=_RECEIPT.dump_json(receipt).decode(),
                )
            )

    def delete(self, conversation_id: str) -> bool:
        """See `Store.delete`."""
        with self._writing() as connection:
            gone = connection.execute(delete(_CONVERSATIONS).where(_CONVERSATIONS.c.id == conversation_id))
            return gone.rowcount > 0

    def receipt(self, id: str) -> Receipt:
        """See `Store.receipt`."""
        wanted = select(_RECEIPTS.c.body, _RECEIPTS.c.conversation_id).where(
            (_RECEIPTS.c.id == id) | (_RECEIPTS.c.answer_id == id)
        )
        with self._reading() as connection:
            found = connection.execute(wanted).first()
            if found is None or not self._is_kept(connection, found.conversation_id):
                raise UnknownReceipt(
                    f"There is no receipt {id[:80]!r}.",
                    fix="Take the id from an answer; receipts go with their conversation and after the retention.",
                )
            return _RECEIPT.validate_json(found.body)

    def _is_kept(self, connection: Connection, id: str) -> bool:
        """Whether there is such a conversation, used within the retention."""
        kept = select(_CONVERSATIONS.c.id).where(
            _CONVERSATIONS.c.id == id, _CONVERSATIONS.c.used_at >= self._now() - self._retention_seconds
        )
        return connection.execute(kept).first() is not None

    def _turns(self, connection: Connection, id: str) -> tuple[Turn, ...]:
        """A conversation's last turns, oldest first."""
        last = (
            select(_TURNS.c.body)
            .where(_TURNS.c.conversation_id == id)
            .order_by(_TURNS.c.id.desc())
            .limit(Conversation.TURNS_MAX)
        )
        return tuple(_TURN.validate_json(body) for body in reversed(connection.execute(last).scalars().all()))

    def _sweep(self, connection: Connection) -> None:
        """Delete what is older than the retention, if this was not done lately."""
        with self._sweeping:
            if self._now() < self._next_sweep:
                return
            self._next_sweep = self._now() + SWEEP_SECONDS
        old = _CONVERSATIONS.c.used_at < self._now() - self._retention_seconds
        connection.execute(delete(_CONVERSATIONS).where(old))

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _errors_as_ours(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with _errors_as_ours(), self._engine.begin() as connection:
            yield connection


def _engine(url: str) -> Engine:
    """Connections to a database; one in memory lives in a single connection that all share."""
    if not url.startswith("sqlite:"):
        return create_engine(url)
    if url == IN_MEMORY:
        engine = create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
    else:
        engine = create_engine(url, connect_args={"timeout": LOCK_SECONDS_MAX})
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Let readers and a writer work side by side, delete what belongs to a row with it, and leave no word behind."""
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")


@contextmanager
def _errors_as_ours() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, ValidationError) as error:
        raise _unusable(error) from None


def _unusable(error: Exception) -> StoreError:
    """Our error for what a database did; what it says may quote a row, so only its kind is told."""
    return StoreError(
        f"The database of conversations cannot be used ({type(error).__name__}).",
        fix="See that SOT_HOME can be written and has room; if sot.db is damaged, move it away and start again.",
    )
