"""The few figures of a report that are read first, and the groups it is weakest in."""

from collections.abc import Iterable, Iterator

from assistant.domain import Action
from assistant.evaluation.figures import Figure, System
from assistant.evaluation.measures import Measure, Unit
from assistant.evaluation.report import Evaluation
from assistant.evaluation.sets import ALL, SetName, Split

# Each set's plainest question: did it go right?
MAIN = {
    SetName.GUARD: Measure.RIGHT_ACTION,
    SetName.QUESTIONS: Measure.FACT_STATED,
    SetName.NOT_COVERED: Measure.TOLD_NOT_COVERED,
    SetName.DIALOGUES: Measure.TURN_RIGHT,
}
WEAKEST_SHOWN = 6
WEAKEST_CASES_MIN = 10
_ACTIONS = frozenset(action.value for action in Action)


def headlines(figures: Iterable[Figure]) -> Iterator[Figure]:
    """The figures to read first: every measure over all cases, and the guard's right action by action."""
    for figure in figures:
        is_guards = figure.set is SetName.GUARD and figure.measure is Measure.RIGHT_ACTION
        if figure.group == ALL or (is_guards and figure.group in _ACTIONS):
            yield figure


def weakest(figures: Iterable[Figure], split: Split) -> tuple[Figure, ...]:
    """The assistant's lowest main figures. Languages stand as one group, `tag:multilingual`: else they fill the list.

    Args:
        figures: of a report.
        split: of which half.

    Returns:
        At most `WEAKEST_SHOWN` groups a set, of at least `WEAKEST_CASES_MIN` cases, the lowest share first.
    """
    by_set: dict[SetName, list[Figure]] = {}
    for figure in figures:
        is_main = figure.measure is MAIN[figure.set] and (figure.system, figure.split) == (System.ASSISTANT, split)
        is_part = figure.group != ALL and not figure.group.startswith("lang:")
        if is_main and is_part and (figure.of or 0) >= WEAKEST_CASES_MIN:
            by_set.setdefault(figure.set, []).append(figure)
    lowest = (sorted(some, key=lambda figure: (figure.value, figure.group))[:WEAKEST_SHOWN] for some in by_set.values())
    return tuple(figure for some in lowest for figure in some)


def said(figure: Figure) -> str:
    """A figure as it is read: its value, its interval, and how many cases it rests on."""
    places = {Unit.WORDS: 0, Unit.STATEMENTS: 1}.get(figure.unit, 2)
    parts = [f"{figure.value:.{places}f}"]
    if figure.low is not None and figure.high is not None:
        parts.append(f"({figure.low:.{places}f}–{figure.high:.{places}f})")
    return " ".join(parts)


def counted(figure: Figure) -> str:
    """The cases behind a figure."""
    return f"{figure.hits:,} of {figure.of:,}" if figure.hits is not None else f"over {figure.of:,}"


def rows(report: Evaluation) -> Iterator[tuple[str, str, str, str, str]]:
    """The headlines as a table: half, set, measure or action, the assistant's figure, the quick-start's."""
    found: dict[tuple[str, str, str], dict[System, str]] = {}
    for figure in headlines(report.figures):
        label = figure.measure.replace("_", " ")
        if figure.group != ALL:
            label = f"{label}: {figure.group}"
        cells = found.setdefault((figure.split, figure.set, label), {})
        cells[figure.system] = f"{said(figure)} {counted(figure)}"
    for (split, name, label), cells in found.items():
        yield (split, name, label, cells.get(System.ASSISTANT, ""), cells.get(System.QUICK_START, ""))
