"""What a document and a section hold, counted."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from ingest.documents import Audience, Corpus, Document, Section, Statement, Voice
from ingest.health.readability import grade
from ingest.report.figures import Figures


class ReviewFigures(Figures):
    """Where a document's review stands."""

    status: str
    by: str | None
    on: date | None
    next: date | None
    overdue: bool


class SectionFigures(Figures):
    """A section: how long it is, how it reads to patients, and how it is asked for."""

    id: str
    heading: str
    document: str
    audiences: tuple[Audience, ...]
    statements: int
    grade: float | None
    asks: dict[Audience, int]

    @property
    def all_asks(self) -> int:
        """Its asks, whoever asks."""
        return sum(self.asks.values())

    @property
    def unasked(self) -> tuple[Audience, ...]:
        """Those it is written for who have no ask of their own."""
        return tuple(audience for audience in self.audiences if not self.asks[audience])


class DocumentFigures(Figures):
    """A document: whose sentences it holds and how strong they are, and what is disputed in it."""

    id: str
    title: str
    review: ReviewFigures
    sections: int
    statements: int
    voices: dict[Voice, int]
    strengths: dict[str, int]
    asks: dict[Audience, int]
    facts: int
    conflicts: tuple[str, ...]


class ConflictFigures(Figures):
    """A conflict, and the documents that state a side of it."""

    id: str
    about: str
    sides: int
    documents: tuple[str, ...]


def sections(corpus: Corpus) -> Iterator[SectionFigures]:
    """Count each section, in reading order."""
    for document in corpus.documents:
        for section in document.sections:
            yield SectionFigures(
                id=section.id,
                heading=section.heading[-1],
                document=document.title,
                audiences=section.audiences,
                statements=len(tuple(section.statements)),
                grade=round(grade(section, corpus), 1) if Audience.PATIENT in section.audiences else None,
                asks=_asks(corpus, [section]),
            )


def documents(corpus: Corpus, today: date) -> Iterator[DocumentFigures]:
    """Count each document, in the order of ids.

    Args:
        corpus: what to count.
        today: the day on which reviews are due or not.
    """
    for document in corpus.documents:
        statements = [statement for section in document.sections for statement in section.statements]
        facts = {fact for statement in statements for fact in statement.facts}
        yield DocumentFigures(
            id=document.id,
            title=document.title,
            review=_review(document, today),
            sections=len(document.sections),
            statements=len(statements),
            voices=_voices(statements),
            strengths=dict(Counter(one.strength for one in statements if one.strength).most_common()),
            asks=_asks(corpus, document.sections),
            facts=len(facts),
            conflicts=tuple(conflict.id for conflict in corpus.conflicts if facts & set().union(*conflict.sides)),
        )


def conflicts(corpus: Corpus) -> Iterator[ConflictFigures]:
    """Each conflict with the documents that state it, in the order of the ledger."""
    for conflict in corpus.conflicts:
        stating = [
            corpus.place_of_statement[statement.id].document.title
            for side in conflict.sides
            for fact in side
            for statement in corpus.statements_of_fact.get(fact, ())
        ]
        yield ConflictFigures(
            id=conflict.id,
            about=conflict.about,
            sides=len(conflict.sides),
            documents=tuple(sorted(set(stating))),
        )


def _review(document: Document, today: date) -> ReviewFigures:
    review = document.review
    return ReviewFigures(
        status=review.status,
        by=review.by,
        on=review.on,
        next=review.next,
        overdue=bool(review.next and review.next < today),
    )


def _voices(statements: Iterable[Statement]) -> dict[Voice, int]:
    """Every voice that speaks, in the order in which voices are listed."""
    found = Counter(statement.voice for statement in statements)
    return {voice: found[voice] for voice in Voice if found[voice]}


def _asks(corpus: Corpus, some: Iterable[Section]) -> dict[Audience, int]:
    found = Counter(ask.audience for section in some for ask in corpus.asks_of_section.get(section.id, ()))
    return {audience: found[audience] for audience in Audience}
