"""The assistant's errors, under the project's one base.

SOTError (ingest.errors)
├── SettingsError          an environment setting is unknown or wrong
├── GuardError             the guard cannot load or run: the service answers 503 with emergency numbers
├── QuestionError          a question that cannot be asked: empty, too long, without words, unknown region
└── UnknownPassage         no passage has this id
"""

from ingest.errors import SOTError

__all__ = ["GuardError", "QuestionError", "SOTError", "SettingsError", "UnknownPassage"]


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
