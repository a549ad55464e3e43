"""What earlier turns mean for the next: danger stays in force, and symptoms or a diagnosis may arrive in pieces."""

import re
from itertools import takewhile
from pathlib import Path
from typing import Any, Self

import re2
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from yaml import YAMLError

from assistant.domain import DANGERS, Action, Conversation, Turn, Verdict
from assistant.errors import GuardError
from assistant.guard.normalising import normalise, read_message
from assistant.guard.rules import bounded
from ingest.yamlfile import load

PIECES_MAX = 3
_INNOCENT = frozenset({Action.ANSWER, Action.NOT_COVERED, Action.SMALLTALK})
_ASKS = re.compile(r"[?؟]|^(?:kya|क्या|هل)\b|[吗嗎]$|\b(?:not|no) a? ?false alarm\b")


class _File(BaseModel):
    """conversation.yaml as written. An empty list would be a pattern that every message meets."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    help_reached: tuple[str, ...] = Field(min_length=1)
    somebody: tuple[str, ...] = Field(min_length=1)


class ConversationPolicy:
    """Words with which a person says that help has been reached, and words that bring somebody's body in."""

    def __init__(self, help_reached: Any, somebody: Any) -> None:
        self._help_reached = help_reached
        self._somebody = somebody

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read conversation.yaml: `help_reached` and `somebody`, lists of RE2 patterns over normalised text.

        Raises:
            GuardError: the file cannot be read, or a pattern is none.
        """
        try:
            data = _File.model_validate(load(path.read_text("utf-8")))
            return cls(*(re2.compile("|".join(map(bounded, words))) for words in (data.help_reached, data.somebody)))
        except (OSError, UnicodeDecodeError, YAMLError, ValidationError, re2.error) as error:
            raise GuardError(
                f"{path.name} cannot be read ({type(error).__name__}).", fix="Restore the file."
            ) from error

    def in_force(self, conversation: Conversation, message: str) -> Verdict | None:
        """The emergency or crisis that an earlier turn raised and that still holds, if any.

        Args:
            conversation: the earlier turns.
            message: the new message, as written.

        Returns:
            The earlier verdict, as sure as it was, under the rule `conversation.in_force`; None once help has been
            reached.
        """
        last = conversation.turns[-1].verdict if conversation.turns else None
        if last is None or last.action not in DANGERS or self.beside_help(conversation, message) is not None:
            return None
        reason = "an earlier message raised it, and nobody said that help has been reached"
        return Verdict(last.action, "conversation.in_force", reason, last.topic, last.also, last.sure)

    def beside_help(self, conversation: Conversation, message: str) -> str | None:
        """What a message says besides that help is there, or that there was no danger.

        "The ambulance is here" sounds like danger and says that it has been seen to; what stands beside it may be a new
        one ("false alarm, but now she has swallowed bleach").

        Args:
            conversation: the earlier turns.
            message: the new message, as written.

        Returns:
            The rest of the message, normalised, perhaps empty; None if the last turn raised no danger or the message
            does not say so. A sentence that asks ("is the ambulance here?") says nothing.
        """
        if not conversation.turns or conversation.turns[-1].verdict.action not in DANGERS:
            return None
        sentences = read_message(message).sentences
        rest = [sentence if _ASKS.search(sentence) else self._help_reached.sub("", sentence) for sentence in sentences]
        return " ".join(rest) if tuple(rest) != sentences else None

    def joined(self, conversation: Conversation, message: str) -> str | None:
        """The last turns and the message as one text.

        Args:
            conversation: the earlier turns.
            message: the new message, as written.

        Returns:
            At most `PIECES_MAX` turns and the message; None if there are no turns. A turn that raised danger and those
            before it are left out: `in_force` speaks of them, until help has been reached.
        """
        return _text(_until(conversation, lambda turn: turn.verdict.action not in DANGERS), message)

    def leading_up_to(self, conversation: Conversation, message: str) -> str | None:
        """The last innocent turns and a message about somebody, as one text.

        Args:
            conversation: the earlier turns.
            message: the new message, as written.

        Returns:
            At most `PIECES_MAX` turns and the message; None if there is no innocent turn before it or the message is
            about nobody. What was refused is left out: after a refusal an honest question is answered.
        """
        if not self._somebody.search(normalise(message)):
            return None
        innocent = _until(conversation, lambda turn: turn.verdict.action in _INNOCENT)
        return _text(tuple(turn for turn in innocent if turn.verdict.action is not Action.SMALLTALK), message)


def _until(conversation: Conversation, holds: Any) -> tuple[Turn, ...]:
    """The last turns for which something holds, oldest first."""
    return tuple(reversed(list(takewhile(holds, reversed(conversation.turns)))))


def _text(turns: tuple[Turn, ...], message: str) -> str | None:
    return "\n".join([*(turn.asked for turn in turns[-PIECES_MAX:]), message]) if turns else None
