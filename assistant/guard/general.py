"""Is a message a general question on the method, with nobody in it? Such a question asks for no personal advice."""

from pathlib import Path
from typing import Any, Self

import re2
from yaml import YAMLError

from assistant.errors import GuardError
from assistant.guard.normalising import Message
from ingest.yamlfile import load


class GeneralQuestions:
    """Reads general.yaml: the words that name the method, and those that bring a person in."""

    def __init__(self, method: Any, somebody: Any) -> None:
        self._method = method
        self._somebody = somebody

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the words.

        Args:
            path: general.yaml: `method` and `somebody`, lists of RE2 patterns over normalised words.

        Raises:
            GuardError: the file cannot be read, or a pattern is none.
        """
        try:
            data = load(path.read_text("utf-8"))
            return cls(*(re2.compile(rf"\b(?:{'|'.join(data[name])})\b") for name in ("method", "somebody")))
        except (OSError, UnicodeDecodeError, YAMLError, KeyError, TypeError, re2.error) as error:
            raise GuardError(
                f"{path.name} cannot be read ({type(error).__name__}).", fix="Restore the file."
            ) from error

    def holds(self, message: Message) -> bool:
        """Whether a message names the method and nobody whose body it could be about."""
        return bool(self._method.search(message.text)) and not self._somebody.search(message.text)
