"""A question on its way to an answer, once the guard has read it."""

from collections.abc import Callable
from dataclasses import dataclass

from assistant.domain import Action, Answer, Conversation, Question, Turn, Verdict
from assistant.finding import Found
from assistant.guard.kinds import TODAY
from assistant.workbench import Workbench

_REPLY_ONLY = frozenset({Action.EMERGENCY, Action.CRISIS, Action.SMALLTALK, Action.OFF_TOPIC})


@dataclass(frozen=True, slots=True)
class Case:
    """A redacted question in its conversation, the id of its answer, the guard's verdict, the language it is in.

    `build` is the id of the build that serves it, and `bench` opens that build when something is looked up.
    """

    id: str
    question: Question
    conversation: Conversation
    verdict: Verdict
    language: str
    build: str
    bench: Callable[[], Workbench]

    @property
    def needs_the_corpus(self) -> bool:
        """Whether more than the reply may be said. What a doctor should see today, and a plain attack, get no more."""
        verdict = self.verdict
        if verdict.action is Action.REFUSE_INJECTION and verdict.sure:
            return False
        return verdict.action not in _REPLY_ONLY and verdict.topic != TODAY

    def turn(self, answer: Answer, found: Found | None) -> Turn:
        """What is remembered of the exchange: redacted text, how it was read, what answered it."""
        asked = self.question.text
        if found is None:
            return Turn(asked, asked, answer.verdict)
        stated = answer.statements or answer.conflicts
        sections = [candidate.section.id for candidate in found.evidence.candidates[:3]] if stated else []
        return Turn(asked, found.query.text, answer.verdict, tuple(sections))


@dataclass(frozen=True, slots=True)
class Explanation:
    """An answer with the work behind it. `found` is None where nothing was looked up (an emergency, small talk)."""

    answer: Answer
    screened: Verdict
    found: Found | None
