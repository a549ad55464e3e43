"""Reports that `sot evaluate` and `sot bench` left in a folder, as far as they are shown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

import ui

RESULTS = Path(ui.__file__).parents[1] / "docs" / "results"


class _Read(BaseModel):
    """What is read of a report. No more is asked for, so that reports of other commits stay readable."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Figure(_Read):
    """One measured figure: of which system, on which cases, with its interval where it has one."""

    system: str
    split: str
    set: str
    measure: str
    group: str
    value: float
    low: float | None = None
    high: float | None = None
    hits: float | None = None
    of: int | None = None
    unit: str


class Miss(_Read):
    """A case that went wrong."""

    split: str
    set: str
    id: str
    expected: str
    got: str
    rule: str | None = None
    tags: tuple[str, ...] = ()


class Evaluation(_Read):
    """A report of `sot evaluate`."""

    kind: Literal["evaluation"]
    measured: str
    commit: str | None = None
    dirty: bool = False
    build: str
    test_looks: int
    sets: Mapping[str, Mapping[str, int]]
    figures: tuple[Figure, ...]
    misses: tuple[Miss, ...] = ()
    misses_by_tag: Mapping[str, Mapping[str, Mapping[str, int]]] = {}


class Bench(_Read):
    """A report of `sot bench`."""

    kind: Literal["bench"]
    measured: str
    machine: Mapping[str, Any]
    questions: int
    assistant: Mapping[str, Any]
    baseline: Mapping[str, Any] | None = None
    guard: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Reports:
    """What a folder holds, newest first, by file name, and what could not be read."""

    evaluations: Mapping[str, Evaluation]
    benches: Mapping[str, Bench]
    faults: tuple[str, ...]


_Report = TypeVar("_Report", Evaluation, Bench)


def read_reports(folder: Path = RESULTS) -> Reports:
    """Read every report of a folder.

    Args:
        folder: holds `<day>-evaluation.json` and `<day>-bench.json`, or `-2.json` and so on; it need not exist.

    Returns:
        The reports by file name. A file that cannot be read is a fault that names it; the others are read all the same.
    """
    faults: list[str] = []
    evaluations = _read(folder.glob("*-evaluation*.json"), Evaluation, faults)
    return Reports(evaluations, _read(folder.glob("*-bench*.json"), Bench, faults), tuple(faults))


def _read(paths: Iterable[Path], form: type[_Report], faults: list[str]) -> dict[str, _Report]:
    """Reports by file name, newest first; what is wrong with a file is added to the faults."""
    found: dict[str, _Report] = {}
    for path in sorted(paths):
        try:
            found[path.name] = form.model_validate_json(path.read_bytes())
        except OSError as error:
            faults.append(f"{path.name} cannot be read: {error.strerror}.")
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"])) or "the file"
            faults.append(f"{path.name} is not a report as this page knows it: {where}: {first['msg']}.")
    # By length before name, the tenth of a day comes after the ninth.
    return dict(sorted(found.items(), key=lambda pair: (pair[1].measured, len(pair[0]), pair[0]), reverse=True))
