"""Plain text to an outline: headings, lists and tables are recognised by how a person sets them off.

A heading is a short line without a full stop that stands alone or is underlined; a table is lines of `|` or of tabs;
a list is lines with bullets or numbers. Everything else is prose, wrapped or not.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from ingest.formats.foreign_tables import Row, could_be_header
from ingest.formats.foreign_writer import Line, OutlineWriter

HEADING_WORDS_MAX = 14
HEADING_CHARACTERS_MAX = 90
_MARGIN_MAX = 160
_RUN_IS_LIST = 4  # so many short lines in a row, each between blank lines, are a list that lost its bullets

_MARKED_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(?P<title>.+?)\s*#*\s*")
_UNDERLINE = re.compile(r"\s{0,3}(?:={3,}|-{3,}|~{3,}|_{3,})\s*")
_ITEM = re.compile(r"\s*(?:[-*•▪◦●‣·–—]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+(?P<text>\S.*)")
_NUMBERED = re.compile(r"^(?:\d{1,2}[.)]|\d{1,2}(?:\.\d{1,2})+[.)]?|[IVX]{1,5}\.)\s+(?=\w)")
_RULE_CELL = re.compile(r":?-{2,}:?|")
_NOT_A_HEADING = re.compile(
    r"[+(]?\d|\S+@\S|https?:|www\.|[\"“‘'(]|(?:tel|phone|fax|e-?mail|by)\b\.?:?\s", re.IGNORECASE
)


def write_text(text: str, writer: OutlineWriter) -> str:
    """Write plain text to an outline.

    Args:
        text: the file's text.
        writer: what to write to.

    Returns:
        The title, if the text opens with one, else "".
    """
    chunks = [part for chunk in _chunks(text.split("\n")) for part in _unwrapped(chunk)]
    marked = _marked_heading(chunks[0][0].text) if chunks else None
    position, title = 0, marked["title"] if marked else ""
    while position < len(chunks) and not writer.is_full:
        run = _run_of_headings(chunks, position)
        if run:
            opens = position == 0
            title = title or (run[0].text.strip() if opens else "")
            _write_run(run, writer, opens=opens, has_body=position + len(run) < len(chunks))
            position += len(run)
        else:
            _write_chunk(chunks[position], writer)
            position += 1
    return _heading_text(title)


def pipe_cells(line: str) -> tuple[str, ...] | None:
    """The cells of a line such as `| a | b |`; None if the line is no row of a table."""
    stripped = line.strip()
    if stripped.count("|") < 2 and not (stripped.count("|") == 1 and " | " in stripped):
        return None
    inner = stripped.removeprefix("|").removesuffix("|")
    return tuple(cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", inner))


def write_pipe_table(lines: Sequence[Line], writer: OutlineWriter) -> None:
    """Write lines of `|` cells as a table, with or without a line of dashes under its header."""
    rows = [Row(pipe_cells(line.text) or (line.text,), line.number) for line in lines]
    is_rule = [all(_RULE_CELL.fullmatch(cell) for cell in row.cells) and "-" in "".join(row.cells) for row in rows]
    # Who draws bars writes a header, also of two columns, unless the first row has values.
    headed = is_rule[1:2] == [True] or could_be_header(rows[0]) or None
    writer.table([row for row, rule in zip(rows, is_rule, strict=True) if not rule], headed=headed)


def _chunks(lines: Sequence[str]) -> Iterator[list[Line]]:
    """Lines between blank lines; underlines are gone, and what they underline stands alone, marked by `#`."""
    chunk: list[Line] = []
    for number, text in enumerate(lines, start=1):
        if _UNDERLINE.fullmatch(text):
            if chunk and _is_short(chunk[-1].text) and pipe_cells(chunk[-1].text) is None:
                *above, heading = chunk
                if above:
                    yield above
                mark = "#" if text.strip().startswith("=") else "##"
                yield [Line(f"{mark} {heading.text.strip()}", heading.number)]
            elif chunk:
                yield chunk
            chunk = []
        elif not text.strip() or _marked_heading(text):
            if chunk:
                yield chunk
            if text.strip():
                yield [Line(text, number)]
            chunk = []
        else:
            chunk.append(Line(text.expandtabs() if not text.strip().count("\t") else text, number))
    if chunk:
        yield chunk


def _unwrapped(chunk: list[Line]) -> Iterator[list[Line]]:
    """A chunk, or its lines if each is a whole paragraph: then one is longer than any margin."""
    if len(chunk) == 1 or max(len(line.text) for line in chunk) <= _MARGIN_MAX:
        yield chunk
        return
    for kind, group in groupby(chunk, key=_Kinds()):
        lines = list(group)
        yield from ([line] for line in lines) if kind == "prose" else [lines]


def _run_of_headings(chunks: Sequence[list[Line]], position: int) -> list[Line]:
    """The lines from here on of which each stands alone and could be a heading."""
    run: list[Line] = []
    for index in range(position, len(chunks)):  # a slice would copy all that is left, each time
        chunk = chunks[index]
        if len(chunk) != 1 or not _could_be_heading(chunk[0].text):
            break
        run.append(chunk[0])
    return run


def _write_run(run: Sequence[Line], writer: OutlineWriter, *, opens: bool, has_body: bool) -> None:
    """Write a run: headings, of which the last has a body; or, if the run is long, a list that lost its bullets."""
    heads = run[-1:] if has_body else []
    before = run[: len(run) - len(heads)]
    if opens and before:
        writer.heading(1, _heading_text(before[0].text), before[0].number)
        before = before[1:]
    if len(before) >= _RUN_IS_LIST - 1 or writer.awaits_rows:
        writer.items([[line] for line in before])
    elif has_body:
        heads = [*before, *heads]
    else:
        writer.paragraph(before)
    for line in heads:
        writer.heading(1 if opens and line is run[0] else 2, _heading_text(line.text), line.number)


def _write_chunk(chunk: Sequence[Line], writer: OutlineWriter) -> None:
    """Write lines without a blank line between them: a table, a list, a heading with its prose, or prose."""
    if marked := _marked_heading(chunk[0].text):
        writer.heading(len(marked[1]), marked["title"], chunk[0].number)
        chunk = chunk[1:]
    for kind, group in groupby(chunk, key=_Kinds()):
        lines = list(group)
        if kind == "pipes" and len(lines) > 1:
            write_pipe_table(lines, writer)
        elif kind == "tabs" and len(lines) > 1:
            writer.table([Row(tuple(line.text.strip().split("\t")), line.number) for line in lines])
        elif kind == "items":
            writer.items(_items(lines))
        else:
            _write_prose(lines, writer)


class _Kinds:
    """What a line is, given the lines before it: an item goes on in the indented lines below it."""

    def __init__(self) -> None:
        self._is_in_item = False

    def __call__(self, line: Line) -> str:
        if _ITEM.match(line.text) or (self._is_in_item and line.text.startswith((" ", "\t"))):
            self._is_in_item = True
            return "items"
        self._is_in_item = False
        if pipe_cells(line.text) is not None:
            return "pipes"
        return "tabs" if "\t" in line.text.strip() else "prose"


def _items(lines: Sequence[Line]) -> Iterator[list[Line]]:
    item: list[Line] = []
    for line in lines:
        if match := _ITEM.match(line.text):
            if item:
                yield item
            item = [Line(match["text"], line.number)]
        else:
            item.append(line)
    if item:
        yield item


def _write_prose(lines: Sequence[Line], writer: OutlineWriter) -> None:
    """Write prose, the first line as a heading if its author broke it off before the margin."""
    width = max(len(line.text.rstrip()) for line in lines)
    broken = all(len(line.text.rstrip()) + 1 + len(below.text.split()[0]) < width for line, below in pairwise(lines))
    first, *rest = lines
    is_broken_off = bool(rest) and len(first.text.strip()) + 1 + len(rest[0].text.split()[0]) < width / 2
    if is_broken_off and _could_be_heading(first.text) and not _is_short(rest[0].text):
        writer.heading(2, _heading_text(first.text), first.number)
        lines = rest
    writer.paragraph(lines, broken=broken or all(map(_is_short, (line.text for line in lines))))


def _marked_heading(text: str) -> re.Match[str] | None:
    # The pattern looks back and forth in a line, so that only a line as short as a heading may be given to it.
    return _MARKED_HEADING.fullmatch(text) if len(text) <= 2 * HEADING_CHARACTERS_MAX else None


def _could_be_heading(text: str) -> bool:
    stripped = text.strip()
    if _marked_heading(text) or pipe_cells(text) is not None or "\t" in stripped:
        return False
    bare = _NUMBERED.sub("", stripped)
    return (
        _is_short(stripped)
        and any(map(str.isalpha, bare))
        and not bare[0].islower()
        and not _NOT_A_HEADING.match(bare)
        and (bare is not stripped or not _ITEM.match(text))
    )


def _is_short(text: str) -> bool:
    stripped = text.strip()
    return (
        len(stripped) <= HEADING_CHARACTERS_MAX
        and len(stripped.split()) <= HEADING_WORDS_MAX
        and not stripped.endswith((".", "!", ":", ";", ","))
    )


def _heading_text(text: str) -> str:
    """A heading without its number."""
    return _NUMBERED.sub("", text.strip())
