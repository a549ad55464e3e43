"""What is shown of reports: figures as they are charted, misses by tag, times side by side."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.evaluation.measures import Measure
from ui.app.reports import Bench, Evaluation, Figure

_SYSTEMS = {"assistant": "SOT Assistant", "quick-start": "plain quick-start"}
_PLACES = {"words": 0, "statements": 1}
_BENCHED = {
    "start_to_first_answer_s": "start to first answer, s",
    "warm_median_ms": "one warm answer, median, ms",
    "warm_p95_ms": "one warm answer, 95 in 100 within, ms",
    "memory_mb": "memory, MB",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure as it is charted."""

    system: str
    group: str
    value: float
    low: float
    high: float
    says: str


def family(group: str) -> str:
    """What kind of group it is: the word before the colon of "tag:typo"; all cases and actions are of kind action."""
    return group.partition(":")[0] if ":" in group else "action"


def title(measure: str) -> str:
    """What a measure is called."""
    return "MRR" if measure == "mrr" else measure.replace("_", " ").capitalize()


def meaning(measure: str) -> str | None:
    """What a measure means, in a sentence; None if no measure of this commit has that name."""
    return next((one.means for one in Measure if one == measure), None)


def marks(figures: Iterable[Figure]) -> dict[str, tuple[Mark, ...]]:
    """Figures as they are charted.

    Args:
        figures: those of one set and split.

    Returns:
        Measure → its marks, in the order in which the report names them.
    """
    found: dict[str, list[Mark]] = {}
    for figure in figures:
        found.setdefault(figure.measure, []).append(
            Mark(
                system=_SYSTEMS.get(figure.system, figure.system),
                group=figure.group,
                value=figure.value,
                low=figure.value if figure.low is None else figure.low,
                high=figure.value if figure.high is None else figure.high,
                says=said(figure),
            )
        )
    return {measure: tuple(these) for measure, these in found.items()}


def said(figure: Figure) -> str:
    """A figure in words: its value, its interval, and how many cases it rests on."""
    places = _PLACES.get(figure.unit, 2)
    parts = [f"{figure.value:.{places}f}"]
    if figure.low is not None and figure.high is not None:
        parts.append(f"({figure.low:.{places}f} to {figure.high:.{places}f})")
    if figure.of is not None:
        parts.append(f"{figure.hits:g} of {figure.of}" if figure.hits is not None else f"over {figure.of}")
    return " ".join(parts)


def missed_by_tag(report: Evaluation, set: str, split: str) -> tuple[tuple[str, int], ...]:
    """How many misses carry each tag.

    Args:
        report: counts them itself, or lists them.
        set: whose misses.
        split: of which half.

    Returns:
        Tag → misses, the most frequent first; a miss without tags counts as "untagged".
    """
    listed = [miss for miss in report.misses if (miss.set, miss.split) == (set, split)]
    counted = report.misses_by_tag.get(split, {}).get(set) or Counter(
        tag for miss in listed for tag in miss.tags or ("untagged",)
    )
    return tuple(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def bench_rows(bench: Bench) -> tuple[tuple[str, str, str], ...]:
    """What was timed: its name, the assistant's figure, the quick-start's. What only one has, the other leaves open."""
    baseline = bench.baseline or {}
    names = dict.fromkeys((*bench.assistant, *baseline))
    return tuple(
        (_BENCHED.get(name, name.replace("_", " ")), _number(bench.assistant.get(name)), _number(baseline.get(name)))
        for name in names
    )


def guard_rows(bench: Bench) -> tuple[tuple[str, str], ...]:
    """What was timed of the guard alone: which messages, and every figure on them in words."""
    return tuple((name.replace("_", " "), _worded(figures)) for name, figures in (bench.guard or {}).items())


def _worded(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name.replace('_', ' ')} {_number(one)}" for name, one in value.items())
    return _number(value)


def _number(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.1f}"
    return "" if value is None else str(value)
