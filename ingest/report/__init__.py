"""How the corpus stands, as a page and as data: what it covers, who says it, how it reads, what is left to do.

`make_report` counts, `write_report` writes. Rules that must hold are in `ingest.health`; here nothing is judged.
"""

from ingest.report.errors import CorpusReportError
from ingest.report.page import write_report
from ingest.report.report import CorpusReport, make_report

__all__ = ["CorpusReport", "CorpusReportError", "make_report", "write_report"]
