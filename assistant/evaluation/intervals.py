"""Intervals of 95%: Wilson's for shares, the bootstrap's for means and medians.

scipy comes with scikit-learn and is loaded here and in the guard's training, never when serving.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import binomtest, bootstrap

from assistant.evaluation.measures import Unit

CONFIDENCE = 0.95
RESAMPLES = 2_000
SEED = 1924


class Interval(NamedTuple):
    """Its bounds."""

    low: float
    high: float


def wilson(hits: int, of: int) -> Interval:
    """The score interval of a share (E. B. Wilson, 1927, J. Am. Stat. Assoc. 22, 209-212).

    It keeps its width at 0 and at 1, where most of the guard's figures lie and the usual interval has none.

    Args:
        hits: cases that hit.
        of: all cases, at least one.

    Returns:
        The bounds, within 0 and 1.
    """
    found = binomtest(hits, of).proportion_ci(CONFIDENCE, method="wilson")
    return Interval(float(found.low), float(found.high))


def centre(values: Sequence[float], unit: Unit) -> float:
    """The figure of some cases' values: the median of words, else the mean."""
    return float(np.median(values) if unit is Unit.WORDS else np.mean(values))


def percentile_bootstrap(values: Sequence[float], unit: Unit) -> Interval | None:
    """The percentile bootstrap interval of `centre` (B. Efron, 1979, Ann. Stat. 7, 1-26), with a fixed seed.

    Args:
        values: one a case.
        unit: which centre is meant.

    Returns:
        The bounds; None for fewer than two values, which cannot be resampled.
    """
    if len(values) < 2:
        return None
    statistic = np.median if unit is Unit.WORDS else np.mean
    found = bootstrap(
        (np.asarray(values, float),),
        statistic,
        confidence_level=CONFIDENCE,
        n_resamples=RESAMPLES,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return Interval(float(found.low), float(found.high))
