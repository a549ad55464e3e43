"""Reports: what a run measured, as dated JSON in a folder. A second run on the same day keeps the first."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.evaluation.errors import ReportError
from assistant.evaluation.figures import Figure, Miss
from assistant.evaluation.sets import SetName, Split

_NAME = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)-(?P<kind>evaluation|bench|scale)(?:-(?P<number>\d+))?\.json")


class _Report(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Evaluation(_Report):
    """What `sot evaluate` measured.

    `sets` counts the cases of both halves, whichever were asked. Misses of the development half are listed case by
    case; those of the test half are only counted, by tag, so that nobody learns its cases from a report.
    """

    kind: Literal["evaluation"] = "evaluation"
    measured: str
    commit: str | None
    dirty: bool
    build: str
    splits: tuple[Split, ...]
    test_looks: int
    sets: Mapping[SetName, Mapping[Split, int]]
    figures: tuple[Figure, ...]
    misses: tuple[Miss, ...]
    misses_by_tag: Mapping[Split, Mapping[SetName, Mapping[str, int]]]


class Speed(_Report):
    """One system's speed, in a process of its own."""

    start_to_first_answer_s: float
    warm_median_ms: float
    warm_p95_ms: float
    memory_mb: float


class Screening(_Report):
    """How long the guard takes over some messages."""

    messages: int
    median_characters: int
    p50_ms: float
    p95_ms: float


class GuardSpeed(_Report):
    """How long the guard takes over messages as people write them, and over the longest it reads.

    `rules` is the time until a danger that a rule finds is known, before any model is asked: reading the message and
    matching all rules. Reports before 2026-12 lack it.
    """

    typical: Screening
    longest: Screening
    rules_typical: Screening | None = None
    rules_longest: Screening | None = None


class Load(_Report):
    """What many clients met with who asked the running service at once, over HTTP, each question once.

    Answers are replies of status 200, refusals among them; the latency is theirs. `errors` counts everything else, by
    status or by what broke off.
    """

    clients: int
    questions: int
    answers_per_second: float
    median_ms: float
    p95_ms: float
    errors: Mapping[str, int]


class Bench(_Report):
    """What `sot bench` measured. The first reports lack `load`."""

    kind: Literal["bench"] = "bench"
    measured: str
    commit: str | None
    dirty: bool
    machine: Mapping[str, Any]
    questions: int
    assistant: Speed
    baseline: Speed | None
    guard: GuardSpeed
    load: Load | None = None


class CorpusSize(_Report):
    """What one size of corpus cost. Memory is the peak resident set of the process that opens and searches."""

    passages: int
    statements: int
    asks: int
    build_s: float
    open_s: float
    search_median_ms: float
    search_p95_ms: float
    nearest_median_ms: float
    matching_median_ms: float
    memory_mb: float


class Scale(_Report):
    """What `sot bench --scale` measured, the smallest corpus first."""

    kind: Literal["scale"] = "scale"
    measured: str
    commit: str | None
    dirty: bool
    machine: Mapping[str, Any]
    sizes: tuple[CorpusSize, ...]


Report = TypeVar("Report", Evaluation, Bench, Scale)


def count_by_tag(misses: Iterable[Miss]) -> dict[Split, dict[SetName, dict[str, int]]]:
    """Misses by half, set and tag, the most frequent tag first."""
    counted: dict[tuple[Split, SetName], Counter[str]] = {}
    for miss in misses:
        counted.setdefault((miss.split, miss.set), Counter()).update(miss.tags or ["untagged"])
    found: dict[Split, dict[SetName, dict[str, int]]] = {}
    for (split, name), tags in counted.items():
        found.setdefault(split, {})[name] = dict(sorted(tags.items(), key=lambda pair: (-pair[1], pair[0])))
    return found


def store(report: Evaluation | Bench | Scale, folder: Path) -> Path:
    """Write a report to a file of its own.

    Args:
        report: what was measured.
        folder: where reports are kept; made if it is missing.

    Returns:
        The file: `<day>-<kind>.json`, or `-2.json` and so on if the day has reports already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        suffix = f"-{number}" if number > 1 else ""
        path = folder / f"{report.measured}-{report.kind}{suffix}.json"
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(_as_lines(report.model_dump(mode="json")))
        except FileExistsError:
            number += 1
        else:
            return path


def stored(folder: Path, form: type[Report]) -> Iterator[tuple[Path, Report]]:
    """The reports of one kind, newest first; each is read when it is reached.

    Args:
        folder: where reports are kept; it need not exist.
        form: `Evaluation`, `Bench` or `Scale`.

    Raises:
        ReportError: a file is not such a report.
    """
    kind = form.model_fields["kind"].default
    named = [(found, path) for path in folder.glob("*.json") if (found := _NAME.fullmatch(path.name))]
    newest_first = sorted(named, key=lambda pair: (pair[0]["day"], int(pair[0]["number"] or 1)), reverse=True)
    for name, path in newest_first:
        if name["kind"] == kind:
            yield path, _read(path, form)


def _read(path: Path, form: type[Report]) -> Report:
    try:
        return form.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ReportError(
            f"{path} cannot be read as a report: {error}.", fix="Restore it, or delete it and measure again."
        ) from error


def _as_lines(report: Mapping[str, Any]) -> str:
    """JSON with one figure and one miss a line, so that a difference between two reports can be read."""
    parts = []
    for key, value in report.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            rows = ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in value)
            parts.append(f"  {json.dumps(key)}: [\n{rows}\n  ]")
        else:
            parts.append(f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"
