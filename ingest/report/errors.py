"""What can go wrong with a report."""

from ingest.errors import SOTError


class CorpusReportError(SOTError):
    """The report cannot be made or written."""
