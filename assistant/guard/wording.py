"""The wording of a message as numbers: its words, runs of words and pieces of words, hashed into a fixed space.

The encoder reads meaning and is led astray by rare words, slips of the pen and languages it was not made for; counts
of pieces are not. scikit-learn's HashingVectorizer does the same and costs 170 MB and most of a second to import, so
that training alone may use it and serving hashes with the standard library.

Source: Weinberger et al., "Feature Hashing for Large Scale Multitask Learning" (ICML 2009).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

BUCKETS = 2**17
WORDS_MAX = 3
PIECES = range(2, 6)  # characters
_WORD = re.compile(r"\w+(?:'\w+)?|[^\w\s]")

Buckets = NDArray[np.intp]
Weights = NDArray[np.float32]


def wording(text: str) -> tuple[Buckets, Weights]:
    """Hash a text.

    Args:
        text: a normalised message or a part of one.

    Returns:
        The buckets that its words and pieces fall into, each once, in rising order, and a weight for each. Words and
        pieces weigh the same; each half has length 1, so a long message weighs no more than a short one.
    """
    words = _WORD.findall(text)
    totals: defaultdict[int, float] = defaultdict(float)
    for grams in (_runs(words), _pieces(words)):
        counts = Counter(crc32(gram.encode()) for gram in grams)
        values = {gram: 1.0 + float(np.log(count)) for gram, count in counts.items()}
        length = sum(value * value for value in values.values()) ** 0.5 or 1.0
        for gram, value in values.items():
            # The last bit is a sign, so that grams which share a bucket cancel out rather than add up.
            totals[(gram >> 1) % BUCKETS] += (1 if gram & 1 else -1) * value / length
    buckets = sorted(totals)
    return np.array(buckets, np.intp), np.array([totals[bucket] for bucket in buckets], np.float32)


def _runs(words: list[str]) -> Iterator[str]:
    """Words, and runs of up to `WORDS_MAX` of them."""
    for size in range(1, WORDS_MAX + 1):
        yield from (f"w {' '.join(words[at : at + size])}" for at in range(len(words) - size + 1))


def _pieces(words: list[str]) -> Iterator[str]:
    """Pieces of each word with its edges marked."""
    for word in words:
        edged = f" {word} "
        for size in PIECES:
            yield from (f"p {edged[at : at + size]}" for at in range(max(1, len(edged) - size + 1)))
