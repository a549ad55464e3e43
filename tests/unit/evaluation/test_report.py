"""Reports in a folder, and the page made of them."""

import json
from pathlib import Path

import pytest

from assistant.evaluation.checkout import RESULTS
from assistant.evaluation.errors import ReportError
from assistant.evaluation.headlines import rows, weakest
from assistant.evaluation.ledger import NAME, Look, enter_look
from assistant.evaluation.page import PAGE, render_page, write_page
from assistant.evaluation.report import (
    Bench,
    CorpusSize,
    Evaluation,
    GuardSpeed,
    Load,
    Scale,
    Screening,
    Speed,
    store,
    stored,
)
from assistant.evaluation.run import Plan, run_evaluation
from assistant.evaluation.sets import SetName, Split, read_sets
from tests.unit.evaluation.fakes import CORPUS, A, Says, ScriptedAssistant, SmallBuild, message, write_sets

_SPEED = Speed(start_to_first_answer_s=2.4, warm_median_ms=25.0, warm_p95_ms=40.0, memory_mb=373.0)
_SCREENING = Screening(messages=200, median_characters=81, p50_ms=9.0, p95_ms=20.0)
_BENCH = Bench(
    measured="2026-11-25",
    commit="abc1234",
    dirty=False,
    machine={"processors": 2},
    questions=100,
    assistant=_SPEED,
    baseline=None,
    guard=GuardSpeed(typical=_SCREENING, longest=_SCREENING),
)
_QUICK_START = Speed(start_to_first_answer_s=24.0, warm_median_ms=10.0, warm_p95_ms=20.0, memory_mb=746.0)
_LOAD = Load(clients=32, questions=271, answers_per_second=39.9, median_ms=704.25, p95_ms=1234.5, errors={})
_SMALL = CorpusSize(
    passages=500,
    statements=1000,
    asks=250,
    build_s=1.2,
    open_s=0.0,
    search_median_ms=4.0,
    search_p95_ms=5.0,
    nearest_median_ms=2.0,
    matching_median_ms=0.5,
    memory_mb=150.0,
)
_LARGE = _SMALL.model_copy(
    update={"passages": 50_000, "statements": 100_000, "open_s": 2.5, "search_median_ms": 6.0, "memory_mb": 1200.0}
)
_SCALE = Scale(measured="2026-12-02", commit="abc1234", dirty=False, machine={"processors": 2}, sizes=(_SMALL, _LARGE))


def _report(folder: Path, *, only: tuple[SetName, ...] = (), test: bool = False) -> Evaluation:
    """Twelve emergencies of which none is seen, and one case of everything else."""
    lines = [message(f"g-{n}", split="dev" if n else "test", tags=["lang:de"]) for n in range(13)]
    sets = write_sets(folder / "sets", guard=lines)
    plan = Plan.of(sets=sets, to=folder, only=only, test=test, why="a test")
    assistant = ScriptedAssistant({}, Says(A.ANSWER, facts=(("seed-013",),)))
    return run_evaluation(plan, read_sets(sets, CORPUS.facts), assistant, SmallBuild(), quick_start=lambda _: [])


def test_a_second_report_on_a_day_keeps_the_first(tmp_path: Path) -> None:
    """With a suffix that counts on; the tenth is newer than the second."""
    report = _report(tmp_path).model_copy(update={"measured": "2026-11-25"})
    paths = [store(report.model_copy(update={"commit": f"c{n}"}), tmp_path) for n in range(1, 11)]
    assert [path.name for path in paths[:2]] == ["2026-11-25-evaluation.json", "2026-11-25-evaluation-2.json"]
    assert [found.commit for _, found in stored(tmp_path, Evaluation)][:2] == ["c10", "c9"]
    assert json.loads(paths[0].read_text("utf-8"))["commit"] == "c1"


def test_kinds_are_told_apart_and_days_come_before_suffixes(tmp_path: Path) -> None:
    """The newest bench is not an evaluation."""
    store(_BENCH, tmp_path)
    store(_BENCH, tmp_path)
    newest = store(_BENCH.model_copy(update={"measured": "2026-11-26"}), tmp_path)
    store(_report(tmp_path), tmp_path)
    assert next(path for path, _ in stored(tmp_path, Bench)) == newest


def test_a_stored_report_reads_back_the_same(tmp_path: Path) -> None:
    """Nothing is lost between run and page; one figure a line."""
    report = _report(tmp_path)
    path = store(report, tmp_path)
    assert [found for _, found in stored(tmp_path, Evaluation)] == [report]
    assert sum('"measure"' in line for line in path.read_text("utf-8").splitlines()) == len(report.figures)


def test_the_report_has_the_keys_that_others_read(tmp_path: Path) -> None:
    """The app draws them."""
    written = json.loads(store(_report(tmp_path), tmp_path).read_text("utf-8"))
    assert list(written)[:9] == [
        "kind", "measured", "commit", "dirty", "build", "splits", "test_looks", "sets", "figures",
    ]  # fmt: skip
    assert set(written["figures"][0]) == {
        "system", "split", "set", "measure", "group", "value", "low", "high", "hits", "of", "unit",
    }  # fmt: skip
    assert set(written["misses"][0]) == {"split", "set", "id", "expected", "got", "rule", "tags"}


def test_a_damaged_report_is_named(tmp_path: Path) -> None:
    """With what to do about it."""
    (tmp_path / "2026-11-25-bench.json").write_text("{}", "utf-8")
    with pytest.raises(ReportError, match=r"2026-11-25-bench\.json"):
        render_page(tmp_path)


@pytest.mark.parametrize("form", [Evaluation, Bench, Scale])
def test_every_report_of_the_checkout_can_still_be_read(form: type[Evaluation | Bench | Scale]) -> None:
    """A key that was added later is not asked for of those before."""
    kind = form.model_fields["kind"].default
    assert len(list(stored(RESULTS, form))) == len(list(RESULTS.glob(f"*-{kind}*.json")))


def test_the_page_of_the_checkout_is_the_page_of_its_reports() -> None:
    """Docs that cannot lie: `sot evaluate` and `sot bench` write it, nobody else."""
    assert (RESULTS / PAGE).read_text("utf-8") == render_page(RESULTS)


def test_the_page_is_the_same_bytes_for_the_same_files(tmp_path: Path) -> None:
    """Writing it again changes nothing."""
    store(_report(tmp_path, test=True), tmp_path)
    store(_BENCH, tmp_path)
    first = write_page(tmp_path).read_bytes()
    assert write_page(tmp_path).read_bytes() == first


def test_the_page_says_what_is_weak_how_often_test_was_looked_at_and_what_the_quick_start_lacks(tmp_path: Path) -> None:
    """A reader should not have to look for it."""
    store(_report(tmp_path), tmp_path)
    enter_look(tmp_path / NAME, Look(on="2026-11-25", commit=None, dirty=True, why="out of curiosity"))
    page = render_page(tmp_path)
    assert "| `emergency` | 0.00 (0.00–0.24) 0 of 12 |" in page
    assert "| Guard | `emergency` | 0.00 (0.00–0.24) | 0 of 12 |" in page
    assert "| Guard | lang:de 12 |" in page
    assert "1 so far" in page
    assert "out of curiosity" in page
    assert "no guard and\nnever abstains" in page
    assert "No report in this folder has asked it." in page


def test_the_page_shows_the_newest_whole_report_of_either_half(tmp_path: Path) -> None:
    """A quick look at one set, or at the development half alone, does not take the rest from the page."""
    whole = store(_report(tmp_path, test=True), tmp_path)
    dev = store(_report(tmp_path), tmp_path)
    part = store(_report(tmp_path, only=(SetName.GUARD,)), tmp_path)
    page = render_page(tmp_path)
    assert page.index("## The test half") < page.index(f"]({whole.name})") < page.index("## The development half")
    assert f"]({dev.name})" in page
    assert f"]({part.name})" not in page


def test_a_folder_without_reports_has_a_page_that_says_so(tmp_path: Path) -> None:
    """No figure is made up."""
    assert render_page(tmp_path).count("No report in this folder has asked it.") == 2


def test_the_page_says_how_many_times_the_quick_starts_figures_ours_are(tmp_path: Path) -> None:
    """Beside the figures themselves; without a quick-start there is nothing to compare with."""
    store(_BENCH, tmp_path)
    assert "| one warm answer, median, ms | 25.0 |\n" in render_page(tmp_path)
    store(_BENCH.model_copy(update={"baseline": _QUICK_START}), tmp_path)
    page = render_page(tmp_path)
    assert "|  | SOT Assistant | quick-start (retrieval only) | SOT Assistant / quick-start |" in page
    assert "| start to first answer, s | 2.4 | 24.0 | 0.10 |" in page
    assert "| one warm answer, median, ms | 25.0 | 10.0 | 2.50 |" in page
    assert "| memory, peak resident, MB | 373.0 | 746.0 | 0.50 |" in page


@pytest.mark.parametrize(
    ("errors", "shown"), [({}, "0"), ({"503": 2}, "2 (503: 2)"), ({"503": 2, "TimeoutError": 1}, None)]
)
def test_the_page_shows_the_load_with_its_errors(errors: dict[str, int], shown: str | None, tmp_path: Path) -> None:
    """How many, and of which kinds."""
    store(_BENCH.model_copy(update={"load": _LOAD.model_copy(update={"errors": errors})}), tmp_path)
    row = f"| 32 | 271 | 39.9 | 704.2 | 1,234.5 | {shown or '3 (503: 2, TimeoutError: 1)'} |"
    assert row in render_page(tmp_path)


def test_a_bench_without_load_has_a_page_that_shows_none(tmp_path: Path) -> None:
    """As the first reports are."""
    path = store(_BENCH, tmp_path)
    told = json.loads(path.read_text("utf-8"))
    del told["load"]
    path.write_text(json.dumps(told), "utf-8")
    assert "clients" not in render_page(tmp_path)


def test_the_page_shows_the_newest_scale_and_how_much_the_large_corpus_costs(tmp_path: Path) -> None:
    """Its figures over those of the small one; a time too short to tell is divided by nobody."""
    store(_SCALE.model_copy(update={"measured": "2026-12-01", "sizes": (_SMALL,)}), tmp_path)
    newest = store(_SCALE, tmp_path)
    assert newest.name == "2026-12-02-scale.json"
    page = render_page(tmp_path)
    assert f"]({newest.name})" in page
    assert "|  | 500 passages | 50,000 passages | 50,000 / 500 |" in page
    assert "| statements in it | 1,000 | 100,000 | 100.00 |" in page
    assert "| one search, median, ms | 4.0 | 6.0 | 1.50 |" in page
    assert "| opening it, s | 0.0 | 2.5 | – |" in page
    assert page.index("## Scale") < page.index("## What the measures mean")


def test_a_stored_scale_reads_back_the_same(tmp_path: Path) -> None:
    """One size a line, and neither a bench nor an evaluation."""
    path = store(_SCALE, tmp_path)
    assert [found for _, found in stored(tmp_path, Scale)] == [_SCALE]
    assert sum('"passages"' in line for line in path.read_text("utf-8").splitlines()) == 2
    assert not list(stored(tmp_path, Bench))


def test_groups_of_a_few_cases_are_not_called_weak(tmp_path: Path) -> None:
    """One miss of one case says nothing."""
    assert {figure.group for figure in weakest(_report(tmp_path).figures, Split.DEV)} == {
        "emergency", "audience:patient",
    }  # fmt: skip


def test_the_headlines_put_both_systems_in_one_row(tmp_path: Path) -> None:
    """All cases, and the guard action by action."""
    found = {(name, label): (ours, theirs) for _, name, label, ours, theirs in rows(_report(tmp_path))}
    assert found["guard", "right action: emergency"] == ("0.00 (0.00–0.24) 0 of 12",) * 2
    assert found["questions", "fact stated"] == ("1.00 (0.21–1.00) 1 of 1", "")
    assert not any("lang:" in label for _, label in found)
