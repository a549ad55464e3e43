"""Does the corpus answer this? Decided from similarity, the question's rare words and its type, never from a guess.

A question of a kind that only the clinic's own documents can answer (fees, hours, parking) is covered by those alone.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from assistant.domain import Evidence
from ingest.documents import Voice
from ingest.index import Index
from ingest.terms import terms

POLICY = Path(__file__).parent / "coverage.yaml"


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
        self._off_topic_max: float = data["off_topic_max"]
        self._weights: dict[str, float] = data["weights"]
        self._bias: float = data["bias"]

    def decide(self, evidence: Evidence, index: Index) -> Coverage:
        """Decide on the best evidence found.

        Args:
            evidence: what the retriever found for the query.
            index: knows how rare the query's words are.

        Returns:
            The decision; its rule is `coverage.ok`, `coverage.low`, `coverage.practical` or `coverage.off_topic`.
        """
        features = self.features(evidence, index)
        confidence = _logistic(self._bias + sum(self._weights[name] * features[name] for name in self._weights))
        best = evidence.candidates[0] if evidence.candidates else None
        from_clinic = best is not None and next(best.section.statements).voice is Voice.CLINIC
        if self._practical.search(evidence.query) and not from_clinic:
            return Coverage(False, "coverage.practical", 1 - confidence)
        if confidence >= self._confidence_min:
            return Coverage(True, "coverage.ok", confidence)
        is_foreign = max(features["best"], features["statement"]) < self._off_topic_max
        return Coverage(False, "coverage.off_topic" if is_foreign else "coverage.low", confidence)

    def features(self, evidence: Evidence, index: Index) -> dict[str, float]:
        """What the decision rests on, each 0-1: the fused score, ask and statement similarity, known rare words."""
        if not evidence.candidates:
            return {"best": 0.0, "ask": 0.0, "statement": 0.0, "known": 0.0}
        best = evidence.candidates[0]
        return {
            "best": best.score,
            "ask": best.features["ask"],
            "statement": max(one.similarity for one in evidence.statements),
            "known": _share_known(evidence.query, index),
        }


def _share_known(query: str, index: Index) -> float:
    """The share, by rarity, of a query's terms that the corpus has at all."""
    wanted = dict.fromkeys(terms(query))
    total = sum(index.rarity(term) for term in wanted)
    return sum(index.rarity(term) for term in wanted if index.knows(term)) / total if total else 0.0


def _logistic(value: float) -> float:
    from math import exp

    return 1 / (1 + exp(-value))
