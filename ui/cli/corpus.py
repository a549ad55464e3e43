"""`sot corpus`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from assistant.settings import read_settings
from ui.cli.console import err, errors_shown, out

app = typer.Typer(help="Look after the curated corpus.", no_args_is_help=True)


@app.command("check")
def corpus_check(
    folder: Annotated[Path | None, typer.Argument(help="A corpus folder; the configured one otherwise.")] = None,
) -> None:
    """Check the corpus and print every fault with file, line and fix. Exit code 1 if there are any."""
    with errors_shown():
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


@app.command("report")
def corpus_report(
    to: Annotated[Path | None, typer.Option(help="Folder of the page; SOT_HOME/report otherwise.")] = None,
    sets: Annotated[
        Path | None, typer.Option(help="Folder of the evaluation sets; the checkout's own otherwise.")
    ] = None,
) -> None:
    """Write a page on how the corpus stands: coverage, voices, grades, reviews, asks, conflicts; and its figures."""
    with errors_shown():
        from assistant.evaluation.checkout import SETS
        from ingest.report import make_report, write_report

        settings = read_settings()
        report = make_report(settings.corpus, sets=sets or SETS)
        page = write_report(report, to or settings.home / "report")
    if report.unreached is None:
        err.print("No evaluation questions were found, so the page tells nothing of them. Name their folder: --sets.")
    out.print(f"Page: {page}", highlight=False, soft_wrap=True)
