"""Fakes that are a pleasure to write with: ordinary classes, no mocking library."""

import hashlib
from collections.abc import Sequence

import numpy as np

from ingest.encoder import Vectors
from ingest.terms import terms

DIMENSIONS = 2048


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
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
