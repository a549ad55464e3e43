"""Cases to figures: each case leaves a value a measure in every group that it belongs to."""

from collections.abc import Iterable, Iterator

from assistant.domain import Action
from assistant.evaluation.figures import Figure, System
from assistant.evaluation.intervals import centre, percentile_bootstrap, wilson
from assistant.evaluation.measures import Measure, Unit
from assistant.evaluation.sets import ALL, SetName, Split

DIGITS = 4
_ACTIONS = [action.value for action in Action]


class Tally:
    """Gathers values of one system on one half of one set."""

    def __init__(self, system: System, split: Split, set: SetName) -> None:
        self._system = system
        self._split = split
        self._set = set
        self._values: dict[Measure, dict[str, list[float]]] = {}

    def add(self, measure: Measure, groups: Iterable[str], value: float) -> None:
        """Count a case.

        Args:
            measure: what is measured.
            groups: the groups that the case belongs to.
            value: True or False where the measure is a share, else a number.
        """
        by_group = self._values.setdefault(measure, {})
        for group in dict.fromkeys(groups):
            by_group.setdefault(group, []).append(float(value))

    def figures(self) -> tuple[Figure, ...]:
        """A figure for each measure and group with cases: all of them, then by action, audience, tag, language."""
        return tuple(self._figures())

    def _figures(self) -> Iterator[Figure]:
        for measure, by_group in self._values.items():
            for group in sorted(by_group, key=_order):
                yield self._figure(measure, group, by_group[group])

    def _figure(self, measure: Measure, group: str, values: list[float]) -> Figure:
        is_share = measure.unit is Unit.SHARE
        hits = int(sum(values)) if is_share else None
        interval = percentile_bootstrap(values, measure.unit) if hits is None else wilson(hits, len(values))
        return Figure(
            system=self._system,
            split=self._split,
            set=self._set,
            measure=measure,
            group=group,
            value=round(centre(values, measure.unit), DIGITS),
            low=round(interval.low, DIGITS) if interval else None,
            high=round(interval.high, DIGITS) if interval else None,
            hits=hits,
            of=len(values),
            unit=measure.unit,
        )


def _order(group: str) -> tuple[int, int, str]:
    """All, then actions by precedence, then audiences, tags, languages and documents by name."""
    if group == ALL:
        return (0, 0, "")
    if group in _ACTIONS:
        return (1, _ACTIONS.index(group), "")
    return (2 + ["audience", "tag", "lang", "document"].index(group.split(":")[0]), 0, group)
