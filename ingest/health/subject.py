"""What a rule looks at: the corpus as it was read, where its records stand, and the day it is judged on."""

from dataclasses import dataclass
from datetime import date

from ingest.documents import Corpus, Document, Section, Statement
from ingest.errors import Fault
from ingest.health.left_out import LeftOut
from ingest.health.places import Places


@dataclass(frozen=True, slots=True)
class Subject:
    """A corpus under examination."""

    corpus: Corpus
    places: Places
    left_out: LeftOut
    today: date

    def at_statement(self, statement: Statement, rule: str, problem: str, fix: str) -> Fault:
        """A fault of a statement, at its line."""
        file = self.corpus.place_of_statement[statement.id].document.file
        return Fault(file, statement.line, rule, problem, fix)


def at_section(document: Document, section: Section, rule: str, problem: str, fix: str) -> Fault:
    """A fault of a section, at its heading's line."""
    return Fault(document.file, section.line, rule, problem, fix)


def begins(statement: Statement) -> str:
    """How a statement begins, quoted, so that a writer knows it again."""
    return repr(statement.text[:60])


def is_row(statement: Statement) -> bool:
    """Whether a statement is a table's row, "header: cell; header: cell"; only those end without a full stop."""
    return not statement.text.endswith((".", "?", "!"))
