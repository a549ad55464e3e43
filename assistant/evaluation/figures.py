"""A figure: one measure over one group of cases, with its interval."""

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict

from assistant.domain import Verdict
from assistant.evaluation.measures import Measure, Unit
from assistant.evaluation.sets import Case, SetName, Split


class System(StrEnum):
    """What is measured."""

    ASSISTANT = "assistant"
    QUICK_START = "quick-start"


class Figure(BaseModel):
    """One measured figure. `low` and `high` bound its 95% interval; shares name `hits` of `of`, others only `of`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    system: System
    split: Split
    set: SetName
    measure: Measure
    group: str
    value: float
    low: float | None
    high: float | None
    hits: int | None
    of: int | None
    unit: Unit


class Miss(BaseModel):
    """A case that went wrong, without its text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    split: Split
    set: SetName
    id: str
    expected: str
    got: str
    rule: str
    tags: tuple[str, ...]

    @classmethod
    def of(cls, case: Case, of_set: SetName, verdict: Verdict, **otherwise: str) -> Self:
        """What went wrong with a case.

        Args:
            case: the one asked.
            of_set: where it stands.
            verdict: what the person got.
            otherwise: `id`, `expected` or `got`, where they are not the case's id and action and the verdict's action.
        """
        found = {"id": case.id, "expected": getattr(case, "action", ""), "got": verdict.action} | otherwise
        same = {"split": case.split, "set": of_set, "rule": verdict.rule, "tags": case.tags}
        return cls.model_validate(same | found)
