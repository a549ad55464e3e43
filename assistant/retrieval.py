"""A query to ranked Evidence: dense over passages, statements and asks, BM25 over words, fused by section.

Each channel only proposes. Every section proposed by any of them is then scored on all features, so that no section
loses because one channel's list was cut. Fusion is a convex combination of scores (Bruch et al., "An Analysis of
Fusion Functions for Hybrid Retrieval", 2023), which keeps how well something fits; rank fusion would lose it, and
coverage is decided from it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.domain import Candidate, Evidence, ScoredStatement
from ingest.build import Build
from ingest.documents import Ask, Audience, Section, Statement
from ingest.encoder import Encoder, Vectors
from ingest.index import Hit, Index, Kind
from ingest.terms import terms

PROPOSED_MAX: Mapping[Kind, int] = {Kind.PASSAGE: 15, Kind.STATEMENT: 40, Kind.ASK: 40}
PROPOSED_BY_WORDS_MAX = 15
CANDIDATES_MAX = 8
GAPS_MAX = 8

WEIGHTS: Mapping[str, float] = {"ask": 0.30, "statement": 0.40, "passage": 0.10, "words": 0.20}
# The whole corpus is on one subject, so naming it in a question tells nothing apart and only pulls to its definition.
_SUBJECT = re.compile(r"\b(?:sacro[- ]?occipital (?:technique|technic|therapy)|sot)(?:['’]s)?\b", re.I)
# Who asks in (nearly) the words of an ask means its section, whatever its text looks like.
SAME_ASK_MIN = 0.92
SAME_ASK_BONUS = 0.15
# In a conversation the subject pulls a little: the vector of what it is about, and the section that answered last.
CONTEXT_WEIGHT = 0.2
TOPIC_BONUS = 0.05
# A section written for other readers may still answer, but one written for this reader goes first.
OTHER_AUDIENCE_FACTOR = 0.95


def without_subject(query: str) -> str:
    """A query without the subject's name; the query itself if nothing else is asked."""
    rest = " ".join(_SUBJECT.sub(" ", query).split())
    return rest if terms(rest) else query


@dataclass(frozen=True, slots=True)
class _Question:
    """A query with its own unit vector and the one halfway to what is left of it without the subject's name.

    Asks and gaps name the subject or leave it out, as people do, so the query is held against them both ways.
    """

    own: Vectors
    halfway: Vectors

    def similarities(self, index: Index, kind: Kind, ids: Sequence[str]) -> dict[str, float]:
        """Cosine similarities to entries, by id."""
        found = index.similarities(kind, ids, self.halfway)
        if kind in (Kind.ASK, Kind.GAP):
            found = np.maximum(found, index.similarities(kind, ids, self.own))
        return dict(zip(ids, found.tolist(), strict=True))


class Retriever:
    """Finds evidence in one build."""

    def __init__(self, build: Build, encoder: Encoder) -> None:
        self._index = build.index
        self._corpus = build.corpus
        self._encoder = encoder
        self._section_of_ask = {ask.id: ask.section for ask in build.corpus.asks}

    def find(
        self, query: str, audience: Audience, *, context: str | None = None, topic: Sequence[str] = ()
    ) -> Evidence:
        """Find what the corpus holds on a query.

        Args:
            query: a standalone question, redacted.
            audience: who asks; sections written for them are preferred.
            context: what the question may go on about; it pulls a little.
            topic: ids of the sections that the conversation is about, best first; they are preferred a little.

        Returns:
            At most `CANDIDATES_MAX` sections, best first, and the best of a clinic's own if it is none of them; their
            statements and those that contradict them by similarity, best first.
        """
        question = self._question(query, context)
        words = self._by_words(query)
        near = {kind: self._index.nearest(kind, question.halfway, k) for kind, k in PROPOSED_MAX.items()}
        topic = [id for id in topic if id in self._corpus.sections]
        sections = [self._corpus.sections[id] for id in sorted({*self._proposed(near), *words, *topic})]
        asks = question.similarities(
            self._index, Kind.ASK, [ask.id for section in sections for ask in self._asks(section)]
        )
        meanings = self._meanings(question, sections)
        ranked = sorted(
            (
                self._candidate(section, meanings, asks, words, audience, TOPIC_BONUS * (section.id in topic[:1]))
                for section in sections
            ),
            key=lambda candidate: (-candidate.score, candidate.section.id),
        )
        candidates = [*ranked[:CANDIDATES_MAX], *_best_of_clinic(ranked)]
        return Evidence(
            query,
            tuple(candidates),
            self._statements(candidates, question, meanings, asks),
            ask=_highest(asks.values()),
            gap=self._gap(question),
        )

    def _question(self, query: str, context: str | None) -> _Question:
        texts = list(dict.fromkeys((query, without_subject(query))))
        vectors = self._encoder.encode([*texts, context] if context else texts)
        own, mean = vectors[0], vectors[: len(texts)].mean(axis=0)
        if context:
            own, mean = (_unit(vector + CONTEXT_WEIGHT * vectors[-1]) for vector in (own, mean))
        return _Question(own, _unit(mean))

    def _proposed(self, near: Mapping[Kind, Sequence[Hit]]) -> set[str]:
        """Ids of the sections that hold what was found near."""
        places = self._corpus.places
        of_statement = self._corpus.place_of_statement
        return (
            {places[hit.id].section.id for hit in near[Kind.PASSAGE]}
            | {of_statement[hit.id].section.id for hit in near[Kind.STATEMENT]}
            | {self._section_of_ask[hit.id] for hit in near[Kind.ASK]}
        )

    def _by_words(self, query: str) -> dict[str, float]:
        """Section id → its best passage's share of a perfect match by words."""
        best: dict[str, float] = {}
        for hit in self._index.matching(query, PROPOSED_BY_WORDS_MAX):
            section = self._corpus.places[hit.id].section.id
            best[section] = max(best.get(section, 0.0), hit.score)
        return best

    def _asks(self, section: Section) -> tuple[Ask, ...]:
        return self._corpus.asks_of_section.get(section.id, ())

    def _meanings(self, question: _Question, sections: Sequence[Section]) -> dict[str, float]:
        """Similarities of all passages and statements of some sections, by id."""
        passages = [passage.id for section in sections for passage in section.passages]
        statements = [statement.id for section in sections for statement in section.statements]
        return question.similarities(self._index, Kind.PASSAGE, passages) | question.similarities(
            self._index, Kind.STATEMENT, statements
        )

    def _candidate(
        self,
        section: Section,
        meanings: Mapping[str, float],
        asks: Mapping[str, float],
        words: Mapping[str, float],
        audience: Audience,
        bonus: float,
    ) -> Candidate:
        features = {
            "statement": _highest(meanings[statement.id] for statement in section.statements),
            "passage": _highest(meanings[passage.id] for passage in section.passages),
            "words": words.get(section.id, 0.0),
        }
        # A section nobody wrote asks for (a clinic's own) is judged by its text alone.
        own = self._asks(section)
        features["ask"] = _highest(asks[ask.id] for ask in own) if own else features["statement"]
        score = sum(WEIGHTS[name] * value for name, value in features.items())
        score += bonus + SAME_ASK_BONUS * (features["ask"] >= SAME_ASK_MIN)
        score *= 1 if audience in section.audiences else OTHER_AUDIENCE_FACTOR
        return Candidate(section, score, features, tuple(sorted(own, key=lambda ask: (-asks[ask.id], ask.id))))

    def _statements(
        self,
        candidates: Sequence[Candidate],
        question: _Question,
        meanings: Mapping[str, float],
        asks: Mapping[str, float],
    ) -> tuple[ScoredStatement, ...]:
        """The candidates' statements and those that contradict them, by similarity."""
        own = [statement for candidate in candidates for statement in candidate.section.statements]
        opposed = dict.fromkeys(other for statement in own for other in self._opposed(statement))
        told: dict[str, float] = {}
        for ask in (ask for candidate in candidates for ask in self._asks(candidate.section)):
            for statement in self._corpus.answers_of_ask[ask.id]:
                told[statement.id] = max(told.get(statement.id, 0.0), asks[ask.id])
        afar = [statement.id for statement in opposed if statement.id not in meanings]
        found = {**meanings, **question.similarities(self._index, Kind.STATEMENT, afar)}
        all_of_them = dict.fromkeys((*own, *opposed))
        scored = (ScoredStatement(s, found[s.id], told.get(s.id, 0.0)) for s in all_of_them)
        return tuple(sorted(scored, key=lambda one: (-one.similarity, one.statement.id)))

    def _gap(self, question: _Question) -> float:
        """How near the nearest question is that the corpus is known not to answer."""
        near = self._index.nearest(Kind.GAP, question.halfway, GAPS_MAX)
        return _highest(question.similarities(self._index, Kind.GAP, [hit.id for hit in near]).values())

    def _opposed(self, statement: Statement) -> Iterator[Statement]:
        """Statements on any side of the conflicts that a statement is part of."""
        corpus = self._corpus
        for conflict in dict.fromkeys(c for fact in statement.facts for c in corpus.conflicts_of_fact.get(fact, ())):
            for fact in (fact for side in conflict.sides for fact in side):
                yield from corpus.statements_of_fact.get(fact, ())


def _best_of_clinic(ranked: Sequence[Candidate]) -> Sequence[Candidate]:
    """The best section of a clinic's own, if it stands too far back to be a candidate: fees and hours are there."""
    first = next((place for place, one in enumerate(ranked) if one.is_of_clinic), 0)
    return ranked[first : first + 1] if first >= CANDIDATES_MAX else ()


def _unit(vector: Vectors) -> Vectors:
    unit: Vectors = vector / np.linalg.norm(vector)
    return unit


def _highest(similarities: Iterable[float]) -> float:
    """The highest of some similarities, at least 0; 0 if there are none."""
    return max(0.0, max(similarities, default=0.0))
