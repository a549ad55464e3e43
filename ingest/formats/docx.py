"""A foreign Word document to an outline: headings by their styles, lists, tables and text boxes, in order.

python-docx opens the file and resolves styles. The body is walked as XML, because the library's own order leaves out
content controls and text boxes.
"""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from ingest.formats.foreign_errors import BrokenFile, Encrypted, TooLarge
from ingest.formats.foreign_tables import Row
from ingest.formats.foreign_writer import Line, OutlineWriter

UNPACKED_BYTES_MAX = 100 * 2**20
XML_BYTES_MAX = 20 * 2**20  # of it; a parsed element takes many times its source's memory
ENTRIES_MAX = 5_000
DEPTH_MAX = 20
SPAN_MAX = 50
_BOLD_HEADING_CHARACTERS_MAX = 90

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HEADING = re.compile(r"Heading ([1-9])", re.IGNORECASE)
_OFF = ("0", "false", "off")


def write_docx(path: Path, writer: OutlineWriter) -> str:
    """Write a Word document's content to an outline; a line's number is its paragraph's.

    Args:
        path: the file.
        writer: what to write to.

    Returns:
        The title: the paragraph of style Title, else the document's property, else "".

    Raises:
        TooLarge: it unpacks beyond a bound, measured before unpacking.
        Encrypted: it needs a password.
        BrokenFile: it is no Word document, or a broken one.
    """
    _refuse_bomb(path)
    from docx import Document

    try:
        document = Document(str(path))
        walker = _Walker(document, writer)
        walker.walk(document.element.body)
        walker.end_list()
        return walker.title or document.core_properties.title or ""
    except Exception as error:  # whatever a damaged file brings about in zlib, lxml or python-docx
        raise BrokenFile(
            f"{path.name} is not a Word document that can be read.", fix="Open it in Word and save it again as .docx."
        ) from error


def _refuse_bomb(path: Path) -> None:
    """Refuse a file by what its directory says it unpacks to; zipfile never unpacks more than that."""
    try:
        with ZipFile(path) as packed:
            entries = packed.infolist()
    except (BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise BrokenFile(
            f"{path.name} is not a whole Word document.", fix="Copy it again, or save it again as .docx."
        ) from error
    if any(entry.flag_bits & 1 for entry in entries):
        raise Encrypted(f"{path.name} needs a password.", fix="Save it without a password.")
    xml = sum(entry.file_size for entry in entries if entry.filename.endswith((".xml", ".rels")))
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > ENTRIES_MAX or xml > XML_BYTES_MAX or unpacked > UNPACKED_BYTES_MAX:
        raise TooLarge(
            f"{path.name} unpacks to {unpacked // 2**20} MiB in {len(entries)} parts, {xml // 2**20} MiB of it XML; "
            f"{UNPACKED_BYTES_MAX // 2**20}, {ENTRIES_MAX:,} and {XML_BYTES_MAX // 2**20} are the most.",
            fix="Save it without its pictures, or in parts.",
        )


class _Walker:
    """Walks the body once, in order."""

    def __init__(self, document: Any, writer: OutlineWriter) -> None:
        self.title = ""
        self._styles = {style.style_id: style for style in document.styles}
        self._writer = writer
        self._items: list[list[Line]] = []
        self._number = 0
        self._level = 0

    def walk(self, parent: Any, depth: int = 0) -> None:
        """Write what a parent holds; content controls are looked into."""
        if depth > DEPTH_MAX:
            return
        for child in parent.iterchildren():
            if self._writer.is_full:
                return
            if child.tag == f"{_W}p":
                self._write_paragraph(child, depth)
            elif child.tag == f"{_W}tbl":
                self._write_table(child, depth)
            elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml", f"{_W}ins", f"{_W}smartTag"):
                self.walk(child, depth + 1)

    def end_list(self) -> None:
        """Write the items gathered so far."""
        items, self._items = self._items, []
        if items:
            self._writer.items(items)

    def _write_paragraph(self, paragraph: Any, depth: int) -> None:
        self._number += 1
        number = self._number
        text = _text(paragraph)
        if text.strip():
            self._write_text(paragraph, text, number)
        for box in _text_boxes(paragraph):
            self.end_list()
            self.walk(box, depth + 1)

    def _write_text(self, paragraph: Any, text: str, number: int) -> None:
        level = self._heading_level(paragraph)
        if level is None and self._is_item(paragraph):
            self._items.append([Line(text, number)])
            return
        self.end_list()
        if level == 0 and not self.title and number <= 5:
            self.title = " ".join(text.split())
        elif level is not None:
            self._level = max(1, level)
            self._writer.heading(self._level, text, number)
        elif _is_bold_heading(paragraph, text):
            self._writer.heading(self._level + 1, text, number)
        else:
            lines = [Line(line, number) for line in text.split("\n")]
            self._writer.paragraph(lines, broken=len(lines) > 1)

    def _heading_level(self, paragraph: Any) -> int | None:
        """0 for a title, 1 to 9 for a heading by its outline level or its style (or what that is based on)."""
        own = paragraph.find(f"{_W}pPr/{_W}outlineLvl")
        if own is not None and (own.get(f"{_W}val") or "9") in "012345678":
            return int(own.get(f"{_W}val")) + 1
        for style in self._style_chain(paragraph):
            name = style.name or ""
            if name == "Title":
                return 0
            if match := _HEADING.fullmatch(name):
                return int(match[1])
        return None

    def _is_item(self, paragraph: Any) -> bool:
        """Whether a paragraph is numbered or bulleted, itself or by its style."""
        number = paragraph.find(f"{_W}pPr/{_W}numPr/{_W}numId")
        if number is not None:
            return str(number.get(f"{_W}val")) != "0"
        return any(
            (style.name or "").startswith("List") or style.element.find(f"{_W}pPr/{_W}numPr") is not None
            for style in self._style_chain(paragraph)
            if (style.name or "") != "List Continue"
        )

    def _style_chain(self, paragraph: Any) -> Iterator[Any]:
        """A paragraph's style and those it is based on, within a bound: a broken file may go round in circles."""
        named = paragraph.find(f"{_W}pPr/{_W}pStyle")
        style = self._styles.get(named.get(f"{_W}val")) if named is not None else None
        for _ in range(DEPTH_MAX):
            if style is None or style.type != 1 or style.name in ("Normal", "List Paragraph"):
                return
            yield style
            style = style.base_style

    def _write_table(self, table: Any, depth: int) -> None:
        self.end_list()
        rows = list(self._rows(table))
        if all(len(row.cells) < 2 for row in rows):  # a frame around text, not a table
            self._number -= sum(1 for _ in table.iter(f"{_W}p"))
            for cell in _own(table, "tc"):
                self.walk(cell, depth + 1)
                self.end_list()
        else:
            self._writer.table(rows, headed=_is_headed(table))

    def _rows(self, table: Any) -> Iterator[Row]:
        """A table's rows; a cell merged over columns or rows is repeated in each."""
        above: list[str] = []
        for row in _own(table, "tr"):
            number = self._number + 1
            cells: list[str] = []
            for cell in _own(row, "tc"):
                merge = cell.find(f"{_W}tcPr/{_W}vMerge")
                goes_on = merge is not None and merge.get(f"{_W}val", "continue") == "continue"
                text = above[len(cells)] if goes_on and len(cells) < len(above) else _cell_text(cell)
                cells.extend([text] * _span(cell))
            self._number += sum(1 for _ in row.iter(f"{_W}p"))
            above = cells
            yield Row(tuple(cells), number)


def _own(parent: Any, name: str) -> Iterator[Any]:
    """A table's rows or a row's cells, also in content controls; not those of tables in its cells."""
    for child in parent.iterchildren():
        if child.tag == f"{_W}{name}":
            yield child
        elif child.tag in (f"{_W}tr", f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml"):
            yield from _own(child, name)


def _text(paragraph: Any) -> str:
    """A paragraph's seen text, with line feeds for its breaks; not that of its text boxes, nor deleted text."""
    words = []
    for node in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}noBreakHyphen"):
        run = next(node.iterancestors(f"{_W}r"), None)
        if run is None or next(node.iterancestors(f"{_W}p")) is not paragraph or _is_hidden(run):
            continue
        name = node.tag.removeprefix(_W)
        words.append({"t": node.text or "", "tab": " ", "noBreakHyphen": "-"}.get(name, "\n"))
    return "".join(words)


def _is_hidden(run: Any) -> bool:
    return _is_on(run.find(f"{_W}rPr/{_W}vanish")) or next(run.iterancestors(f"{_W}del", _FALLBACK), None) is not None


def _is_on(toggle: Any) -> bool:
    """Whether a property such as bold is there and not switched off."""
    return toggle is not None and toggle.get(f"{_W}val", "1") not in _OFF


def _text_boxes(paragraph: Any) -> Iterator[Any]:
    """The contents of a paragraph's own text boxes; a fallback repeats them for older programs."""
    for box in paragraph.iter(f"{_W}txbxContent"):
        outer = next(box.iterancestors(f"{_W}p"), None)
        if outer is paragraph and next(box.iterancestors(_FALLBACK), None) is None:
            yield box


def _is_bold_heading(paragraph: Any, text: str) -> bool:
    """Whether a paragraph is a heading to its author though not to Word: short, bold throughout, no full stop."""
    stripped = text.strip()
    if len(stripped) > _BOLD_HEADING_CHARACTERS_MAX or stripped.endswith((".", ",", ";", "!")) or "\n" in stripped:
        return False
    runs = [run for run in paragraph.iter(f"{_W}r") if "".join(t.text or "" for t in run.iter(f"{_W}t")).strip()]
    return bool(runs) and all(_is_on(run.find(f"{_W}rPr/{_W}b")) for run in runs)


def _cell_text(cell: Any) -> str:
    """A cell's paragraphs on one line."""
    return " ".join(text for paragraph in cell.iter(f"{_W}p") if (text := " ".join(_text(paragraph).split())))


def _span(cell: Any) -> int:
    span = cell.find(f"{_W}tcPr/{_W}gridSpan")
    written = span.get(f"{_W}val", "1") if span is not None else "1"
    return min(max(int(written), 1), SPAN_MAX) if written.isascii() and written.isdigit() else 1


def _is_headed(table: Any) -> bool | None:
    """Whether the first row is set as a header, or bold throughout while the second is not."""
    rows = list(islice(_own(table, "tr"), 2))
    if rows and _is_on(rows[0].find(f"{_W}trPr/{_W}tblHeader")):
        return True
    bold = [
        all(_is_on(run.find(f"{_W}rPr/{_W}b")) for run in row.iter(f"{_W}r") if run.find(f"{_W}t") is not None)
        and row.find(f".//{_W}t") is not None
        for row in rows
    ]
    return True if bold == [True, False] else None
