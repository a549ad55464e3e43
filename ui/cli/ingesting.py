"""`sot ingest`, and `add`, `remove` and `list` for the documents of a clinic."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from assistant.settings import Settings, read_settings
from ui.cli.console import err, errors_shown, out, progress

if TYPE_CHECKING:
    from ingest.clinic import FileReport

app = typer.Typer(help="Build the index, from the corpus and the clinic's own documents.")


@app.callback(invoke_without_command=True)
def ingest(
    context: typer.Context,
    fresh: Annotated[bool, typer.Option(help="Encode everything anew, even what has not changed.")] = False,
) -> None:
    """Read the corpus and the clinic's own documents, build the index and switch it in.

    Text that has not changed is not encoded again.
    """
    if context.invoked_subcommand is None:
        with errors_shown():
            _make_build(read_settings(), fresh=fresh)


@app.command("add")
def ingest_add(
    files: Annotated[list[Path], typer.Argument(help="Markdown, text, HTML, DOCX or PDF files, or a clinic.yaml.")],
) -> None:
    """Take a clinic's documents in, then build. A file that cannot be read is told and left out; the others go in."""
    with errors_shown():
        from ingest.uploads import add_uploads

        settings = read_settings()
        reports = add_uploads(files, settings.home, is_order=_is_order())
        _show_reports(reports)
        if not all(report.fault for report in reports):
            _make_build(settings)
    raise typer.Exit(1 if any(report.fault for report in reports) else 0)


@app.command("remove")
def ingest_remove(names: Annotated[list[str], typer.Argument(help="Names as `sot ingest list` shows them.")]) -> None:
    """Remove uploaded documents, then build."""
    with errors_shown():
        from ingest.uploads import remove_uploads

        settings = read_settings()
        remove_uploads(names, settings.home)
        _make_build(settings)


@app.command("train")
def ingest_train() -> None:
    """Teach the encoder which statement answers which question, from the corpus's own asks and gaps.

    Writes `ingest/adapter`; then build anew. It took 22 minutes on one core.
    """
    with errors_shown():
        from ingest.corpus import read_corpus
        from ingest.encoder import MATCHING, open_encoder
        from ingest.lessons import Lessons
        from ingest.matching import teach_matching

        settings = read_settings()
        lessons = Lessons(read_corpus(settings.corpus), open_encoder(settings.home, say=err.print))
        teach_matching(lessons, say=err.print).save(MATCHING)
    out.print(f"Written: {MATCHING}. Build with it: sot ingest", highlight=False, soft_wrap=True)


@app.command("list")
def ingest_list() -> None:
    """Show the clinic's documents, uploaded or in SOT_CLINIC, and what became of each."""
    with errors_shown():
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
    from ingest.encoder import open_matching_encoder

    shelf = read_shelf(settings.clinic_folders, is_order=_is_order())
    _show_reports([report for report in shelf.reports if report.fault or report.notes])
    corpus = shelf.beside(read_corpus(settings.corpus))
    encoder = open_matching_encoder(settings.home, settings.encoder, say=err.print)
    with progress("Encoding") as advance:
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
