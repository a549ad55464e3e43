"""One evaluation: the sets are asked, half by half, and scored."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assistant.evaluation.asking import Explains, OneBuild, Scored, Step, ask_each, play_each
from assistant.evaluation.checkout import RESULTS, SETS, Commit
from assistant.evaluation.dialogues import score_dialogues
from assistant.evaluation.errors import CheckoutMissing, EvaluationError
from assistant.evaluation.guard import score_guard
from assistant.evaluation.ledger import NAME, Look, enter_look, read_looks, require_reason
from assistant.evaluation.not_covered import score_not_covered
from assistant.evaluation.questions import score_questions
from assistant.evaluation.quick_start import FindsChunks, score_quick_start
from assistant.evaluation.report import Evaluation, count_by_tag
from assistant.evaluation.sets import EvaluationSets, SetName, Split
from ingest.build import Build
from ingest.documents import Corpus

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run measures, where its sets are and where its results go."""

    sets: Path = SETS
    results: Path = RESULTS
    only: frozenset[SetName] = frozenset(SetName)
    splits: tuple[Split, ...] = (Split.DEV,)
    why: str | None = None

    @classmethod
    def of(
        cls,
        *,
        sets: Path | None = None,
        to: Path | None = None,
        only: Collection[SetName] = (),
        test: bool = False,
        why: str | None = None,
    ) -> "Plan":
        """The plan that a person's options make.

        Args:
            sets: folder of the sets; the checkout's own if None.
            to: folder of the results; the checkout's own if None.
            only: which sets; all if empty.
            test: whether the test half is asked too.
            why: the reason for looking at it.

        Raises:
            ReasonMissing: the test half is to be asked and nobody says why.
            CheckoutMissing: a folder is left to the checkout, and there is none.
        """
        reason = require_reason(why) if test else None
        if sets is None and not SETS.is_dir():
            raise CheckoutMissing(
                "The evaluation sets are part of the project's checkout, and this installation has none.",
                fix="Run it in the checkout, or name the folder of the sets with --sets.",
            )
        if to is None and not RESULTS.parent.is_dir():
            raise CheckoutMissing(
                "Results are kept in the project's checkout, and this installation has none.",
                fix="Name a folder with --to.",
            )
        splits = (Split.DEV, Split.TEST) if test else (Split.DEV,)
        return cls(sets or SETS, to or RESULTS, frozenset(only) or frozenset(SetName), splits, reason)

    @property
    def ledger(self) -> Path:
        """Where looks at the test half are entered: the checkout's own sets have one ledger, wherever results go."""
        return (RESULTS if self.sets.resolve() == SETS else self.results) / NAME


def require_build_of(corpus: Corpus, build: Build) -> None:
    """Figures are dated by commit, so the build must be of the corpus that stands there.

    Raises:
        EvaluationError: it was made from another.
    """
    if corpus != build.corpus:
        raise EvaluationError(f"Build {build.id} is not of the corpus as it stands.", fix="Run `sot ingest` first.")


def run_evaluation(
    plan: Plan,
    sets: EvaluationSets,
    assistant: Explains,
    build: Build,
    *,
    quick_start: FindsChunks | None = None,
    progress: Progress = lambda _done, _total: None,
) -> Evaluation:
    """Ask and score.

    A look at the test half is entered before anything is asked: one that was broken off was a look all the same.

    Args:
        plan: which sets and halves.
        sets: every case of them; what the plan leaves out is not asked.
        assistant: what is measured.
        build: what it answers from.
        quick_start: the retriever measured beside it; left out if None.
        progress: called with (messages asked, messages to ask).

    Returns:
        The report.

    Raises:
        ReportError: the ledger cannot be read.
        EvaluationError: the assistant began to answer from another build.
    """
    commit, today = Commit.current(), date.today().isoformat()
    if Split.TEST in plan.splits:
        why = require_reason(plan.why)
        enter_look(plan.ledger, Look(on=today, commit=commit.id, dirty=commit.dirty, why=why))
    halves = {split: sets.only(plan.only).half(split) for split in plan.splits}
    asked_twice = sum(len(half.questions) for half in halves.values()) if quick_start else 0
    step = _Counter(sum(half.messages for half in halves.values()) + asked_twice, progress)
    scored: list[Scored] = []
    for split, half in halves.items():
        scored += _score(half, split, OneBuild(assistant, build.id), build, step)
        if quick_start:
            scored.append(score_quick_start(quick_start, half, split, step))
    misses = [miss for one in scored for miss in one.misses]
    return Evaluation(
        measured=today,
        commit=commit.id,
        dirty=commit.dirty,
        build=build.id,
        splits=plan.splits,
        test_looks=len(read_looks(plan.ledger)),
        sets={SetName(name): {Split(half): n for half, n in halves.items()} for name, halves in sets.counts.items()},
        figures=tuple(figure for one in scored for figure in one.figures),
        misses=tuple(miss for miss in misses if miss.split is Split.DEV),
        misses_by_tag=count_by_tag(misses),
    )


def _score(half: EvaluationSets, split: Split, assistant: Explains, build: Build, step: Step) -> list[Scored]:
    """Each set is asked and scored in turn; only abstention needs the outcomes of two."""
    scored = [score_guard(ask_each(assistant, half.guard, step), split)]
    questions = ask_each(assistant, half.questions, step)
    scored.append(score_questions(questions, build.corpus, split))
    not_covered = ask_each(assistant, half.not_covered, step)
    if not_covered:
        scored.append(score_not_covered(not_covered, questions, split))
    scored.append(score_dialogues(play_each(assistant, half.dialogues, step), split))
    return scored


class _Counter:
    """Counts messages and tells the progress."""

    def __init__(self, total: int, progress: Progress) -> None:
        self._total = total
        self._progress = progress
        self._done = 0

    def __call__(self) -> None:
        self._done += 1
        self._progress(self._done, self._total)
