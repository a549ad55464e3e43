"""`sot evaluate` and `sot bench`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from assistant.evaluation.sets import SetName
from assistant.settings import read_settings
from ui.cli.console import err, errors_shown, out, progress

if TYPE_CHECKING:
    from assistant.evaluation.report import Bench, Evaluation, Scale


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
    questions: Annotated[int, typer.Option(help="How many different questions to time one after the other.")] = 100,
    baseline: Annotated[bool, typer.Option(help="Time the plain quick-start beside it.")] = True,
    to: Annotated[
        Path | None, typer.Option(help="Folder of the report; the checkout's docs/results otherwise.")
    ] = None,
    load: Annotated[bool, typer.Option(help="Ask the running service with 32 clients at once too.")] = True,
    scale: Annotated[
        bool, typer.Option("--scale", help="Time searches in 500 and 50,000 invented passages instead; takes minutes.")
    ] = False,
) -> None:
    """Time cold start, warm answers, the guard and the service under load, beside the plain quick-start.

    The quick-start is LangChain, HuggingFace and Chroma as tutorials join them. With --scale a corpus of invented
    passages is built and searched instead. Either is stored as a report and shown on the page of results.

    [dim]sot bench --to folder[/dim]
    """
    with errors_shown():
        from assistant.evaluation.page import write_page
        from assistant.evaluation.report import store
        from assistant.evaluation.run import Plan

        plan = Plan.of(to=to)
        report = _scale() if scale else _bench(plan.sets, questions, baseline, load)
        path = store(report, plan.results)
        page = write_page(plan.results)
    out.print_json(report.model_dump_json())
    out.print(f"Report: {path}\nPage:   {page}", highlight=False, soft_wrap=True)


def _bench(sets: Path, questions: int, baseline: bool, load: bool) -> "Bench":
    from assistant.evaluation.bench import run_bench
    from assistant.evaluation.sets import read_sets
    from ingest.corpus import read_corpus

    settings = read_settings()
    cases = read_sets(sets, read_corpus(settings.corpus).facts)
    service = _service_on if load else None
    return run_bench(settings, cases, questions=questions, with_baseline=baseline, service=service)


def _scale() -> "Scale":
    from assistant.evaluation.scale import run_scale

    return run_scale()


def _service_on(port: int) -> list[str]:
    """The command that serves on a port of this machine, as `sot serve` does, without the app."""
    sot = [sys.executable, "-c", "from ui.cli import app; app()"]
    return [*sot, "serve", "--no-app", "--host", "127.0.0.1", "--port", str(port)]
