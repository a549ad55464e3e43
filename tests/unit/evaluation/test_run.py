"""A whole run over small sets: halves, ledger, and what a report may not hold."""

from pathlib import Path

import pytest

from assistant.evaluation.checkout import RESULTS, SETS, Commit
from assistant.evaluation.errors import EvaluationError, ReasonMissing, ReportError
from assistant.evaluation.ledger import NAME, Look, enter_look, read_looks
from assistant.evaluation.report import Evaluation
from assistant.evaluation.run import Plan, require_build_of, run_evaluation
from assistant.evaluation.sets import EvaluationSets, SetName, read_sets
from ingest.corpus import read_corpus
from tests.unit.evaluation.fakes import (
    CORPUS,
    ScriptedAssistant,
    SmallBuild,
    dialogue,
    message,
    not_covered,
    question,
    write_sets,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sets with one case in each half."""
    return write_sets(
        tmp_path / "sets",
        questions=[question(), question("q-2", split="test")],
        not_covered=[not_covered(), not_covered("n-2", split="test")],
        guard=[message(), message("g-2", split="test", tags=["typo"])],
        dialogues=[dialogue(), dialogue("d-2", split="test")],
    )


@pytest.fixture
def sets(folder: Path) -> EvaluationSets:
    """Those, read."""
    return read_sets(folder, CORPUS.facts)


def _run(folder: Path, sets: EvaluationSets, **options: object) -> tuple[Evaluation, ScriptedAssistant, Path]:
    results = folder.parent / "results"
    plan = Plan.of(sets=folder, to=results, **options)
    assistant = ScriptedAssistant({})
    return run_evaluation(plan, sets, assistant, SmallBuild(), quick_start=lambda _: []), assistant, results


def test_without_test_no_case_of_the_test_half_is_asked_or_reported(folder: Path, sets: EvaluationSets) -> None:
    """Only its size is known, and the ledger stays as it is."""
    report, assistant, results = _run(folder, sets)
    assert {figure.split for figure in report.figures} == {"dev"}
    assert not any("-2" in asked.text for asked in assistant.asked)
    assert report.sets["guard"] == {"dev": 1, "test": 1}
    assert report.splits == ("dev",)
    assert not (results / NAME).exists()


def test_with_test_the_look_is_entered_and_misses_are_only_counted(folder: Path, sets: EvaluationSets) -> None:
    """By tag; no case of the test half is named."""
    report, _, results = _run(folder, sets, test=True, why=" release 1 ")
    (look,) = read_looks(results / NAME)
    assert look.why == "release 1"
    assert report.test_looks == 1
    assert {figure.split for figure in report.figures} == {"dev", "test"}
    assert {miss.id for miss in report.misses} == {"q-1", "g-1", "d-1/1", "d-1/2"}
    assert report.misses_by_tag["test"]["guard"] == {"typo": 1}
    assert "-2" not in report.model_dump_json(include={"misses"})


def test_each_look_makes_the_count_higher(folder: Path, sets: EvaluationSets) -> None:
    """The reader sees how often."""
    _run(folder, sets, test=True, why="first")
    report, _, results = _run(folder, sets, test=True, why="second")
    assert report.test_looks == 2
    assert [look.why for look in read_looks(results / NAME)] == ["first", "second"]


def test_a_look_that_breaks_off_was_a_look(folder: Path, sets: EvaluationSets) -> None:
    """It is entered before anything is asked."""

    class _Breaks:
        def explain(self, question: object) -> None:
            raise KeyboardInterrupt

    plan = Plan.of(sets=folder, to=folder.parent / "results", test=True, why="try")
    with pytest.raises(KeyboardInterrupt):
        run_evaluation(plan, sets, _Breaks(), SmallBuild())
    assert len(read_looks(plan.ledger)) == 1


@pytest.mark.parametrize("why", [None, "", "  "])
def test_the_test_half_may_not_be_looked_at_without_a_reason(why: str | None, folder: Path) -> None:
    """The fix names the option."""
    with pytest.raises(ReasonMissing, match="--why"):
        Plan.of(sets=folder, test=True, why=why)
    with pytest.raises(ReasonMissing):
        enter_look(folder / NAME, Look(on="2026-01-01", commit=None, dirty=True, why=why or ""))


def test_the_checkouts_own_sets_have_one_ledger_wherever_results_go(tmp_path: Path) -> None:
    """A look cannot be hidden by writing its report elsewhere."""
    assert Plan.of(to=tmp_path).ledger == RESULTS / NAME
    assert Plan.of(sets=SETS / ".." / "sets", to=tmp_path).ledger == RESULTS / NAME
    assert Plan.of(sets=tmp_path, to=tmp_path).ledger == tmp_path / NAME


def test_a_ledger_that_cannot_be_read_is_named_with_its_line(tmp_path: Path) -> None:
    """Its count could not be trusted."""
    (tmp_path / NAME).write_text('{"on": "2026-01-01", "commit": null, "dirty": true, "why": "x"}\n{}\n', "utf-8")
    with pytest.raises(ReportError, match=r"test-looks\.jsonl:2"):
        read_looks(tmp_path / NAME)


def test_the_checkouts_ledger_can_be_read() -> None:
    """Looks before the command existed are in it."""
    assert len(read_looks(RESULTS / NAME)) >= 2


def test_only_the_sets_named_are_asked(folder: Path, sets: EvaluationSets) -> None:
    """A quick look at one part; no figure of another appears."""
    report, assistant, _ = _run(folder, sets, only=[SetName.GUARD])
    assert [asked.text for asked in assistant.asked] == ["message g-1"]
    assert {figure.set for figure in report.figures} == {"guard"}


def test_a_report_holds_no_message_text(folder: Path, sets: EvaluationSets) -> None:
    """Ids, rules and tags only."""
    report, assistant, _ = _run(folder, sets, test=True, why="privacy")
    written = report.model_dump_json()
    assert not any(asked.text in written for asked in assistant.asked)


def test_every_message_is_asked_once_and_counted_by_the_progress(folder: Path, sets: EvaluationSets) -> None:
    """So that no cache of answers can help; the quick-start's questions count too."""
    told: list[tuple[int, int]] = []
    plan = Plan.of(sets=folder, to=folder.parent)
    assistant = ScriptedAssistant({})
    run_evaluation(
        plan, sets, assistant, SmallBuild(), quick_start=lambda _: [], progress=lambda n, of: told.append((n, of))
    )
    texts = [asked.text for asked in assistant.asked]
    assert len(texts) == len(set(texts)) == 5
    assert told[-1] == (6, 6)


def test_a_build_of_another_corpus_is_refused(small_corpus: Path) -> None:
    """Figures are dated by commit."""
    require_build_of(read_corpus(small_corpus), SmallBuild())
    path = small_corpus / "documents/blocks.md"
    path.write_text(path.read_text("utf-8").replace("wedges slid", "wedges pushed"), "utf-8")
    with pytest.raises(EvaluationError, match="sot ingest"):
        require_build_of(read_corpus(small_corpus), SmallBuild())


def test_a_build_switched_in_meanwhile_ends_the_run(folder: Path, sets: EvaluationSets) -> None:
    """Figures of two builds in one report would be figures of none."""
    plan = Plan.of(sets=folder, to=folder.parent)
    with pytest.raises(EvaluationError, match="build-1 while it was measured"):
        run_evaluation(plan, sets, ScriptedAssistant({}), SmallBuild(id="build-0"))


def test_outside_a_repository_the_commit_is_unknown_and_not_relied_on(tmp_path: Path) -> None:
    """A figure without a commit says so."""
    assert Commit.current(tmp_path) == Commit(None, dirty=True)
