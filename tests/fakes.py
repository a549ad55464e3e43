"""Fakes that are a pleasure to write with: ordinary classes, no mocking library."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from assistant.guard.classifier import Classifier, Scores
from assistant.guard.kinds import KINDS, Kind
from ingest.encoder import Vectors
from ingest.terms import terms

DIMENSIONS = 2048
# Every kind of message in words of its own.
TOPICS = {
    Kind.EMERGENCY: "crushing chest",
    Kind.CRISIS: "hopeless dying",
    Kind.TODAY: "breast lump",
    Kind.REFUSE_INJECTION: "ignore rules",
    Kind.REFUSE_TREATMENT: "dosage exercises",
    Kind.REFUSE_DIAGNOSIS: "crooked vertebra",
    Kind.OFF_TOPIC: "pancake recipe",
    Kind.SMALLTALK: "morning greetings",
    Kind.ANSWER: "category blocks",
}
FAMILIES = ("monday", "tuesday", "friday", "sunday", "january", "winter")


class WordEncoder:
    """An encoder that hears only words: texts that share stems are near. Fast, deterministic, and counts its work."""

    def __init__(self, name: str = "words") -> None:
        self.identity = f"{name}@fake"
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (n, DIMENSIONS): one axis a stem, by hash."""
        self.encoded.extend(texts)
        vectors = np.full((len(texts), DIMENSIONS), 1e-3, np.float32)
        for row, text in enumerate(texts):
            for term in terms(text):
                axis = int.from_bytes(hashlib.sha256(term.encode()).digest()[:4], "big") % DIMENSIONS
                vectors[row, axis] += 1
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


@dataclass(frozen=True)
class TaughtWords:
    """What a `WordTeacher` taught: a linear layer over a word encoder's vectors."""

    encoder: WordEncoder
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def logits(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shape (texts, kinds)."""
        logits: NDArray[np.float32] = self.encoder.encode(texts) @ self.weights.T + self.bias
        return logits

    def save_adapter(self, folder: Path) -> None:
        """Nothing was adapted."""


class WordTeacher:
    """A teacher that leaves its encoder as it is and learns a linear layer over it, in no time.

    `lessons` remembers the texts of each lesson.
    """

    def __init__(self) -> None:
        self.encoder = WordEncoder()
        self.lessons: list[tuple[str, ...]] = []

    def __call__(self, texts: Sequence[str], kinds: Sequence[int]) -> TaughtWords:
        """Learn every kind from texts and the numbers of their kinds."""
        self.lessons.append(tuple(texts))
        model = LogisticRegression(C=10.0, tol=1e-2).fit(self.encoder.encode(texts), list(kinds))
        return TaughtWords(self.encoder, model.coef_.astype(np.float32), model.intercept_.astype(np.float32))


class ScriptedClassifier(Classifier):
    """A classifier that scores by the words it sees in a whole message, and remembers the texts it was shown.

    The script gives kinds' probabilities for words that must all be there, first match first; `answer` has the rest.
    """

    def __init__(self, script: Mapping[str, Mapping[Kind, float]] | None = None) -> None:
        self.script = script or {}
        self.shown: list[tuple[str, ...]] = []

    def require_encoder(self, identity: str) -> None:
        """Any encoder will do."""

    def scores(self, rows: Sequence[str], vectors: Vectors) -> Scores:
        """The scripted scores of the first row; they add up to 1."""
        self.shown.append(tuple(rows))
        said = set(rows[0].replace("?", " ").replace(".", " ").split())
        given = next((given for words, given in self.script.items() if said.issuperset(words.split())), {})
        return dict.fromkeys(KINDS, 0.0) | {Kind.ANSWER: 1 - sum(given.values())} | dict(given)


def write_training(folder: Path) -> Path:
    """A small training text that can be told apart: every kind's file holds four texts in each family."""
    folder.mkdir(parents=True)
    for kind, words in TOPICS.items():
        families = [
            {
                "family": name,
                "kind": str(kind),
                "texts": [f"{words} {name} {n}" for n in ("one", "two", "three", "four")],
            }
            for name in FAMILIES
        ]
        (folder / f"{kind}.yaml").write_text(yaml.safe_dump(families), "utf-8")
    return folder
