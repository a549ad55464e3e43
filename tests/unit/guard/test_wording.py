"""The wording of a text as numbers: the same for the same text, whatever its length, and near for near texts."""

import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.guard.wording import BUCKETS, wording

TEXTS = [
    "pain",
    "what is category ii?",
    "my chest hurts and my left arm is numb",
    "me duele el pecho",
    "我想死",
    "سينے میں درد",
    "🙂 !!",
    "so much pain " * 300,
]


def _dense(text: str) -> NDArray[np.float64]:
    vector = np.zeros(BUCKETS)
    buckets, weights = wording(text)
    vector[buckets] = weights
    return vector


def _likeness(one: str, other: str) -> float:
    return float(_dense(one) @ _dense(other)) / 2


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:20])
def test_each_half_has_length_one_however_long_the_text_is(text: str) -> None:
    """Words and pieces weigh the same, so the square of the whole length is 2, but for a few shared buckets."""
    assert float((_dense(text) ** 2).sum()) == pytest.approx(2, abs=0.02)


@pytest.mark.parametrize("text", ["", "  "])
def test_a_text_without_words_is_no_numbers(text: str) -> None:
    """Nothing is divided by nothing."""
    buckets, weights = wording(text)
    assert len(buckets) == len(weights) == 0


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:20])
def test_buckets_lie_in_the_space_once_each_in_rising_order(text: str) -> None:
    """A sparse row that can be multiplied as it is."""
    buckets, weights = wording(text)
    assert buckets.shape == weights.shape
    assert all(one < other for one, other in pairwise([-1, *buckets.tolist(), BUCKETS]))
    assert np.isfinite(weights).all()


def test_the_same_text_gives_the_same_numbers_in_another_process() -> None:
    """A hash that changes from start to start would make the trained weights noise."""
    said = "from assistant.guard.wording import wording; print(*(part.tolist() for part in wording({!r})))"
    found = subprocess.run(
        [sys.executable, "-c", said.format(TEXTS[2])], capture_output=True, text=True, check=True
    ).stdout
    assert found.split() == " ".join(str(part.tolist()) for part in wording(TEXTS[2])).split()


def test_signs_go_both_ways() -> None:
    """Grams that share a bucket cancel out rather than add up."""
    _, weights = wording(TEXTS[2])
    assert 0.3 < float((weights > 0).mean()) < 0.7


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("my chest hurts", "my chst hurts", "pancake recipe please"),
        ("i want to die", "i wanna dye", "what is category ii?"),
        ("me duele el pecho", "me dule el pcho", "my chest hurts"),
    ],
)
def test_a_slip_of_the_pen_stays_near(text: str, near: str, far: str) -> None:
    """Pieces of words see through misspellings in any language."""
    assert _likeness(text, near) > _likeness(text, far) + 0.1


def test_the_order_of_words_counts() -> None:
    """Runs of words tell who does what to whom."""
    assert _likeness("dog bites man", "man bites dog") < 0.95
    assert _likeness("dog bites man", "dog bites man") == pytest.approx(1, abs=0.02)


def test_a_word_said_often_weighs_little_more_than_one_said_twice() -> None:
    """Counts grow by their logarithm: saying a word a hundred times drowns out nothing."""
    once, often = "harm myself today", "harm myself today " + "hello " * 100
    assert _likeness(once, often) > 0.1
