"""The nouns of the corpus. Plain values, no I/O, no framework.

A `Fact` is a sourced claim. A `Document` holds `Section`s, a Section holds `Passage`s (the quotable slices), a Passage
holds `Statement`s (one sentence each, by span). An `Ask` is a way people ask for a Section. A `Conflict` names facts
that disagree. All offsets count Unicode code points.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property


class Audience(StrEnum):
    """Who asks. A form of answer, not a privilege."""

    PATIENT = "patient"
    STUDENT = "student"
    STAFF = "staff"


class Voice(StrEnum):
    """Who says it."""

    ARTICLE = "article"
    TEACHING = "teaching"
    RESEARCH = "research"
    AUTHORITY = "authority"
    CLINIC = "clinic"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact comes from."""

    title: str
    publisher: str | None = None
    year: int | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One sourced claim in our own words."""

    id: str
    claim: str
    topic: str
    kind: str
    voice: Voice
    source: Source
    strength: str | None = None
    conflicts: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """Whether a named clinician has signed a document, and when it is due again."""

    status: str
    by: str | None = None
    on: date | None = None
    next: date | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of a Passage: its span, the facts it rests on (a clinic's needs none), and whose voice it is."""

    id: str
    start: int
    end: int
    text: str
    facts: tuple[str, ...]
    voice: Voice
    strength: str | None
    line: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A quotable slice of a Section: plain text without markup or marks."""

    id: str
    text: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A headed part of a Document, for some audiences."""

    id: str
    heading: tuple[str, ...]
    audiences: tuple[Audience, ...]
    passages: tuple[Passage, ...]
    line: int

    @property
    def statements(self) -> Iterator[Statement]:
        """The statements in reading order."""
        return (statement for passage in self.passages for statement in passage.statements)


@dataclass(frozen=True, slots=True)
class Document:
    """A curated text, or a clinic's own: its title, review status and sections.

    `source` is what a statement without facts rests on: the clinic's file. A curated document has none.
    """

    id: str
    title: str
    review: Review
    sections: tuple[Section, ...]
    file: str
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A way people ask for a Section. `facts` are what its answer rests on, the best first."""

    id: str
    section: str
    text: str
    audience: Audience
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that sounds like a Section and that no Document answers."""

    id: str
    section: str
    text: str
    audience: Audience


@dataclass(frozen=True, slots=True)
class Conflict:
    """Facts that disagree: each side is a group of facts that say the same."""

    id: str
    about: str
    sides: tuple[tuple[str, ...], ...]
    comment: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Term:
    """A glossary entry: the term, what people write instead, its meaning."""

    term: str
    means: str
    aliases: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clinic:
    """The clinic that runs the assistant: its name, its region (ISO 3166), how to reach it, when it is open."""

    name: str
    region: str | None = None
    contacts: tuple[tuple[str, str], ...] = ()
    hours: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage stands: its document and section."""

    document: Document
    section: Section
    passage: Passage


@dataclass(frozen=True)
class Corpus:
    """Everything the assistant may quote, with look-ups by id. Ids are unique across the corpus."""

    facts: Mapping[str, Fact]
    documents: tuple[Document, ...]
    asks: tuple[Ask, ...] = ()
    gaps: tuple[Gap, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    glossary: tuple[Term, ...] = field(default=())

    @cached_property
    def places(self) -> Mapping[str, Place]:
        """Passage id → where it stands."""
        return {
            passage.id: Place(document, section, passage)
            for document in self.documents
            for section in document.sections
            for passage in section.passages
        }

    @cached_property
    def sections(self) -> Mapping[str, Section]:
        """Section id → Section."""
        return {section.id: section for document in self.documents for section in document.sections}

    @cached_property
    def asks_of_section(self) -> Mapping[str, tuple[Ask, ...]]:
        """Section id → the ways in which people ask for it; a section nobody wrote asks for is left out."""
        found: dict[str, list[Ask]] = {}
        for ask in self.asks:
            found.setdefault(ask.section, []).append(ask)
        return {section: tuple(asks) for section, asks in found.items()}

    @cached_property
    def answers_of_ask(self) -> Mapping[str, tuple[Statement, ...]]:
        """Ask id → the statements of its section that rest on its facts, in the order of those."""
        return {
            ask.id: tuple(dict.fromkeys(s for fact in ask.facts for s in self._stated_in(ask.section, fact)))
            for ask in self.asks
        }

    def _stated_in(self, section: str, fact: str) -> tuple[Statement, ...]:
        return tuple(statement for statement in self.sections[section].statements if fact in statement.facts)

    @cached_property
    def statements(self) -> Mapping[str, Statement]:
        """Statement id → Statement."""
        return {statement.id: statement for place in self.places.values() for statement in place.passage.statements}

    @cached_property
    def statements_of_fact(self) -> Mapping[str, tuple[Statement, ...]]:
        """Fact id → the statements that rest on it, in reading order."""
        found: dict[str, list[Statement]] = {}
        for statement in self.statements.values():
            for fact in statement.facts:
                found.setdefault(fact, []).append(statement)
        return {fact: tuple(statements) for fact, statements in found.items()}

    @cached_property
    def conflicts_of_fact(self) -> Mapping[str, tuple[Conflict, ...]]:
        """Fact id → the conflicts it is a side of."""
        found: dict[str, list[Conflict]] = {}
        for conflict in self.conflicts:
            for fact in {fact for side in conflict.sides for fact in side}:
                found.setdefault(fact, []).append(conflict)
        return {fact: tuple(conflicts) for fact, conflicts in found.items()}

    @cached_property
    def place_of_statement(self) -> Mapping[str, Place]:
        """Statement id → where it stands."""
        return {statement.id: place for place in self.places.values() for statement in place.passage.statements}
