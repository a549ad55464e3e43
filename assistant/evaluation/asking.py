"""Asking the cases: each message once, as a person would send it, and what came of it."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from assistant.case import Explanation
from assistant.domain import Answer, Question
from assistant.evaluation.errors import EvaluationError
from assistant.evaluation.figures import Figure, Miss
from assistant.evaluation.sets import DialogueCase, GuardCase, NotCoveredCase, QuestionCase

Step = Callable[[], None]
_MARKER = re.compile(r"\[\d+\]")

AskedCase = TypeVar("AskedCase", QuestionCase, NotCoveredCase, GuardCase)


class Explains(Protocol):
    """What can be asked: the assistant, or a fake."""

    def explain(self, question: Question) -> Explanation:
        """The answer with the work behind it."""
        ...


@dataclass(frozen=True, slots=True)
class OneBuild:
    """An assistant that must go on answering from one build: it would pick up a new one between two questions."""

    assistant: Explains
    build: str

    def explain(self, question: Question) -> Explanation:
        """As the assistant does.

        Raises:
            EvaluationError: the answer came from another build.
        """
        explanation = self.assistant.explain(question)
        if explanation.answer.build != self.build:
            raise EvaluationError(
                f"The build changed from {self.build} to {explanation.answer.build} while it was measured.",
                fix="Run the evaluation again and `sot ingest` before or after it.",
            )
        return explanation


@dataclass(frozen=True, slots=True)
class Outcome(Generic[AskedCase]):
    """A case that was asked, and what came of it."""

    case: AskedCase
    explanation: Explanation

    @property
    def answer(self) -> Answer:
        """What the person got."""
        return self.explanation.answer

    @property
    def sections(self) -> tuple[str, ...]:
        """The sections found, best first; none where nothing was looked up."""
        found = self.explanation.found
        return tuple(candidate.section.id for candidate in found.evidence.candidates) if found else ()


@dataclass(frozen=True, slots=True)
class Played:
    """A dialogue that was played, with the answer to each turn."""

    case: DialogueCase
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """What a scorer gives: figures, and the cases that missed."""

    figures: tuple[Figure, ...]
    misses: tuple[Miss, ...] = ()


def ask_each(assistant: Explains, cases: Iterable[AskedCase], step: Step) -> list[Outcome[AskedCase]]:
    """Ask every case in a conversation of its own.

    Args:
        assistant: what is asked.
        cases: each is asked once, so that no cache of answers can help.
        step: called after each.

    Returns:
        The outcomes in order.
    """
    return list(_asked(assistant, cases, step))


def _asked(assistant: Explains, cases: Iterable[AskedCase], step: Step) -> Iterator[Outcome[AskedCase]]:
    for case in cases:
        text = case.message if isinstance(case, GuardCase) else case.question
        yield Outcome(case, assistant.explain(Question(text, case.audience)))
        step()


def play_each(assistant: Explains, cases: Iterable[DialogueCase], step: Step) -> list[Played]:
    """Play every dialogue in one conversation; later turns are asked whatever came of earlier ones.

    Args:
        assistant: what is asked.
        cases: the dialogues.
        step: called after each turn.

    Returns:
        The dialogues with their answers, in order.
    """
    played = []
    for case in cases:
        answers: list[Answer] = []
        for turn in case.turns:
            conversation = answers[-1].conversation_id if answers else None
            question = Question(turn.message, case.audience, conversation_id=conversation)
            answers.append(assistant.explain(question).answer)
            step()
        played.append(Played(case, tuple(answers)))
    return played


def states(answer: Answer, group: Iterable[str]) -> bool:
    """Whether one of the answer's statements rests on any fact of the group."""
    return bool(frozenset(group) & {fact for statement in answer.statements for fact in statement.facts})


def words(answer: Answer) -> int:
    """The words that a person reads: lead-ins count, markers and bullets do not."""
    return sum(any(map(str.isalnum, word)) for word in _MARKER.sub(" ", answer.text).split())
