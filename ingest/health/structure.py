"""Names and shapes: each id, heading and name stands for one thing, and each table says what its cells are."""

import re
from collections.abc import Iterator
from pathlib import Path

from ingest.errors import Fault
from ingest.health.subject import Subject, at_section

_DELIMITER = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?")


def faults(subject: Subject) -> Iterator[Fault]:
    """Conflicts, headings and the glossary's names that are not unique. Reading finds ids of other records."""
    yield from _conflict_ids(subject)
    yield from _headings(subject)
    yield from _names(subject)


def table_faults(folder: Path) -> Iterator[Fault]:
    """Tables without a header, or with a column that has none.

    Markdown reads the first as a paragraph of bars, whose other faults would not tell a writer what is missing.

    Args:
        folder: the corpus; it need not be readable otherwise.
    """
    for path in sorted(folder.glob("documents/*.md")):
        lines = [text.strip() for text in path.read_text("utf-8").splitlines()]
        for number, text in enumerate(lines):
            is_first = text.startswith("|") and not (number and lines[number - 1].startswith("|"))
            if is_first and (problem := _header_problem(lines[number : number + 2])):
                fix = "Begin the table with a row that names each column, and a row of `| --- |` under it."
                yield Fault(f"documents/{path.name}", number + 1, "table-header", problem, fix)


def _header_problem(head: list[str]) -> str | None:
    """What is wrong with a table's first two lines."""
    if len(head) < 2 or not _DELIMITER.fullmatch(head[1]):
        return "The table has no header."
    if not all(cell.strip() for cell in head[0].strip("|").split("|")):
        return "A column of the table has no header."
    return None


def _conflict_ids(subject: Subject) -> Iterator[Fault]:
    seen: set[str] = set()
    for conflict in subject.corpus.conflicts:
        if conflict.id in seen:
            problem = f"The id {conflict.id} exists twice."
            yield Fault("conflicts.yaml", conflict.line, "duplicate-id", problem, "Rename one.")
        seen.add(conflict.id)


def _headings(subject: Subject) -> Iterator[Fault]:
    """A citation names its document and the last heading: two of one name could not be told apart."""
    for document in subject.corpus.documents:
        seen: dict[str, str] = {}
        for section in document.sections:
            first = seen.setdefault(section.heading[-1].casefold(), section.id)
            if first != section.id:
                problem = f"The heading {section.heading[-1]!r} also stands over {first}."
                yield at_section(document, section, "heading-twice", problem, "Let each say what its section holds.")


def _names(subject: Subject) -> Iterator[Fault]:
    seen: set[str] = set()
    for name, spot in subject.places.names:
        if name.casefold() in seen:
            problem = f"The glossary has {name!r} twice."
            yield Fault(spot.file, spot.line, "duplicate-id", problem, "Keep it with the term it means.")
        seen.add(name.casefold())
