"""The terminal: `sot ask | ingest | corpus | guard | serve | app | evaluate | bench`. It only translates."""

import json
import logging
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import structlog
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from assistant.errors import GuardError, SOTError
from assistant.evaluation.sets import SetName
from assistant.settings import Settings, read_settings
from ingest.documents import Audience

if TYPE_CHECKING:
    from assistant.evaluation.report import Evaluation
    from ingest.clinic import FileReport

app = typer.Typer(
    help="SOT Assistant: cited answers on Sacro-Occipital Technique. Automated information, not a clinician.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,  # locals may hold what a person wrote
)
ingest_app = typer.Typer(help="Build the index, from the corpus and the clinic's own documents.")
corpus_app = typer.Typer(help="Look after the curated corpus.", no_args_is_help=True)
guard_app = typer.Typer(help="Look after the guard.", no_args_is_help=True)
app.add_typer(ingest_app, name="ingest")
app.add_typer(corpus_app, name="corpus")
app.add_typer(guard_app, name="guard")

out = Console()
err = Console(stderr=True)


@app.callback()
def main() -> None:
    """Keep the terminal for answers: log events are for the service."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in your own words.")],
    audience: Annotated[Audience, typer.Option(help="Whose form the answer takes.")] = Audience.PATIENT,
    region: Annotated[str | None, typer.Option(help="Region for emergency numbers, such as US or GB.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as the service sends it.")] = False,
) -> None:
    """Ask one question and print the answer with its sources.

    [dim]sot ask "Who developed SOT and when?"[/dim]
    """
    with _errors_shown():
        from assistant.bootstrap import bootstrap
        from assistant.domain import Question

        settings = read_settings()
        assistant = bootstrap(settings, say=err.print)
        answer = assistant.ask(Question(question, audience, (region or settings.region).upper()))
    if as_json:
        from ui.api.schemas import AnswerOut

        out.print_json(AnswerOut.of(answer).model_dump_json())
    else:
        from ui.terminal import show_answer

        show_answer(answer, out)


@ingest_app.callback(invoke_without_command=True)
def ingest(
    context: typer.Context,
    fresh: Annotated[bool, typer.Option(help="Encode everything anew, even what has not changed.")] = False,
) -> None:
    """Read the corpus and the clinic's own documents, build the index and switch it in.

    Text that has not changed is not encoded again.
    """
    if context.invoked_subcommand is None:
        with _errors_shown():
            _make_build(read_settings(), fresh=fresh)


@ingest_app.command("add")
def ingest_add(
    files: Annotated[list[Path], typer.Argument(help="Markdown, text, HTML, DOCX or PDF files, or a clinic.yaml.")],
) -> None:
    """Take a clinic's documents in, then build. A file that cannot be read is told and left out; the others go in."""
    with _errors_shown():
        from ingest.uploads import add_uploads

        settings = read_settings()
        reports = add_uploads(files, settings.home, is_order=_is_order())
        _show_reports(reports)
        if not all(report.fault for report in reports):
            _make_build(settings)
    raise typer.Exit(1 if any(report.fault for report in reports) else 0)


@ingest_app.command("remove")
def ingest_remove(names: Annotated[list[str], typer.Argument(help="Names as `sot ingest list` shows them.")]) -> None:
    """Remove uploaded documents, then build."""
    with _errors_shown():
        from ingest.uploads import remove_uploads

        settings = read_settings()
        remove_uploads(names, settings.home)
        _make_build(settings)


@ingest_app.command("list")
def ingest_list() -> None:
    """Show the clinic's documents, uploaded or in SOT_CLINIC, and what became of each."""
    with _errors_shown():
        from ingest.clinic import read_shelf

        shelf = read_shelf(read_settings().clinic_folders, is_order=_is_order())
    _show_reports(shelf.reports)
    if not shelf.reports:
        out.print("The clinic has no documents. Add some: sot ingest add FILE, or name a folder in SOT_CLINIC.")


def _make_build(settings: Settings, *, fresh: bool = False) -> None:
    """Build what the settings name, tell of the clinic's files that were left out, and say what serves."""
    from ingest.build import make_build
    from ingest.clinic import read_shelf
    from ingest.corpus import read_corpus
    from ingest.encoder import open_encoder

    shelf = read_shelf(settings.clinic_folders, is_order=_is_order())
    _show_reports([report for report in shelf.reports if report.fault or report.notes])
    corpus = shelf.beside(read_corpus(settings.corpus))
    encoder = open_encoder(settings.home, settings.encoder, say=err.print)
    with _progress("Encoding") as advance:
        made = make_build(corpus, encoder, settings.home, fresh=fresh, progress=advance)
    if made.reused:
        out.print(f"Nothing changed: build [bold]{made.id}[/bold] goes on serving.")
    else:
        out.print(f"Build [bold]{made.id}[/bold] serves: {made.entries} entries, {made.encoded} encoded.")


def _is_order() -> Callable[[str], bool]:
    """The guard's word on whether a sentence of a file tells the assistant what to do."""
    from assistant.bootstrap import open_order_detector

    return open_order_detector()


def _show_reports(reports: Iterable["FileReport"]) -> None:
    """One line a file, and under it what a person should know."""
    for report in reports:
        name = escape(report.name)
        if report.fault:
            out.print(f"[red]{name}[/red]: {escape(report.fault.problem)}", highlight=False, soft_wrap=True)
            out.print(f"    [bold]To mend it:[/bold] {escape(report.fault.fix)}", highlight=False, soft_wrap=True)
        else:
            out.print(f"{name}: {report.sections} sections, {report.statements} sentences", highlight=False)
        for note in report.notes:
            out.print(f"    [yellow]{escape(note)}[/yellow]", highlight=False, soft_wrap=True)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; SOT_HOST otherwise.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; SOT_PORT otherwise.")] = None,
    with_app: Annotated[bool, typer.Option("--app/--no-app", help="Start the Streamlit app too.")] = True,
) -> None:
    """Serve the page with the widget, the HTTP API (its description is at /docs) and, beside them, the app."""
    with _errors_shown():
        import uvicorn

        from ui.api.app import create_app

        settings = read_settings()
        application = create_app(settings)
    address, page_port = host or settings.host, port or settings.port
    # One structured event a question; access lines would add addresses and nothing else.
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    err.print(f"The page: http://{address}:{page_port}  ·  programs: http://{address}:{page_port}/docs")
    with _app_beside(address, settings.app_port) if with_app else nullcontext():
        uvicorn.run(application, host=address, port=page_port, access_log=False)


@app.command("app")
def run_app(
    host: Annotated[str | None, typer.Option(help="Address to listen on; SOT_HOST otherwise.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; SOT_APP_PORT otherwise.")] = None,
) -> None:
    """Serve the Streamlit app alone: chat with its workings, the corpus, the evaluation's figures."""
    with _errors_shown():
        settings = read_settings()
    with _app_beside(host or settings.host, port or settings.app_port) as process:
        raise typer.Exit(process.wait())


@contextmanager
def _app_beside(host: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The app in a process of its own, ended with ours however ours ends."""
    from ui.app.launch import command

    def end(*_: object) -> None:
        raise SystemExit(0)

    # By default SIGTERM would end us on the spot and leave the app behind.
    signal.signal(signal.SIGTERM, end)
    err.print(f"The app:  http://{host}:{port}")
    process = subprocess.Popen(command(host, port), stdout=subprocess.DEVNULL)
    try:
        yield process
    except KeyboardInterrupt:
        pass
    finally:
        process.terminate()
        process.wait()


@app.command()
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
    with _errors_shown():
        from assistant.bootstrap import bootstrap
        from assistant.evaluation.baseline import open_chunks
        from assistant.evaluation.page import write_page
        from assistant.evaluation.report import store
        from assistant.evaluation.run import Plan, require_build_of, run_evaluation
        from assistant.evaluation.sets import read_sets
        from ingest.corpus import read_corpus

        plan = Plan.of(sets=sets, to=to, only=only or (), test=test, why=why)
        settings = read_settings()
        assistant = bootstrap(settings, say=err.print)
        build = assistant.workbench.build
        require_build_of(read_corpus(settings.corpus), build)
        cases = read_sets(plan.sets, build.corpus.facts)
        quick_start = open_chunks(settings.corpus) if baseline else None
        with _progress("Asking") as advance:
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


@app.command()
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
    with _errors_shown():
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
    with _errors_shown():
        from assistant.evaluation.scale import run_scale

        for measured in run_scale():
            out.print_json(json.dumps(asdict(measured)))


@corpus_app.command("check")
def corpus_check(
    folder: Annotated[Path | None, typer.Argument(help="A corpus folder; the configured one otherwise.")] = None,
) -> None:
    """Check the corpus and print every fault with file, line and fix. Exit code 1 if there are any."""
    with _errors_shown():
        from ingest.health import check

        health = check(folder or read_settings().corpus)
    for fault in health.faults:
        where, problem = f"[red]{escape(fault.file)}:{fault.line}[/red]", escape(fault.problem)
        out.print(f"{where} [bold]{fault.rule}[/bold] {problem}", highlight=False, soft_wrap=True)
        out.print(f"    [dim]{escape(fault.fix)}[/dim]", highlight=False, soft_wrap=True)
    counts = ", ".join(f"{number} {name}" for name, number in health.counts.items())
    found = f"[red]{len(health.faults)} faults[/red]" if health.faults else "[green]No faults[/green]"
    out.print(f"{found} in {counts}.", soft_wrap=True)
    if health.faults:
        rules = ", ".join(f"{rule} {number}" for rule, number in health.by_rule.items())
        out.print(f"By rule: {rules}.", highlight=False, soft_wrap=True)
    raise typer.Exit(1 if health.faults else 0)


@corpus_app.command("report")
def corpus_report(
    to: Annotated[Path | None, typer.Option(help="Folder of the page; SOT_HOME/report otherwise.")] = None,
    sets: Annotated[
        Path | None, typer.Option(help="Folder of the evaluation sets; the checkout's own otherwise.")
    ] = None,
) -> None:
    """Write a page on how the corpus stands: coverage, voices, grades, reviews, asks, conflicts; and its figures."""
    with _errors_shown():
        from assistant.evaluation.checkout import SETS
        from ingest.report import make_report, write_report

        settings = read_settings()
        report = make_report(settings.corpus, sets=sets or SETS)
        page = write_report(report, to or settings.home / "report")
    if report.unreached is None:
        err.print("No evaluation questions were found, so the page tells nothing of them. Name their folder: --sets.")
    out.print(f"Page: {page}", highlight=False, soft_wrap=True)


@guard_app.command("train")
def guard_train() -> None:
    """Rebuild the guard's classifier from its training text and print cross-validated figures."""
    with _errors_shown():
        from assistant.bootstrap import GUARD
        from assistant.guard.classifier import Thresholds
        from assistant.guard.training import train
        from ingest.encoder import open_encoder

        settings = read_settings()
        encoder = open_encoder(settings.home, settings.encoder, say=err.print)
        report = train(GUARD / "training", encoder, GUARD, Thresholds.read(GUARD / "thresholds.yaml"))
    out.print(report.table(), soft_wrap=True, highlight=False)


@contextmanager
def _errors_shown() -> Iterator[None]:
    """Show our errors as what is wrong and how to mend it, without a traceback; exit code 2."""
    try:
        yield
    except SOTError as error:
        err.print(f"[red]{error.problem}[/red]", highlight=False, soft_wrap=True)
        err.print(f"[bold]To mend it:[/bold] {error.fix}", highlight=False, soft_wrap=True)
        if isinstance(error, GuardError):
            _show_emergency_numbers()
        raise typer.Exit(2) from error


def _show_emergency_numbers() -> None:
    """Whoever asks while nothing is answered may be in danger."""
    from assistant.guard.contacts import last_resort

    numbers = ", ".join(f"{contact.region} {contact.number}" for contact in last_resort())
    err.print(f"In an emergency call: {numbers}.", highlight=False, soft_wrap=True)


@contextmanager
def _progress(label: str) -> Iterator["_Advance"]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        yield _Advance(bar, label)


class _Advance:
    """Moves a progress bar."""

    def __init__(self, bar: Progress, label: str) -> None:
        self._bar = bar
        self._task = bar.add_task(label, total=None)

    def __call__(self, done: int, total: int) -> None:
        self._bar.update(self._task, completed=done, total=total)
