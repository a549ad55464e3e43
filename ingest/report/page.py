"""The report as files: `index.html`, one page that needs nothing else, and `report.json`."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ingest.report.errors import CorpusReportError
from ingest.report.report import CorpusReport

PAGE = "index.html"
DATA = "report.json"


def render(report: CorpusReport) -> str:
    """A report as an HTML page without scripts; every text in it is escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(PAGE).render(report=report)


def write_report(report: CorpusReport, folder: Path) -> Path:
    """Write a report.

    Args:
        report: what to tell.
        folder: where to; it is made if there is none, and an older report in it is replaced.

    Returns:
        The page.

    Raises:
        CorpusReportError: the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / DATA).write_text(report.model_dump_json(indent=2) + "\n", "utf-8")
        (folder / PAGE).write_text(render(report), "utf-8")
    except OSError as error:
        raise CorpusReportError(
            f"The report cannot be written to {folder}: {error.strerror}.", fix="Name another folder with --to."
        ) from error
    return folder / PAGE
