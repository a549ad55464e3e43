"""The wire contract: what comes in and what goes out, apart from the nouns inside."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from assistant.domain import (
    Action,
    Answer,
    Citation,
    Contact,
    StatedSentence,
    Verdict,
)
from assistant.pipeline import CHARACTERS_MAX
from ingest.documents import Audience, Document, Place, Review, Voice


class Wire(BaseModel):
    """What goes over the wire: no unknown member, and nothing that changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AskBody(Wire):
    """A question as it comes over the wire."""

    question: Annotated[
        str, Field(description=f"1 to {CHARACTERS_MAX:,} characters", examples=["What is category II?"])
    ]
    audience: Annotated[Audience, Field(description="the form of the answer, not a privilege")] = Audience.PATIENT
    conversation_id: Annotated[str | None, Field(max_length=100, description="from an earlier answer")] = None
    region: Annotated[
        str | None, Field(max_length=10, description="ISO 3166 region, for emergency numbers", examples=["US"])
    ] = None
    language: Annotated[
        str | None, Field(max_length=20, description="of the replies, ISO 639-1; told from the question if null")
    ] = None


class VerdictOut(Wire):
    """What was done with the message, and why."""

    action: Action
    rule: str
    reason: str

    @classmethod
    def of(cls, verdict: Verdict) -> "VerdictOut":
        """From the noun."""
        return cls(action=verdict.action, rule=verdict.rule, reason=verdict.reason)


class StatementOut(Wire):
    """One stated sentence."""

    text: str
    citations: list[int]
    voice: Voice
    strength: str | None
    facts: list[str]

    @classmethod
    def of(cls, sentence: StatedSentence) -> "StatementOut":
        """From the noun."""
        return cls(
            text=sentence.text,
            citations=list(sentence.citations),
            voice=sentence.voice,
            strength=sentence.strength,
            facts=list(sentence.facts),
        )


class SourceOut(Wire):
    """Where a fact comes from."""

    title: str
    publisher: str | None
    year: int | None
    url: str | None


class ReviewOut(Wire):
    """Whether a named clinician has signed the document."""

    status: str
    by: str | None
    on: date | None
    next: date | None

    @classmethod
    def of(cls, review: Review) -> "ReviewOut":
        """From the noun."""
        return cls(status=review.status, by=review.by, on=review.on, next=review.next)


class CitationOut(Wire):
    """A quoted span: `/v1/passages/{id}` gives the text whose code points start:end are the quote."""

    marker: int
    passage_id: str
    document: str
    title: str
    heading: list[str]
    quote: str
    start: int
    end: int
    voice: Voice
    strength: str | None
    review: ReviewOut
    sources: list[SourceOut]
    url: str

    @classmethod
    def of(cls, citation: Citation) -> "CitationOut":
        """From the noun."""
        return cls(
            marker=citation.marker,
            passage_id=citation.passage.id,
            document=citation.document,
            title=citation.title,
            heading=list(citation.heading),
            quote=citation.quote,
            start=citation.start,
            end=citation.end,
            voice=citation.voice,
            strength=citation.strength,
            review=ReviewOut.of(citation.review),
            sources=[SourceOut(title=s.title, publisher=s.publisher, year=s.year, url=s.url) for s in citation.sources],
            url=f"/v1/passages/{quote(citation.passage.id, safe='')}",
        )


class SideOut(Wire):
    """One side of a conflict, quoted."""

    text: str
    citations: list[int]


class ConflictOut(Wire):
    """Sources that differ."""

    id: str
    about: str
    sides: list[SideOut]
    comment: str


class ContactOut(Wire):
    """A number to call."""

    service: str
    number: str
    region: str


class AnswerOut(Wire):
    """The whole answer."""

    id: str
    conversation_id: str
    language: str
    about: str | None
    verdict: VerdictOut
    text: str
    statements: list[StatementOut]
    citations: list[CitationOut]
    conflicts: list[ConflictOut]
    contacts: list[ContactOut]
    suggestions: list[str]
    receipt: str | None
    build: str
    timings_ms: dict[str, float]

    @classmethod
    def of(cls, answer: Answer) -> "AnswerOut":
        """From the noun."""
        return cls(
            id=answer.id,
            conversation_id=answer.conversation_id,
            language=answer.language,
            about=answer.about,
            verdict=VerdictOut.of(answer.verdict),
            text=answer.text,
            statements=[StatementOut.of(sentence) for sentence in answer.statements],
            citations=[CitationOut.of(citation) for citation in answer.citations],
            conflicts=[
                ConflictOut(
                    id=conflict.id,
                    about=conflict.about,
                    sides=[SideOut(text=side.text, citations=list(side.citations)) for side in conflict.sides],
                    comment=conflict.comment,
                )
                for conflict in answer.conflicts
            ],
            contacts=contacts_out(answer.contacts),
            suggestions=list(answer.suggestions),
            receipt=answer.receipt,
            build=answer.build,
            timings_ms=dict(answer.timings_ms),
        )


class PassageOut(Wire):
    """A passage's stored text."""

    id: str
    document: str
    title: str
    heading: list[str]
    text: str
    review: ReviewOut

    @classmethod
    def of(cls, place: Place) -> "PassageOut":
        """From the noun."""
        return cls(
            id=place.passage.id,
            document=place.document.id,
            title=place.document.title,
            heading=list(place.section.heading),
            text=place.passage.text,
            review=ReviewOut.of(place.document.review),
        )


class SectionOut(Wire):
    """A section of a document."""

    id: str
    heading: list[str]
    audiences: list[Audience]
    passages: list[str]


class DocumentOut(Wire):
    """A document with its sections."""

    id: str
    title: str
    review: ReviewOut
    sections: list[SectionOut]

    @classmethod
    def of(cls, document: Document) -> "DocumentOut":
        """From the noun."""
        return cls(
            id=document.id,
            title=document.title,
            review=ReviewOut.of(document.review),
            sections=[
                SectionOut(
                    id=section.id,
                    heading=list(section.heading),
                    audiences=list(section.audiences),
                    passages=[passage.id for passage in section.passages],
                )
                for section in document.sections
            ],
        )


class DocumentsOut(Wire):
    """A page of documents."""

    documents: list[DocumentOut]
    total: int
    limit: int
    offset: int


class FieldFault(Wire):
    """One wrong field of a request. What was sent is never repeated."""

    field: str
    problem: str


class Problem(BaseModel):
    """An RFC 9457 problem document with a `fix`; with emergency numbers where a question was not answered."""

    model_config = ConfigDict(frozen=True)

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    fix: str
    errors: list[FieldFault] | None = None
    contacts: list[ContactOut] | None = None

    def content(self) -> dict[str, Any]:
        """The JSON body, without members that do not apply."""
        return self.model_dump(exclude_none=True)


def contacts_out(contacts: Iterable[Contact]) -> list[ContactOut]:
    """Contacts as they go over the wire."""
    return [ContactOut(service=c.service, number=c.number, region=c.region) for c in contacts]
