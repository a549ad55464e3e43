"""A query to ranked Evidence: dense over passages, statements and asks, BM25 over words, fused by section.

Each channel only proposes. Every section proposed by any of them is then scored on all features, so that no section
loses because one channel's list was cut. Fusion is a convex combination of scores (Bruch et al., "An Analysis of
Fusion Functions for Hybrid Retrieval", 2023), which keeps how well something fits; rank fusion would lose it, and
coverage is decided from it.
"""

import re
from collections.abc import Iterator, Mapping

import numpy as np

from assistant.domain import Candidate, Evidence, ScoredStatement
from ingest.build import Build
from ingest.documents import Audience, Section, Statement
from ingest.encoder import Encoder, Vectors
from ingest.index import Kind
from ingest.terms import terms

PROPOSED_MAX: Mapping[Kind, int] = {Kind.PASSAGE: 15, Kind.STATEMENT: 40, Kind.ASK: 40}
PROPOSED_BY_WORDS_MAX = 15
CANDIDATES_MAX = 8

WEIGHTS: Mapping[str, float] = {"ask": 0.25, "statement": 0.25, "passage": 0.25, "words": 0.25}
# The whole corpus is on one subject, so naming it in a question tells nothing apart and only pulls to its definition.
_SUBJECT = re.compile(r"\b(?:sacro[- ]?occipital (?:technique|technic|therapy)|sot)(?:['’]s)?\b", re.I)
# Who asks in (nearly) the words of an ask means its section, whatever its text looks like.
SAME_ASK_MIN = 0.92
SAME_ASK_BONUS = 0.15
# A section written for other readers may still answer, but one written for this reader goes first.
OTHER_AUDIENCE_FACTOR = 0.95


def without_subject(query: str) -> str:
    """A query without the subject's name; the query itself if nothing else is asked."""
    rest = " ".join(_SUBJECT.sub(" ", query).split())
    return rest if terms(rest) else query


class Retriever:
    """Finds evidence in one build."""

    def __init__(self, build: Build, encoder: Encoder) -> None:
        self._build = build
        self._encoder = encoder
        self._section_of_ask = {ask.id: ask.section for ask in build.corpus.asks}

    def find(self, query: str, audience: Audience) -> Evidence:
        """Find what the corpus holds on a query.

        Args:
            query: a standalone question, redacted.
            audience: who asks; sections written for them are preferred.

        Returns:
            At most `CANDIDATES_MAX` sections, best first, and their statements and those that
            contradict them by similarity, best first.
        """
        own, vector = self._vectors(query)
        words = self._by_words(query)
        sections = {self._build.corpus.sections[id] for id in self._proposed(vector) | words.keys()}
        candidates = sorted(
            (self._candidate(section, own, vector, words.get(section.id, 0.0), audience) for section in sections),
            key=lambda candidate: (-candidate.score, candidate.section.id),
        )[:CANDIDATES_MAX]
        return Evidence(query, tuple(candidates), self._statements(candidates, vector))

    def _vectors(self, query: str) -> tuple[Vectors, Vectors]:
        """A query's own unit vector, and the one halfway to what is left of it without the subject's name."""
        vectors = self._encoder.encode(list(dict.fromkeys((query, without_subject(query)))))
        mean = vectors.mean(axis=0)
        unit: Vectors = mean / np.linalg.norm(mean)
        return vectors[0], unit

    def _proposed(self, vector: Vectors) -> set[str]:
        """Ids of the sections near a vector by any kind of entry."""
        near = {kind: self._build.index.nearest(kind, vector, k) for kind, k in PROPOSED_MAX.items()}
        places = self._build.corpus.places
        of_statement = self._build.corpus.place_of_statement
        return (
            {places[hit.id].section.id for hit in near[Kind.PASSAGE]}
            | {of_statement[hit.id].section.id for hit in near[Kind.STATEMENT]}
            | {self._section_of_ask[hit.id] for hit in near[Kind.ASK]}
        )

    def _by_words(self, query: str) -> dict[str, float]:
        """Section id → its best passage's share of a perfect match by words."""
        best: dict[str, float] = {}
        for hit in self._build.index.matching(query, PROPOSED_BY_WORDS_MAX):
            section = self._build.corpus.places[hit.id].section.id
            best[section] = max(best.get(section, 0.0), hit.score)
        return best

    def _candidate(
        self, section: Section, own: Vectors, vector: Vectors, words: float, audience: Audience
    ) -> Candidate:
        def best(kind: Kind, ids: list[str], vector: Vectors = vector) -> float:
            """The highest similarity among some entries of a kind, at least 0; 0 if there are none."""
            return max(0.0, float(self._build.index.similarities(kind, ids, vector).max())) if ids else 0.0

        features = {
            "statement": best(Kind.STATEMENT, [statement.id for statement in section.statements]),
            "passage": best(Kind.PASSAGE, [passage.id for passage in section.passages]),
            "words": words,
        }
        # A section nobody wrote asks for (a clinic's own) is judged by its text alone. Asks name the subject or leave
        # it out as people do, so the query is held against them both ways.
        asks = [ask.id for ask in self._build.corpus.asks_of_section.get(section.id, ())]
        features["ask"] = max(best(Kind.ASK, asks), best(Kind.ASK, asks, own)) if asks else features["statement"]
        score = sum(WEIGHTS[name] * value for name, value in features.items())
        score += SAME_ASK_BONUS * (features["ask"] >= SAME_ASK_MIN)
        return Candidate(section, score * (1 if audience in section.audiences else OTHER_AUDIENCE_FACTOR), features)

    def _statements(self, candidates: list[Candidate], vector: Vectors) -> tuple[ScoredStatement, ...]:
        """The candidates' statements and those that contradict them, by similarity."""
        own = [statement for candidate in candidates for statement in candidate.section.statements]
        statements = list(dict.fromkeys((*own, *(other for statement in own for other in self._opposed(statement)))))
        if not statements:
            return ()
        scores = self._build.index.similarities(Kind.STATEMENT, [statement.id for statement in statements], vector)
        scored = (ScoredStatement(s, float(score)) for s, score in zip(statements, scores, strict=True))
        return tuple(sorted(scored, key=lambda one: (-one.similarity, one.statement.id)))

    def _opposed(self, statement: Statement) -> Iterator[Statement]:
        """Statements on any side of the conflicts that a statement is part of."""
        corpus = self._build.corpus
        for conflict in dict.fromkeys(c for fact in statement.facts for c in corpus.conflicts_of_fact.get(fact, ())):
            for fact in (fact for side in conflict.sides for fact in side):
                yield from corpus.statements_of_fact.get(fact, ())
