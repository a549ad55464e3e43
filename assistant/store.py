"""Conversations, kept in memory for a while. Only redacted text ever gets here."""

import secrets
import threading
from typing import Protocol

from cachetools import TTLCache

from assistant.domain import Conversation, Turn

CONVERSATIONS_MAX = 10_000
IDLE_SECONDS_MAX = 2 * 60 * 60


class Conversations(Protocol):
    """Where conversations are kept."""

    def get(self, id: str | None) -> Conversation:
        """The conversation with this id, or a new one (with a new, unguessable id) if there is none."""
        ...

    def add(self, conversation: Conversation, turn: Turn) -> None:
        """Remember one more turn of a conversation."""
        ...


class MemoryConversations:
    """Conversations of this process: bounded in number, forgotten when idle. Safe to use from several threads."""

    def __init__(self) -> None:
        self._kept: TTLCache[str, Conversation] = TTLCache(CONVERSATIONS_MAX, IDLE_SECONDS_MAX)
        self._lock = threading.Lock()

    def get(self, id: str | None) -> Conversation:
        """See `Conversations.get`. An id we did not give out is never adopted."""
        with self._lock:
            kept = self._kept.get(id) if id else None
        return kept or Conversation(f"con_{secrets.token_urlsafe(16)}")

    def add(self, conversation: Conversation, turn: Turn) -> None:
        """See `Conversations.add`. Turns that came in meanwhile are kept."""
        with self._lock:
            latest = self._kept.get(conversation.id, conversation)
            self._kept[conversation.id] = latest.with_turn(turn)
