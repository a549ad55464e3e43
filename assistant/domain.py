"""The nouns of one conversation, from Question to Answer. No framework, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import ClassVar

from ingest.documents import Ask, Audience, Passage, Review, Section, Source, Statement, Voice


class Action(StrEnum):
    """What the assistant does with a message, most urgent first: if several fit, the first wins."""

    EMERGENCY = "emergency"
    CRISIS = "crisis"
    REFUSE_INJECTION = "refuse_injection"
    REFUSE_TREATMENT = "refuse_treatment"
    REFUSE_DIAGNOSIS = "refuse_diagnosis"
    OFF_TOPIC = "off_topic"
    SMALLTALK = "smalltalk"
    NOT_COVERED = "not_covered"
    ANSWER = "answer"

    @property
    def precedence(self) -> int:
        """0 for the most urgent action."""
        return list(Action).index(self)


DANGERS = frozenset({Action.EMERGENCY, Action.CRISIS})
REFUSALS = frozenset({Action.REFUSE_INJECTION, Action.REFUSE_TREATMENT, Action.REFUSE_DIAGNOSIS})


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks, as they wrote it. Only screening may read `text`; later steps see the redacted form."""

    text: str
    audience: Audience = Audience.PATIENT
    region: str = "US"
    conversation_id: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision on a message: the action, the rule that led to it, and why in one line without message text.

    `also` names further actions that fit (a crisis beside an emergency shows both kinds of contacts);
    `topic` picks the reply template (for example `stroke`), if the rule names one. `sure` is false between the
    thresholds: the reply then allows for a mistake. `doubt` is an action that the guard leans to and leaves to what the
    corpus holds.
    """

    action: Action
    rule: str
    reason: str
    topic: str | None = None
    also: frozenset[Action] = frozenset()
    sure: bool = True
    doubt: Action | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """A number to call, for a region."""

    service: str
    number: str
    region: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the assistant says instead of, or before, statements: a template's text and the contacts under it.

    `offer` is a question that can be answered instead.
    """

    text: str
    contacts: tuple[Contact, ...] = ()
    offer: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A section the retriever found, with the features that ranked it (each 0-1), the fused score, and its asks.

    `asks` are nearest first.
    """

    section: Section
    score: float
    features: Mapping[str, float]
    asks: tuple[Ask, ...] = ()

    @property
    def is_of_clinic(self) -> bool:
        """Whether a clinic's own document holds it."""
        return next(self.section.statements).voice is Voice.CLINIC and not next(self.section.statements).facts


@dataclass(frozen=True, slots=True)
class ScoredStatement:
    """A statement with its cosine similarity to the question.

    `told` is the similarity of the question to the nearest ask that the statement is known to answer, 0 if there is
    none.
    """

    statement: Statement
    similarity: float
    told: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found for a query: sections and statements, best first.

    `ask` and `gap` are the similarities of the nearest ask and of the nearest question that the corpus is known not to
    answer, 0 if there is none.
    """

    query: str
    candidates: tuple[Candidate, ...] = ()
    statements: tuple[ScoredStatement, ...] = ()
    ask: float = 0.0
    gap: float = 0.0

    def clinic_first(self) -> "Evidence":
        """The same, with what a clinic's own documents hold before everything else."""
        return replace(self, candidates=tuple(sorted(self.candidates, key=lambda one: not one.is_of_clinic)))


@dataclass(frozen=True, slots=True)
class Citation:
    """A quoted span of a Passage: `passage.text[start:end] == quote`, counted in code points."""

    marker: int
    passage: Passage
    document: str
    title: str
    heading: tuple[str, ...]
    quote: str
    start: int
    end: int
    facts: tuple[str, ...]
    voice: Voice
    strength: str | None
    review: Review
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class StatedSentence:
    """A sentence the answer states, and the markers of the citations that carry it."""

    text: str
    citations: tuple[int, ...]
    facts: tuple[str, ...]
    voice: Voice
    strength: str | None


@dataclass(frozen=True, slots=True)
class ConflictSide:
    """One side of a shown conflict, quoted."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ShownConflict:
    """Sources that differ, side by side."""

    id: str
    about: str
    sides: tuple[ConflictSide, ...]
    comment: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person gets. `text` is statements, lead-ins, reply templates and conflict lines, and nothing else."""

    id: str
    conversation_id: str
    language: str
    verdict: Verdict
    text: str
    build: str
    about: str | None = None
    statements: tuple[StatedSentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    conflicts: tuple[ShownConflict, ...] = ()
    contacts: tuple[Contact, ...] = ()
    suggestions: tuple[str, ...] = ()
    receipt: str | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange as it is remembered: redacted text, the standalone query it was read as, and what answered it."""

    asked: str
    query: str
    verdict: Verdict
    sections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """The last turns of one exchange, oldest first, bounded by `TURNS_MAX`."""

    TURNS_MAX: ClassVar[int] = 12

    id: str
    turns: tuple[Turn, ...] = ()

    def with_turn(self, turn: Turn) -> "Conversation":
        """This conversation with one more turn, the oldest dropped beyond the bound."""
        return Conversation(self.id, (*self.turns, turn)[-self.TURNS_MAX :])


@dataclass(frozen=True, slots=True)
class Weighed:
    """How a section stood when an answer was made: its score, and the features (0-1) behind it."""

    section: str
    score: float
    features: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an answer was made from; given the build it names, the same answer can be made again.

    `question` holds redacted text; `conversation` is as it stood before, `screened` the guard's verdict on the message
    as written. `made_from` names build, corpus, guard, code and settings. `sha256` is over the answer's bytes.
    """

    id: str
    answer_id: str
    at: str
    question: Question
    conversation: Conversation
    screened: Verdict
    language: str
    made_from: Mapping[str, str]
    weighed: tuple[Weighed, ...]
    confidence: float | None
    verdict: Verdict
    text: str
    sha256: str
    timings_ms: Mapping[str, float]
