"""Citations: a marker for each quoted span, checked against the stored passage before anyone sees it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from assistant.domain import Citation, StatedSentence
from ingest.documents import Corpus, Document, Source, Statement


class Citations:
    """Hands out markers for statements of one corpus, one marker a span, in the order in which they are first cited."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._given: dict[str, Citation] = {}

    def cite(self, statement: Statement) -> Citation:
        """The citation of a statement, the same one each time.

        Raises:
            KeyError: the statement is not of this corpus, which is a mistake in our code.
        """
        if statement.id not in self._given:
            place = self._corpus.place_of_statement[statement.id]
            sources = dict.fromkeys(self._sources(statement, place.document))
            self._given[statement.id] = Citation(
                marker=len(self._given) + 1,
                passage=place.passage,
                document=place.document.id,
                title=place.document.title,
                heading=place.section.heading,
                quote=statement.text,
                start=statement.start,
                end=statement.end,
                facts=statement.facts,
                voice=statement.voice,
                strength=statement.strength,
                review=place.document.review,
                sources=tuple(sources),
            )
        return self._given[statement.id]

    def _sources(self, statement: Statement, document: Document) -> Iterator[Source]:
        """The sources of a statement's facts; without facts, the clinic's own file and the page in it."""
        yield from (self._corpus.facts[fact].source for fact in statement.facts)
        if not statement.facts and document.source:
            page = f", page {statement.page}" if statement.page else ""
            yield replace(document.source, title=f"{document.source.title}{page}")

    @property
    def given(self) -> tuple[Citation, ...]:
        """Every citation handed out, by marker."""
        return tuple(self._given.values())


def quotes_its_passage(citation: Citation, corpus: Corpus) -> bool:
    """Whether the stored passage really holds the quote at its span, and a source stands behind it."""
    place = corpus.places.get(citation.passage.id)
    return (
        place is not None
        and place.passage.text[citation.start : citation.end] == citation.quote
        and bool(citation.sources)
    )


def is_carried(sentence: StatedSentence, citations: Iterable[Citation], corpus: Corpus) -> bool:
    """Whether a stated sentence is, to the code point, the quote of a citation that holds.

    Args:
        sentence: what is to be stated.
        citations: all citations of the answer.
        corpus: the stored text to check against.

    Returns:
        False if a marker resolves to nothing, a quote is not at its span, or the sentence is not the quote.
    """
    by_marker = {citation.marker: citation for citation in citations}
    cited = [by_marker.get(marker) for marker in sentence.citations]
    return bool(cited) and all(
        citation is not None and citation.quote == sentence.text and quotes_its_passage(citation, corpus)
        for citation in cited
    )
