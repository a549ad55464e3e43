"""Rows of foreign tables as sentences: "header: cell; header: cell", the form that curated tables get."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from ingest.formats.outline import Sentence
from ingest.formats.sentences import SENTENCE_CHARACTERS_MAX, clean, sentences

_DIGIT = re.compile(r"\d")
_DAY = re.compile(r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """A row as found: its cells (a merged cell is repeated), its line in the file, and its page if it has pages."""

    cells: tuple[str, ...]
    line: int
    page: int | None = None


def row_sentences(rows: Sequence[Row], headed: bool | None = None) -> Iterator[Sentence]:
    """Each body row as one sentence.

    Args:
        rows: the table's rows, the header among them.
        headed: whether the first row is known to be a header; None if the file does not say.

    Yields:
        `header: cell; header: cell` without empty cells. A row that is one merged cell names the group of the rows
        below and leads them. A row too long to be quoted becomes several, each with its first cell.
    """
    cleaned = [Row(tuple(map(clean, row.cells)), row.line, row.page) for row in rows]
    table = [row for row in cleaned if any(row.cells)]
    headers: tuple[str, ...] = ()
    if table and (headed or (headed is None and _is_header(table[0], table[1:]))):
        headers = table.pop(0).cells
    group = ""
    for row, below in zip_longest(table, table[1:]):
        if row.cells == headers:
            continue
        if not _is_merged(row):
            yield from _sentences(row, headers, group)
        elif below is None or _is_merged(below):  # a note, which names no rows
            yield from _sentences(Row(row.cells[:1], row.line, row.page), (), "")
        else:
            group = row.cells[0]


def could_be_header(row: Row) -> bool:
    """Whether a row could name columns: a name for each but the first, no number, no weekday.

    Args:
        row: a table's first row.
    """
    names = row.cells[1:]
    has_value = any(map(_DIGIT.search, row.cells)) or bool(_DAY.match(row.cells[0]))
    return bool(names) and all(names) and not has_value


def _is_header(first: Row, below: Sequence[Row]) -> bool:
    """Whether a first row is a header, where the file does not say.

    Two columns are as often names with their values ("Parking | free"), so there numbers must follow below.
    """
    if not below or not could_be_header(first):
        return False
    return len(first.cells) > 2 or all(_DIGIT.search(row.cells[-1]) for row in below)


def _is_merged(row: Row) -> bool:
    return len(row.cells) > 1 and len(set(row.cells)) == 1


def _sentences(row: Row, headers: Sequence[str], group: str) -> Iterator[Sentence]:
    pairs = list(_pairs(row.cells, headers))
    lead = f"{group}; " if group else ""
    whole = lead + (": " if not headers and len(pairs) == 2 else "; ").join(pairs)
    if len(whole) <= SENTENCE_CHARACTERS_MAX:
        yield Sentence(whole, (), row.line, row.page)
        return
    key = lead + (f"{pairs[0]}; " if len(pairs) > 1 and len(pairs[0]) < SENTENCE_CHARACTERS_MAX / 4 else "")
    for pair in pairs[1:] if key != lead else pairs:
        name = pair.partition(": ")[0] if headers else ""
        for start, text in sentences(pair):
            yield Sentence(f"{key}{name}: {text}" if start and name else key + text, (), row.line, row.page)


def _pairs(cells: Sequence[str], headers: Sequence[str]) -> Iterator[str]:
    for column, cell in enumerate(cells):
        header = headers[column].removesuffix(":") if column < len(headers) else ""
        if cell and not (column and cell == cells[column - 1] and header == (headers[column - 1 : column] or ("",))[0]):
            yield f"{header}: {cell}" if header else cell
