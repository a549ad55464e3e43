"""What is shown of the corpus: documents, their sections, and every statement with the facts it rests on."""

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.documents import Audience, Conflict, Corpus, Document, Section, Statement
from ui.app.view import Disagreement, Origin, Side, origins
from ui.wording import review_status, voice_name


@dataclass(frozen=True, slots=True)
class FactView:
    """A fact: its id, what it claims, where it comes from."""

    id: str
    claim: str
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class StatementView:
    """A statement with whose voice it is and what it rests on: facts, or a clinic's own file."""

    text: str
    voice: str
    facts: tuple[FactView, ...]
    file: Origin | None = None


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section as a reader finds it: passages to read, statements to check, conflicts its facts are part of."""

    id: str
    document: str
    heading: str
    audiences: str
    review: str
    passages: tuple[str, ...]
    statements: tuple[StatementView, ...]
    conflicts: tuple[Disagreement, ...]


def documents_of(corpus: Corpus) -> dict[str, str]:
    """Document id → title, in the order of titles."""
    return dict(sorted(((one.id, one.title) for one in corpus.documents), key=lambda pair: pair[1].casefold()))


def sections_of(
    corpus: Corpus, *, document: str | None = None, audience: Audience | None = None, text: str = ""
) -> tuple[SectionView, ...]:
    """The sections somebody looks for.

    Args:
        corpus: where to look.
        document: a document's id; all documents if None.
        audience: for whom a section is written; anybody if None.
        text: every word of it stands in the section's headings or passages, whatever the case.

    Returns:
        The sections in reading order.
    """
    words = text.casefold().split()
    return tuple(
        _section_view(corpus, within, section)
        for within, section in _sections(corpus)
        if (document is None or within.id == document)
        and (audience is None or audience in section.audiences)
        and all(word in _searched(within, section) for word in words)
    )


def _sections(corpus: Corpus) -> Iterator[tuple[Document, Section]]:
    return ((document, section) for document in corpus.documents for section in document.sections)


def _searched(document: Document, section: Section) -> str:
    """What the search looks through."""
    return "\n".join((document.title, *section.heading, *(passage.text for passage in section.passages))).casefold()


def _section_view(corpus: Corpus, document: Document, section: Section) -> SectionView:
    statements = tuple(section.statements)
    conflicts = dict.fromkeys(
        conflict
        for statement in statements
        for fact in statement.facts
        for conflict in corpus.conflicts_of_fact.get(fact, ())
    )
    return SectionView(
        id=section.id,
        document=document.title,
        heading=" › ".join(section.heading),
        audiences=", ".join(section.audiences),
        review=review_status(document.review),
        passages=tuple(passage.text for passage in section.passages),
        statements=tuple(_statement_view(corpus, document, statement) for statement in statements),
        conflicts=tuple(_disagreement(corpus, conflict) for conflict in conflicts),
    )


def _statement_view(corpus: Corpus, document: Document, statement: Statement) -> StatementView:
    facts = (corpus.facts[id] for id in statement.facts)
    return StatementView(
        statement.text,
        voice_name(statement.voice, statement.strength),
        tuple(FactView(fact.id, fact.claim, origins([fact.source])) for fact in facts),
        origins([document.source])[0] if document.source else None,
    )


def _disagreement(corpus: Corpus, conflict: Conflict) -> Disagreement:
    """A conflict of facts: each side says what its first fact claims, and names where all of them come from."""
    sides = ([corpus.facts[id] for id in side] for side in conflict.sides)
    return Disagreement(
        conflict.about,
        tuple(Side(facts[0].claim, origins(fact.source for fact in facts)) for facts in sides),
        conflict.comment,
    )
