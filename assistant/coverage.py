"""Does the corpus answer this? Decided from similarity, the question's rare words and its type, never from a guess.

A question of a kind that the clinic's own documents answer (fees, hours, parking) is covered by those, or by a corpus
that surely holds it.
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from assistant.domain import Candidate, Evidence
from assistant.retrieval import without_subject
from ingest.build import Build
from ingest.index import share

POLICY = Path(__file__).parent / "coverage.yaml"
TERMS_MAX = 20


@dataclass(frozen=True, slots=True)
class Coverage:
    """Whether evidence answers a query, the rule that said so, and the confidence behind it (0-1)."""

    covered: bool
    rule: str
    confidence: float


class CoverageJudge:
    """Applies the coverage policy (coverage.yaml)."""

    def __init__(self, policy: Path = POLICY) -> None:
        data: dict[str, Any] = yaml.safe_load(policy.read_text("utf-8"))
        self._practical = re.compile("|".join(rf"(?:{pattern})" for pattern in data["practical"]), re.I)
        self._confidence_min: float = data["confidence_min"]
        self._doubted_confidence_min: float = data["doubted_confidence_min"]
        self._practical_confidence_min: float = data["practical_confidence_min"]
        self._practical_of_corpus_confidence_min: float = data["practical_of_corpus_confidence_min"]
        self._weights: dict[str, float] = data["weights"]
        self._bias: float = data["bias"]

    def decide(self, evidence: Evidence, build: Build, *, doubted: bool = False) -> Coverage:
        """Decide on the best evidence found.

        Args:
            evidence: what the retriever found for the query.
            build: where it was found; knows how rare the query's words are.
            doubted: whether the guard doubts that the query is on the subject; a query that names it surely is.

        Returns:
            The decision; its rule is `coverage.ok`, `coverage.low`, `coverage.practical` or `coverage.off_topic`.
        """
        if not evidence.candidates:
            return Coverage(False, "coverage.off_topic", 0.0)
        features = self.features(evidence, build)
        confidence = _logistic(self._bias + sum(self._weights[name] * features[name] for name in self._weights))
        best = evidence.candidates[0]
        if self._practical.search(evidence.query):
            return self._practically(best, confidence)
        names_subject = without_subject(evidence.query) != evidence.query
        doubted = doubted and not names_subject
        if confidence >= (self._doubted_confidence_min if doubted else self._confidence_min):
            return Coverage(True, "coverage.ok", confidence)
        return Coverage(False, "coverage.off_topic" if doubted else "coverage.low", confidence)

    def _practically(self, best: Candidate, confidence: float) -> Coverage:
        """Fees and hours are on the subject whatever the guard doubts; mostly only the clinic's own words answer."""
        enough = self._practical_confidence_min if best.is_of_clinic else self._practical_of_corpus_confidence_min
        if confidence >= enough:
            return Coverage(True, "coverage.ok", confidence)
        return Coverage(False, "coverage.practical", 1 - confidence)

    def features(self, evidence: Evidence, build: Build) -> dict[str, float]:
        """What the decision rests on.

        Args:
            evidence: at least one candidate.
            build: where it was found.

        Returns:
            Each between -1 and 1: `nearer`, how much nearer the question is to one that the corpus answers than to one
            that it is known not to answer; `statement`, the best similarity of a statement; `margin`, by how much the
            best section is ahead of the next; `known`, the share of the query's terms, by rarity, that the corpus has;
            `length`, the query's terms by `TERMS_MAX`.
        """
        best, *others = evidence.candidates
        wanted = build.index.rarities(without_subject(evidence.query))
        statement = (
            best.features["statement"] if best.is_of_clinic else max(one.similarity for one in evidence.statements)
        )
        return {
            # What nobody wrote asks for, a clinic's own sections, is judged by its text: known gaps are the corpus's.
            "nearer": statement if best.is_of_clinic else evidence.ask - evidence.gap,
            "statement": statement,
            "margin": best.score - others[0].score if others else best.score,
            "known": share(wanted, set(filter(build.index.knows, wanted))),
            "length": min(1.0, len(wanted) / TERMS_MAX),
        }


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))
