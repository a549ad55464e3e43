"""Intervals against published values."""

import pytest

from assistant.evaluation.intervals import centre, percentile_bootstrap, wilson
from assistant.evaluation.measures import Unit


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        # R. G. Newcombe, 1998, Statistics in Medicine 17, 857-872, table I, method 3 (score, Wilson 1927).
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        # The closed form at the ends: z² / (n + z²).
        (0, 10, 0.0000, 0.2775),
        (10, 10, 0.7225, 1.0000),
    ],
)
def test_wilsons_interval_is_the_published_one(hits: int, of: int, low: float, high: float) -> None:
    """At both ends too, where most of the guard's figures lie."""
    assert wilson(hits, of) == pytest.approx((low, high), abs=5e-5)


def test_the_bootstrap_gives_the_same_interval_every_time() -> None:
    """Its seed is fixed, so a report can be made again."""
    ranks = [1.0, 0.5, 0.0, 1.0, 0.25] * 20
    first = percentile_bootstrap(ranks, Unit.RANK)
    assert first == percentile_bootstrap(ranks, Unit.RANK)
    assert first is not None
    assert first.low < centre(ranks, Unit.RANK) < first.high


def test_the_bootstrap_of_a_mean_is_as_wide_as_theory_says() -> None:
    """1.96 standard errors to either side, within a tenth."""
    values = [0.0, 1.0] * 200
    found = percentile_bootstrap(values, Unit.RANK)
    assert found is not None
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * 0.5 / 400**0.5, rel=0.1)


def test_words_are_a_median_and_ranks_a_mean() -> None:
    """One long answer does not move the median."""
    assert centre([10, 20, 900], Unit.WORDS) == 20
    assert centre([10, 20, 900], Unit.STATEMENTS) == 310


def test_one_case_has_no_bootstrap_interval() -> None:
    """It cannot be resampled, and a made-up interval would lie."""
    assert percentile_bootstrap([0.5], Unit.RANK) is None


def test_cases_that_all_agree_have_an_interval_without_width() -> None:
    """And give no warning."""
    assert percentile_bootstrap([80.0] * 9, Unit.WORDS) == (80.0, 80.0)
