"""Conversations and receipts are kept redacted, for a while, and forgotten whole; a broken database says so."""

import sqlite3
import threading
from pathlib import Path

import pytest

from assistant.domain import Action, Conversation, Question, Receipt, Turn, Verdict
from assistant.errors import StoreError, UnknownReceipt
from assistant.store import SECONDS_A_DAY, DatabaseStore

VERDICT = Verdict(Action.EMERGENCY, "test.rule", "a test", "stroke", frozenset({Action.CRISIS}), False, None)


class Clock:
    """A clock that stands still until it is set forward."""

    def __init__(self) -> None:
        self.seconds = 1_000_000.0

    def __call__(self) -> float:
        """Seconds since 1970."""
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    """A clock of the test's own."""
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> DatabaseStore:
    """An empty store on disk that keeps two days."""
    return DatabaseStore(f"sqlite:///{tmp_path / 'sot.db'}", retention_days=2, now=clock)


def _turn(asked: str) -> Turn:
    return Turn(asked, asked.upper(), VERDICT, ("blocks#overview",))


def _receipt(conversation: Conversation, number: int = 0) -> Receipt:
    return Receipt(
        id=f"rcp_{conversation.id}{number}",
        answer_id=f"ans_{conversation.id}{number}",
        at="2026-12-01T00:00:00+00:00",
        question=Question("what are blocks?"),
        conversation=conversation,
        screened=VERDICT,
        language="en",
        made_from={"build": "b"},
        weighed=(),
        confidence=0.5,
        verdict=VERDICT,
        text="text",
        sha256="0",
        timings_ms={"total": 1.5},
    )


def _kept(store: DatabaseStore, turns: int = 1) -> Conversation:
    conversation = store.conversation(None)
    for number in range(turns):
        store.add(conversation, _turn(f"turn {number}"), _receipt(conversation, number))
    return conversation


def test_a_conversation_comes_back_as_it_was_from_another_process(store: DatabaseStore, tmp_path: Path) -> None:
    """Verdicts whole, sets included, the last twelve turns in their order."""
    kept = _kept(store, turns=14)
    reopened = DatabaseStore.at(tmp_path, retention_days=36500)
    found = reopened.conversation(kept.id)
    assert [turn.asked for turn in found.turns] == [f"turn {number}" for number in range(2, 14)]
    assert found.turns[0] == _turn("turn 2")
    assert reopened.receipt(f"rcp_{kept.id}3") == reopened.receipt(f"ans_{kept.id}3") == _receipt(kept, 3)


def test_an_id_that_was_not_given_out_is_not_adopted(store: DatabaseStore) -> None:
    """Nobody chooses an id, and two are never the same."""
    assert store.conversation("con_guess").id not in {"con_guess", store.conversation(None).id}


def test_deleting_a_conversation_leaves_no_turn_no_receipt_and_no_word_on_the_disk(
    store: DatabaseStore, tmp_path: Path
) -> None:
    """Another conversation stays."""
    gone, stays = _kept(store), _kept(store)
    store.add(gone, _turn("zanzibarian secret"), _receipt(gone, 9))
    assert store.delete(gone.id)
    assert not store.delete(gone.id)
    assert store.conversation(gone.id).id != gone.id
    for number in (0, 9):
        with pytest.raises(UnknownReceipt):
            store.receipt(f"rcp_{gone.id}{number}")
    assert store.conversation(stays.id).turns
    connection = sqlite3.connect(tmp_path / "sot.db")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    assert b"zanzibarian" not in (tmp_path / "sot.db").read_bytes()


def test_what_is_older_than_the_retention_is_neither_read_nor_kept(store: DatabaseStore, clock: Clock) -> None:
    """Each turn begins it anew; the sweep comes with the next writing."""
    old = _kept(store)
    clock.seconds += 1.5 * SECONDS_A_DAY
    store.add(old, _turn("again"), _receipt(old, 1))
    clock.seconds += 1.5 * SECONDS_A_DAY
    assert len(store.conversation(old.id).turns) == 2
    clock.seconds += 1 * SECONDS_A_DAY
    assert store.conversation(old.id).id != old.id
    with pytest.raises(UnknownReceipt):
        store.receipt(f"rcp_{old.id}0")
    _kept(store)
    assert not store.delete(old.id)


def test_many_people_at_once_lose_no_turn(store: DatabaseStore) -> None:
    """Also in one conversation."""
    shared = _kept(store)

    def write(name: int) -> None:
        for number in range(5):
            store.add(shared, _turn(f"{name} {number}"), _receipt(Conversation(f"{name}-{number}"), 0))

    # Receipts belong to the conversation that they were added with.
    threads = [threading.Thread(target=write, args=(name,)) for name in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.conversation(shared.id).turns) == 11


def test_a_file_that_is_no_database_is_an_error_with_a_fix(tmp_path: Path) -> None:
    """What it holds is not told."""
    (tmp_path / "sot.db").write_text("somebody's words " * 100)
    with pytest.raises(StoreError, match="move it away") as raised:
        DatabaseStore.at(tmp_path, retention_days=1)
    assert "somebody" not in str(raised.value)


@pytest.mark.parametrize("body", ["{}", '{"asked": 7}', "not JSON: somebody's words"])
def test_a_row_that_was_altered_is_an_error_and_never_an_answer(
    body: str, store: DatabaseStore, tmp_path: Path
) -> None:
    """Stored text is checked when it is read."""
    kept = _kept(store)
    connection = sqlite3.connect(tmp_path / "sot.db")
    for table in ("turns", "receipts"):
        connection.execute(f"UPDATE {table} SET body = ?", (body,))
    connection.commit()
    connection.close()
    for read in (lambda: store.conversation(kept.id), lambda: store.receipt(f"rcp_{kept.id}0")):
        with pytest.raises(StoreError) as raised:
            read()
        assert "somebody" not in str(raised.value)
