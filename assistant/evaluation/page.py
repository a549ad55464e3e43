"""The page of results, `docs/results/README.md`: everything in it comes from the reports and the ledger beside it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.domain import Action
from assistant.evaluation.figures import Figure, System
from assistant.evaluation.headlines import MAIN, WEAKEST_CASES_MIN, counted, said, weakest
from assistant.evaluation.ledger import NAME, Look, read_looks
from assistant.evaluation.measures import Measure, Unit
from assistant.evaluation.report import Bench, CorpusSize, Evaluation, GuardSpeed, Load, Scale, Speed, stored
from assistant.evaluation.sets import ALL, SetName, Split

PAGE = "README.md"
_HALVES = {Split.TEST: "test half", Split.DEV: "development half"}
_SYSTEMS = {System.ASSISTANT: "SOT Assistant", System.QUICK_START: "quick-start"}
_SETS = {
    SetName.GUARD: "Guard",
    SetName.QUESTIONS: "Questions that the facts answer",
    SetName.NOT_COVERED: "Questions that no fact answers",
    SetName.DIALOGUES: "Dialogues",
}
# The measures told apart by group; the others stand over all cases only.
_BY_GROUP = {
    SetName.GUARD: (Measure.RIGHT_ACTION, Measure.DANGER_TOLD, Measure.FALSE_ALARM, Measure.HONEST_PASSED),
    SetName.QUESTIONS: (Measure.FACT_STATED, Measure.RIGHT_FIRST, Measure.ABSTAINED, Measure.REFUSED),
    SetName.NOT_COVERED: (Measure.TOLD_NOT_COVERED, Measure.FALSELY_ANSWERED),
    SetName.DIALOGUES: (Measure.TURN_RIGHT, Measure.DIALOGUE_RIGHT),
}
_SPEEDS = {
    "start_to_first_answer_s": "start to first answer, s",
    "warm_median_ms": "one warm answer, median, ms",
    "warm_p95_ms": "one warm answer, 95th percentile, ms",
    "memory_mb": "memory, peak resident, MB",
}
_COSTS = {
    "statements": "statements in it",
    "build_s": "building the index, without encoding, s",
    "open_s": "opening it, s",
    "search_median_ms": "one search, median, ms",
    "search_p95_ms": "one search, 95th percentile, ms",
    "nearest_median_ms": "of it the nearest vectors, median, ms",
    "matching_median_ms": "of it the matching words, median, ms",
    "memory_mb": "memory, peak resident, MB",
}

_HEAD = f"""# Results

Written by `sot evaluate` and `sot bench` from the reports in this folder. A test compares page and reports, so edits
by hand do not last.

A figure is a share of cases unless it says otherwise, with its 95% interval: Wilson's for shares, the percentile
bootstrap's for ranks, words and statements. The cases are described in
[tests/evaluation](../../tests/evaluation/README.md); their labels were reviewed by no clinician. The development half
has chosen weights and thresholds, so only the test half judges; each look at it is in [{NAME}]({NAME}).

The quick-start is what tutorials build: LangChain's RecursiveCharacterTextSplitter (1000/200), HuggingFaceEmbeddings,
Chroma, k = 4, over the same documents, asked the same questions. It retrieves and does no more. **It has no guard and
never abstains**, so its figures there are not measured but follow: whatever it is sent goes through, emergencies too.
"""


@dataclass(frozen=True, slots=True)
class _Half:
    """One half of one report."""

    report: Evaluation
    split: Split

    def figures(self, name: SetName) -> tuple[Figure, ...]:
        """The half's figures of one set."""
        return tuple(f for f in self.report.figures if f.split is self.split and f.set is name)


def write_page(folder: Path) -> Path:
    """Write the page of a folder anew.

    Returns:
        The page.

    Raises:
        ReportError: a report or the ledger cannot be read.
    """
    path = folder / PAGE
    path.write_text(render_page(folder), "utf-8")
    return path


def render_page(folder: Path) -> str:
    """The page of a folder: the newest whole report of either half, the newest bench and scale, every look at
    the test half.

    Args:
        folder: holds the reports and the ledger.

    Returns:
        Markdown; the same for the same files.

    Raises:
        ReportError: a report or the ledger cannot be read.
    """
    blocks = [_HEAD.strip()]
    if looks := read_looks(folder / NAME):
        blocks += _looks(looks)
    for split in (Split.TEST, Split.DEV):
        blocks += _half(_newest(folder, split), split)
    if bench := next(stored(folder, Bench), None):
        blocks += _bench(*bench)
    if scale := next(stored(folder, Scale), None):
        blocks += _scale(*scale)
    blocks += _meanings()
    return "\n\n".join(blocks) + "\n"


def _newest(folder: Path, split: Split) -> tuple[Path, Evaluation] | None:
    """The newest report on a half that asked every set of it; if none did, the newest that asked some."""
    newest = None
    for path, report in stored(folder, Evaluation):
        if split in report.splits:
            newest = newest or (path, report)
            if {figure.set for figure in report.figures if figure.split is split} == set(SetName):
                return path, report
    return newest


def _looks(looks: Sequence[Look]) -> Iterator[str]:
    yield "## Looks at the test half"
    yield f"{len(looks)} so far. The more, the less a figure on it proves."
    rows = ((look.on, _commit(look.commit, look.dirty), look.why) for look in looks)
    yield _table(("on", "commit", "why"), rows)


def _half(newest: tuple[Path, Evaluation] | None, split: Split) -> Iterator[str]:
    yield f"## The {_HALVES[split]}"
    if newest is None:
        yield "No report in this folder has asked it."
        return
    path, report = newest
    yield (
        f"Measured {report.measured} at commit {_commit(report.commit, report.dirty)}, build `{report.build}`; by then "
        f"the test half had been looked at {report.test_looks} times: [{path.name}]({path.name})."
    )
    half = _Half(report, split)
    for name, title in _SETS.items():
        if figures := half.figures(name):
            yield f"### {title} ({report.sets[name][split]:,} cases)"
            yield from _set(figures, name)
    yield from _weak(half)


def _set(figures: Sequence[Figure], name: SetName) -> Iterator[str]:
    """Over all cases, both systems beside each other; then by group."""
    everything = [figure for figure in figures if figure.group == ALL]
    measures = dict.fromkeys(figure.measure for figure in everything)
    systems = [system for system in System if any(figure.system is system for figure in everything)]
    rows = [[_name(measure), *(_cell(everything, measure, ALL, system) for system in systems)] for measure in measures]
    yield _table(("all cases", *(_SYSTEMS[system] for system in systems)), rows)
    if name is SetName.GUARD:
        yield _by_action(figures)
    shown = [measure for measure in _BY_GROUP[name] if measure in measures]
    grouped = [f for f in figures if f.system is System.ASSISTANT and f.measure in shown and ":" in f.group]
    groups = sorted(dict.fromkeys(figure.group for figure in grouped))
    rows = [[group, *(_cell(grouped, measure, group) for measure in shown)] for group in groups]
    yield _table(("SOT Assistant by group", *map(_name, shown)), rows)


def _by_action(figures: Sequence[Figure]) -> str:
    """The guard by the action that fits: the person's, the guard's alone, the quick-start's."""
    rows = []
    for action in Action:
        if any(figure.group == action for figure in figures):
            final = _cell(figures, Measure.RIGHT_ACTION, action)
            alone = _cell(figures, Measure.RIGHT_SCREENING, action)
            alarm = _cell(figures, Measure.FALSE_ALARM, action)
            caught = _cell(figures, Measure.CAUGHT, action)
            through = _cell(figures, Measure.RIGHT_ACTION, action, System.QUICK_START)
            rows.append([f"`{action}`", final, alone, caught, alarm, through])
    heads = ("action that fits", "right action", "guard alone", "caught", "false alarm", "quick-start (no guard)")
    return _table(heads, rows)


def _weak(half: _Half) -> Iterator[str]:
    yield "### Where it is weakest"
    mains = ", ".join(f"{_name(measure)} ({_SETS[name].lower()})" for name, measure in MAIN.items())
    yield f"The lowest groups of {WEAKEST_CASES_MIN} cases or more in each set's main measure: {mains}."
    rows = ([_SETS[f.set], _group(f), said(f), counted(f)] for f in weakest(half.report.figures, half.split))
    yield _table(("set", "group", "figure", "cases"), rows)
    yield "Misses by tag, a miss under each of its tags:"
    by_set = half.report.misses_by_tag.get(half.split, {})
    rows = ([_SETS[name], ", ".join(f"{tag} {count}" for tag, count in tags.items())] for name, tags in by_set.items())
    yield _table(("set", "misses"), rows)


def _group(figure: Figure) -> str:
    return f"`{figure.group}`" if figure.group in set(Action) else figure.group


def _bench(path: Path, bench: Bench) -> Iterator[str]:
    yield "## Speed"
    yield (
        f"Measured {bench.measured} at commit {_commit(bench.commit, bench.dirty)} over {bench.questions} development "
        f"questions, each asked once, each system in a process of its own ({_machine(bench)}): "
        f"[{path.name}]({path.name})."
    )
    yield _speeds(bench)
    if bench.load:
        yield from _load(bench.load)
    yield _guard(bench.guard)


def _speeds(bench: Bench) -> str:
    if not bench.baseline:
        return _table(("", "SOT Assistant"), _compared(_SPEEDS, [bench.assistant]))
    heads = ("", "SOT Assistant", "quick-start (retrieval only)", "SOT Assistant / quick-start")
    return _table(heads, _compared(_SPEEDS, [bench.assistant, bench.baseline], over=(0, 1)))


def _load(load: Load) -> Iterator[str]:
    yield (
        f"The running service, asked over HTTP by {load.clients} clients at once on the same machine, each its next "
        "question as soon as it has an answer; no question twice. An error is any reply but 200:"
    )
    kinds = ", ".join(f"{kind}: {count}" for kind, count in load.errors.items())
    errors = f"{sum(load.errors.values())}" + (f" ({kinds})" if kinds else "")
    figures = (f"{figure:,.1f}" for figure in (load.answers_per_second, load.median_ms, load.p95_ms))
    heads = ("clients", "questions", "answers a second", "one answer, median, ms", "95th percentile, ms", "errors")
    yield _table(heads, [[str(load.clients), f"{load.questions:,}", *figures, errors]])


def _guard(guard: GuardSpeed) -> str:
    measured = [
        ("as people write", guard.typical),
        ("the longest it reads", guard.longest),
        ("its rules alone, as people write", guard.rules_typical),
        ("its rules alone, the longest", guard.rules_longest),
    ]
    screened = [(name, one) for name, one in measured if one]
    lines = (
        [name, f"{one.median_characters:,}", f"{one.messages}", f"{one.p50_ms:,.1f}", f"{one.p95_ms:,.1f}"]
        for name, one in screened
    )
    return _table(("guard alone", "characters, median", "messages", "median, ms", "95th percentile, ms"), lines)


def _scale(path: Path, scale: Scale) -> Iterator[str]:
    yield "## Scale"
    yield (
        f"Measured {scale.measured} at commit {_commit(scale.commit, scale.dirty)} in corpora of invented words, which "
        f"no model encodes: index and retrieval alone, without guard and composing, each in a process of its own "
        f"({_machine(scale)}): [{path.name}]({path.name})."
    )
    first, last = scale.sizes[0], scale.sizes[-1]
    heads = ["", *(f"{size.passages:,} passages" for size in scale.sizes), f"{last.passages:,} / {first.passages:,}"]
    yield _table(heads, _compared(_COSTS, scale.sizes, over=(-1, 0)))


def _compared(
    labels: Mapping[str, str], columns: Sequence[Speed | CorpusSize], *, over: tuple[int, int] | None = None
) -> Iterator[list[str]]:
    """A row a figure with its value in each column, and the ratio of one column over another if they are named."""
    for key, label in labels.items():
        values = [getattr(column, key) for column in columns]
        shown = [f"{value:,}" if isinstance(value, int) else f"{value:,.1f}" for value in values]
        if over:
            above, below = (values[index] for index in over)
            shown.append(f"{above / below:,.2f}" if below else "–")
        yield [label, *shown]


def _machine(report: Bench | Scale) -> str:
    return ", ".join(f"{name} {value}" for name, value in report.machine.items())


def _meanings() -> Iterator[str]:
    yield "## What the measures mean"
    yield _table(("measure", "meaning"), ((_name(measure), measure.means) for measure in Measure))


def _cell(figures: Iterable[Figure], measure: Measure, group: str, system: System = System.ASSISTANT) -> str:
    """One figure, or a dash where the measure does not apply."""
    for figure in figures:
        if (figure.measure, figure.group, figure.system) == (measure, group, system):
            return f"{said(figure)} {counted(figure)}"
    return "–"


def _name(measure: Measure) -> str:
    unit = {Unit.RANK: ", mean", Unit.WORDS: ", median", Unit.STATEMENTS: ", mean"}.get(measure.unit, "")
    return ("MRR" if measure is Measure.MRR else measure.replace("_", " ")) + unit


def _commit(id: str | None, dirty: bool) -> str:
    known = f"`{id}`" if id else "unknown"
    return f"{known} with uncommitted changes" if dirty else known


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
