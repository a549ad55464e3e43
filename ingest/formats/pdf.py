"""A foreign PDF to an outline: headings by the size and weight of their type, paragraphs by the space between lines."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

from ingest.formats.foreign_errors import NoText
from ingest.formats.foreign_tables import Row
from ingest.formats.foreign_writer import Line, OutlineWriter
from ingest.formats.pdf_furniture import without_furniture
from ingest.formats.pdf_hyphens import Hyphens
from ingest.formats.pdf_layout import Box
from ingest.formats.pdf_pages import FILE_SECONDS_MAX, PAGES_MAX, read_pages

_HEADING_CHARACTERS_MAX = 150
_BOLD_HEADING_WORDS_MAX = 14
_BROKEN_LINE_CHARACTERS_MAX = 60
_LARGER = 1.12  # than the body, from where on type is a heading's
_LEVELS_MAX = 6

_ITEM = re.compile(r"(?:[•▪◦●‣·*–\uf0b7\uf0a7-]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+(?P<text>\S.*)|[•▪●](?P<tight>\S.*)")
_NUMBER = re.compile(r"^(?:\d{1,2}[.)]|\d{1,2}(?:\.\d{1,2})+[.)]?)\s+(?=\w)")
_ENDS = (".", "!", "?", ":", ".”", '."')


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line or table with its page, and its number among the document's lines."""

    box: Box
    page: int
    number: int


def write_pdf(path: Path, writer: OutlineWriter) -> str:
    """Write a PDF's text to an outline, each sentence with its page; a line's number counts the document's lines.

    Args:
        path: the file.
        writer: what to write to; its notes tell which pages were not read, and why.

    Returns:
        The title: the largest type on the first page, else "".

    Raises:
        Encrypted: it needs a password.
        BrokenFile: it is no PDF that can be opened.
        TooLarge: it was not even opened in time.
        NoText: all its pages are images, or blank.
    """
    pages, count = read_pages(path)
    writer.notes.extend(f"page {page.number} {page.problem}" for page in pages if page.problem)
    if len(pages) < min(count, PAGES_MAX):
        writer.note(f"pages {len(pages) + 1} to {count} were not read: it took {FILE_SECONDS_MAX} seconds")
    elif count > PAGES_MAX:
        writer.note(f"pages {PAGES_MAX + 1} to {count} were not read: a document may have {PAGES_MAX}")
    boxes = [(box, page.number) for page in without_furniture(pages) for box in page.boxes]
    if not boxes:
        why = "; ".join(writer.notes[:3]) or "its pages are blank"
        raise NoText(f"{path.name} holds no text ({why}).", fix="Make its text readable (OCR), or give the original.")
    return _Composer([_Placed(box, page, at) for at, (box, page) in enumerate(boxes, start=1)], writer).write()


class _Composer:
    """Groups lines into headings, paragraphs, lists and tables."""

    def __init__(self, placed: Sequence[_Placed], writer: OutlineWriter) -> None:
        self._placed = placed
        self._writer = writer
        lines = [one.box for one in placed if not one.box.rows]
        weights: Counter[tuple[float, bool]] = Counter()
        for line in lines:
            weights[line.size, line.bold] += len(line.text)
        self._body, self._is_body_bold = max(weights, key=lambda key: weights[key], default=(10.0, False))
        self._gap = _usual_gap(placed, self._body)
        self._hyphens = Hyphens([line.text for line in lines])
        sizes = sorted({line.size for line in lines if self._is_heading(line)}, reverse=True)
        self._levels = {size: min(level, _LEVELS_MAX) for level, size in enumerate(sizes, start=1)}

    def write(self) -> str:
        """Write everything; return the title."""
        title = ""
        position = 0
        while position < len(self._placed) and not self._writer.is_full:
            first = self._placed[position]
            if first.box.rows:
                group = list(self._table_from(position))
                self._write_table(group)
            elif self._is_heading(first.box):
                group = list(self._heading_from(position))
                text = " ".join(line.text for line in self._lines(group))
                level = self._levels[first.box.size]
                title = title or (text if first.page == 1 and level == 1 else "")
                self._writer.heading(level, _NUMBER.sub("", text), first.number)
            elif _ITEM.match(first.box.text):
                group = list(self._list_from(position))
                self._writer.items(list(self._items(group)))
            else:
                group = list(self._paragraph_from(position))
                self._writer.paragraph(self._lines(group), broken=self._is_broken(group))
            position += len(group)
        return title

    def _lines(self, group: Sequence[_Placed]) -> list[Line]:
        return self._hyphens.join([Line(one.box.text, one.number, one.page) for one in group])

    def _is_heading(self, line: Box) -> bool:
        if line.rows or len(line.text) > _HEADING_CHARACTERS_MAX or not any(map(str.isalpha, line.text)):
            return False
        if line.size >= self._body * _LARGER:
            return not line.text.endswith((",", ";")) and (line.bold or not line.text.endswith("."))
        is_bold = line.bold and not self._is_body_bold and line.size >= self._body * 0.95
        return (
            is_bold
            and len(line.text.split()) <= _BOLD_HEADING_WORDS_MAX
            and not line.text.endswith((".", ",", ";", "!"))
        )

    def _heading_from(self, start: int) -> Iterator[_Placed]:
        """A heading's lines: of one type, close together."""
        first = last = self._placed[start]
        yield first
        for one in self._placed[start + 1 : start + 4]:
            same = (one.box.size, one.box.bold) == (first.box.size, first.box.bold) and self._is_heading(one.box)
            gap = one.box.top - last.box.bottom
            if not same or one.page != first.page or not -1.0 < gap < 0.5 * first.box.size:
                return
            yield one
            last = one

    def _table_from(self, start: int) -> Iterator[_Placed]:
        """A table, with its continuations: tables of as many columns at the top of the pages that follow."""
        last = self._placed[start]
        yield last
        for one in self._placed[start + 1 :]:
            goes_on = one.box.rows and one.page == last.page + 1 and len(one.box.rows[0]) == len(last.box.rows[0])
            if not goes_on:
                return
            yield one
            last = one

    def _write_table(self, group: Sequence[_Placed]) -> None:
        """Write a table; its header is left out where a page repeats it."""
        header = group[0].box.rows[0]
        rows = [
            Row(cells, one.number, one.page)
            for one in group
            for at, cells in enumerate(one.box.rows)
            if one is group[0] or at or cells != header
        ]
        repeated = len(group) > 1 and group[1].box.rows[0] == header
        self._writer.table(rows, headed=True if repeated or group[0].box.bold else None)

    def _list_from(self, start: int) -> Iterator[_Placed]:
        """A list's lines: items, and lines that go on under an item's text."""
        last = item = self._placed[start]
        yield last
        for one in self._placed[start + 1 :]:
            if one.box.rows or self._is_heading(one.box):
                return
            if _ITEM.match(one.box.text):
                item = one
            elif self._parts(last, one) or (one.page == item.page and one.box.x0 < item.box.x0 + 2.0):
                return
            yield one
            last = one

    def _items(self, group: Sequence[_Placed]) -> Iterator[list[Line]]:
        item: list[_Placed] = []
        for one in group:
            if _ITEM.match(one.box.text) and item:
                yield self._item(item)
                item = []
            item.append(one)
        yield self._item(item)

    def _item(self, placed: Sequence[_Placed]) -> list[Line]:
        first, *rest = placed
        match = _ITEM.match(first.box.text)
        text = (match["text"] or match["tight"]) if match else first.box.text
        lines = [Line(text, first.number, first.page), *(Line(one.box.text, one.number, one.page) for one in rest)]
        return self._hyphens.join(lines)

    def _paragraph_from(self, start: int) -> Iterator[_Placed]:
        last = self._placed[start]
        yield last
        for one in self._placed[start + 1 :]:
            if one.box.rows or self._is_heading(one.box) or _ITEM.match(one.box.text) or self._parts(last, one):
                return
            yield one
            last = one

    def _parts(self, above: _Placed, below: _Placed) -> bool:
        """Whether a paragraph ends between two lines."""
        gap = below.box.top - above.box.bottom
        if below.page != above.page or gap < -0.5 * self._body:  # the next page or column
            return above.box.text.endswith(_ENDS)
        return gap > self._gap + 0.35 * self._body or abs(above.box.size - below.box.size) > 1.5

    def _is_broken(self, group: Sequence[_Placed]) -> bool:
        """Whether the author broke the lines, as in an address: short ones, and no sentence ends or goes on."""
        texts = [one.box.text for one in group]
        goes_on = any(text[0].islower() for text in texts[1:])
        return not goes_on and all(
            len(text) <= _BROKEN_LINE_CHARACTERS_MAX and not text.endswith((".", "!", "?")) for text in texts
        )


def _usual_gap(placed: Sequence[_Placed], body: float) -> float:
    """The space between two lines of the body's size, at the median."""
    gaps = [
        below.box.top - above.box.bottom
        for above, below in pairwise(placed)
        if above.page == below.page and above.box.size == below.box.size == body
    ]
    within = [gap for gap in gaps if -0.5 * body < gap < 1.5 * body]
    return median(within) if within else 0.2 * body
