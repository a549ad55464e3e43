"""What earlier turns mean for the next: danger stays in force, and symptoms may arrive in pieces."""

from pathlib import Path
from typing import Any

import re2
import yaml

from assistant.domain import DANGERS, Conversation, Verdict
from assistant.guard.normalising import normalise

PIECES_MAX = 3


class ConversationPolicy:
    """Reads conversation.yaml: the words with which a person says that help has been reached."""

    def __init__(self, path: Path = Path(__file__).parent / "conversation.yaml") -> None:
        data: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
        alternatives = "|".join(f"(?:{pattern})" for pattern in data["help_reached"])
        self._help_reached = re2.compile(rf"\b(?:{alternatives})\b")

    def in_force(self, conversation: Conversation, message: str) -> Verdict | None:
        """The emergency or crisis that an earlier turn raised and that still holds, if any.

        Args:
            conversation: the earlier turns.
            message: the new message, as written.

        Returns:
            The earlier verdict under the rule `conversation.in_force`; None once help has been reached.
        """
        last = conversation.turns[-1].verdict if conversation.turns else None
        if last is None or last.action not in DANGERS or self._help_reached.search(normalise(message)):
            return None
        reason = "an earlier message raised it, and nobody said that help has been reached"
        return Verdict(last.action, "conversation.in_force", reason, last.topic, last.also)

    def joined(self, conversation: Conversation, message: str) -> str | None:
        """The last turns and the message as one text.

        Args:
            conversation: the earlier turns.
            message: the new message, as written.

        Returns:
            At most `PIECES_MAX` turns and the message; None if there are no turns. A turn that raised danger and those
            before it are left out: `in_force` speaks of them, until help has been reached.
        """
        dangers = [number for number, turn in enumerate(conversation.turns, 1) if turn.verdict.action in DANGERS]
        pieces = conversation.turns[max(dangers, default=0) :][-PIECES_MAX:]
        return "\n".join([*(turn.asked for turn in pieces), message]) if pieces else None
