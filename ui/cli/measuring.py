"""`sot evaluate` and `sot bench`."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from assistant.evaluation.sets import SetName
from assistant.settings import read_settings
from ui.cli.console import err, errors_shown, out, progress

if TYPE_CHECKING:
    from assistant.evaluation.report import Evaluation


def evaluate(
    test: Annotated[bool, typer.Option("--test", help="Ask the test half too; each look is entered.")] = False,
    why: Annotated[str | None, typer.Option(help="Why the test half is looked at; needed with --test.")] = None,
    baseline: Annotated[bool, typer.Option(help="Measure the plain quick-start beside it.")] = True,
    only: Annotated[list[SetName] | None, typer.Option(help="Ask this set only; may be given several times.")] = None,
    to: Annotated[
        Path | None, typer.Option(help="Folder of the report; the checkout's docs/results otherwise.")
    ] = None,
    sets: Annotated[Path | None, typer.Option(help="Folder of the sets; the checkout's own otherwise.")] = None,
) -> None:
    """Ask the evaluation sets and store dated figures with their intervals, beside the plain quick-start's.

    [dim]sot evaluate --only guard --no-baseline[/dim]
    """
    with errors_shown():
        from assistant.bootstrap import bootstrap
        from assistant.evaluation.baseline import open_chunks
        from assistant.evaluation.page import write_page
        from assistant.evaluation.report import store
        from assistant.evaluation.run import Plan, require_build_of, run_evaluation
        from assistant.evaluation.sets import read_sets
        from assistant.guard.audit import NoAudit
        from assistant.store import IN_MEMORY, DatabaseStore
        from ingest.corpus import read_corpus

        plan = Plan.of(sets=sets, to=to, only=only or (), test=test, why=why)
        settings = read_settings()
        store_of_cases = DatabaseStore(IN_MEMORY, retention_days=1)
        assistant = bootstrap(settings, audit=NoAudit(), store=store_of_cases, say=err.print)
        build = assistant.workbench.build
        require_build_of(read_corpus(settings.corpus), build)
        cases = read_sets(plan.sets, build.corpus.facts)
        quick_start = open_chunks(settings.corpus) if baseline else None
        with progress("Asking") as advance:
            report = run_evaluation(plan, cases, assistant, build, quick_start=quick_start, progress=advance)
        path = store(report, plan.results)
        page = write_page(plan.results)
    _show_figures(report)
    out.print(f"Report: {path}\nPage:   {page}", highlight=False, soft_wrap=True)


def _show_figures(report: "Evaluation") -> None:
    """The figures to read first, as a table."""
    from assistant.evaluation.headlines import rows

    table = Table("half", "set", "measure", "SOT Assistant", "quick-start", title=f"Evaluation of build {report.build}")
    for row in rows(report):
        table.add_row(*row)
    out.print(table)
    out.print(f"The test half was looked at {report.test_looks} times so far.")


def bench(
    questions: Annotated[int, typer.Option(help="How many different questions to time.")] = 100,
    baseline: Annotated[bool, typer.Option(help="Time the plain quick-start beside it.")] = True,
    to: Annotated[
        Path | None, typer.Option(help="Folder of the report; the checkout's docs/results otherwise.")
    ] = None,
    scale: Annotated[
        bool, typer.Option("--scale", help="Time searches in 500 and 50,000 invented passages instead; takes minutes.")
    ] = False,
) -> None:
    """Time cold start, warm answers and the guard, beside the plain quick-start (LangChain, HuggingFace, Chroma)."""
    if scale:
        _bench_scale()
        return
    with errors_shown():
        from assistant.evaluation.bench import run_bench
        from assistant.evaluation.page import write_page
        from assistant.evaluation.report import store
        from assistant.evaluation.run import Plan
        from assistant.evaluation.sets import read_sets
        from ingest.corpus import read_corpus

        plan = Plan.of(to=to)
        settings = read_settings()
        cases = read_sets(plan.sets, read_corpus(settings.corpus).facts)
        report = run_bench(settings, cases, questions=questions, with_baseline=baseline)
        path = store(report, plan.results)
        page = write_page(plan.results)
    out.print_json(report.model_dump_json())
    out.print(f"Report: {path}\nPage:   {page}", highlight=False, soft_wrap=True)


def _bench_scale() -> None:
    with errors_shown():
        from assistant.evaluation.scale import run_scale

        for measured in run_scale():
            out.print_json(json.dumps(asdict(measured)))
