"""The corpus of invented words on which scale is measured, and what is measured on it."""

import numpy as np
import pytest

from assistant.evaluation.scale import WordSum, made_up, run_scale


@pytest.mark.parametrize("passages", [1, 41, 100])
def test_a_made_up_corpus_has_so_many_passages_of_two_statements(passages: int) -> None:
    """Its spans hold, as in a corpus that somebody wrote, and it is the same each time."""
    corpus = made_up(passages)
    assert corpus == made_up(passages)
    assert len(corpus.places) == passages
    assert len(corpus.statements) == 2 * passages
    assert set(corpus.asks_of_section) == set(corpus.sections)
    for id, statement in corpus.statements.items():
        assert corpus.place_of_statement[id].passage.text[statement.start : statement.end] == statement.text


def test_texts_that_share_words_are_near() -> None:
    """Unit vectors, the same in any process."""
    vectors = WordSum().encode(["Badabi bedabi bidabi.", "Bidabi: badabi bedabi.", "Lobudi lobadi."])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1)
    assert vectors[0] @ vectors[1] == pytest.approx(1)
    assert abs(vectors[0] @ vectors[2]) < 0.3
    assert np.array_equal(
        vectors, WordSum().encode(["Badabi bedabi bidabi.", "Bidabi: badabi bedabi.", "Lobudi lobadi."])
    )


def test_each_size_is_measured_in_processes_of_its_own_the_smallest_first() -> None:
    """Figures are reports: here only that there are some."""
    small, large = run_scale([60, 30]).sizes
    assert (small.passages, small.statements, small.asks) == (30, 60, 15)
    assert large.passages == 60
    assert min(small.search_median_ms, small.nearest_median_ms, small.open_s, small.memory_mb) > 0
