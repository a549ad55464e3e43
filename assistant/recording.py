"""Remembering what was said, with a receipt. Whatever fails here, nobody goes without an answer for it."""

import secrets
from collections.abc import Mapping
from dataclasses import replace

import structlog

from assistant.case import Case, Explanation
from assistant.domain import Conversation, Receipt
from assistant.errors import StoreError, UnknownConversation
from assistant.finding import Found
from assistant.receipts import Difference, compare, write_receipt
from assistant.store import Store

_log = structlog.get_logger()


class Recorder:
    """Keeps turns and receipts in a store."""

    def __init__(self, store: Store, versions: Mapping[str, str]) -> None:
        """Take the store, and the versions of what answers depend on beside their build (code, guard, settings)."""
        self._store = store
        self._versions = versions

    def remembered(self, conversation_id: str | None) -> Conversation:
        """The conversation; a new one if there is none, or if what was said cannot be read."""
        try:
            return self._store.conversation(conversation_id)
        except StoreError as error:
            _log.error("conversation not read", problem=error.problem)
            return Conversation(f"con_{secrets.token_urlsafe(16)}")

    def record(self, case: Case, made: Explanation) -> Explanation:
        """Keep an answer. It comes back with its receipt, or without one if it could not be kept."""
        found = made.found
        answer, receipt = write_receipt(
            made.answer,
            question=case.question,
            conversation=case.conversation,
            screened=made.screened,
            language=case.language,
            made_from=self._made_from(case, found),
            evidence=found.evidence if found else None,
            confidence=found.coverage.confidence if found else None,
        )
        try:
            self._store.add(case.conversation, case.turn(answer, found), receipt)
        except StoreError as error:
            _log.error("answer not recorded", id=answer.id, problem=error.problem)
            return made
        return replace(made, answer=answer)

    def compare(self, receipt: Receipt, case: Case, made: Explanation) -> Difference:
        """Hold a receipt against the answer that its question gets now."""
        found = made.found
        return compare(
            receipt,
            made.answer,
            screened=case.verdict,
            made_from=self._made_from(case, found),
            evidence=found.evidence if found else None,
            confidence=found.coverage.confidence if found else None,
        )

    def receipt(self, id: str) -> Receipt:
        """The receipt with this id, or of the answer with this id.

        Raises:
            UnknownReceipt: there is none (any more).
            StoreError: the database cannot be read.
        """
        return self._store.receipt(id)

    def conversation(self, id: str) -> Conversation:
        """A conversation with its last turns, as it is remembered: redacted.

        Raises:
            UnknownConversation: there is none (any more).
            StoreError: the database cannot be read.
        """
        found = self._store.conversation(id)
        if found.id != id:
            raise _no_conversation()
        return found

    def forget(self, conversation_id: str) -> None:
        """Delete a conversation with its turns and receipts.

        Raises:
            UnknownConversation: there is none (any more).
            StoreError: the database cannot be written.
        """
        if not self._store.delete(conversation_id):
            raise _no_conversation()

    def _made_from(self, case: Case, found: Found | None) -> dict[str, str]:
        """What an answer depends on, by name."""
        corpus = {"corpus": found.workbench.build.corpus_sha256} if found else {}
        return {"build": found.workbench.build.id if found else case.build, **corpus, **self._versions}


def _no_conversation() -> UnknownConversation:
    return UnknownConversation(
        "There is no such conversation.", fix="Take the id from an answer; it may have been deleted, or be too old."
    )
