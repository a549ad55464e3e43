"""The assistant's errors, under the project's one base.

SOTError (ingest.errors)
├── SettingsError          an environment setting is unknown or wrong
├── GuardError             the guard cannot load or run: the service answers 503 with emergency numbers
├── QuestionError          a question that cannot be asked: empty, too long, without words, unknown region
├── StoreError             the database of conversations and receipts cannot be used
├── UnknownConversation    no conversation has this id (any more)
├── UnknownReceipt         no receipt has this id (any more)
└── UnknownPassage         no passage has this id
"""

from ingest.errors import SOTError

__all__ = [
    "GuardError",
    "QuestionError",
    "SOTError",
    "SettingsError",
    "StoreError",
    "UnknownConversation",
    "UnknownPassage",
    "UnknownReceipt",
]


class SettingsError(SOTError):
    """A `SOT_*` setting is unknown or has a value that cannot be used."""


class GuardError(SOTError):
    """The guard cannot load or run. Nothing may be answered without it."""


class QuestionError(SOTError):
    """A question that cannot be asked as it stands. `field` names the part of the request that is wrong."""

    def __init__(self, problem: str, *, fix: str, field: str = "question") -> None:
        super().__init__(problem, fix=fix)
        self.field = field


class UnknownPassage(SOTError):
    """No passage has this id in the build that is served."""


class StoreError(SOTError):
    """The database of conversations and receipts cannot be read or written."""


class UnknownConversation(SOTError):
    """No conversation has this id, or it was deleted."""


class UnknownReceipt(SOTError):
    """No receipt has this id, or it was deleted with its conversation."""
