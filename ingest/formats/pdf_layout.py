"""Words on a page to lines in reading order: rows of words, columns, and tables without ruling lines.

Plain geometry over boxes in points, with the origin at the top left; it knows no PDF library.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

COLUMN_DEPTH_MAX = 2  # columns within columns: three or four side by side
_COLUMN_ROWS_MIN = 6
_WIDE_GAP_EMS = 1.4  # wider than any space between words, also of justified text
_ALIGNED_POINTS = 4.0


@dataclass(frozen=True, slots=True)
class Box:
    """A word, a line, or a table with its rows, and where it stands on its page; a table's header is bold."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float = 0.0
    bold: bool = False
    rows: tuple[tuple[str, ...], ...] = ()


Row = list[Box]


def in_reading_order(boxes: Sequence[Box], depth: int = 0) -> list[Box]:
    """Join words into lines, and order lines and tables as they are read.

    Args:
        boxes: the page's words, and its tables.
        depth: how many columns these boxes stand in.

    Returns:
        Lines and tables; columns one after the other between what spans them.
    """
    rows = _rows(boxes)
    gutter = _gutter(rows) if depth < COLUMN_DEPTH_MAX else None
    if gutter is None:
        return _lines(rows)
    found: list[Box] = []
    for spans, band in groupby(rows, key=lambda row: _spans(row, gutter)):
        if spans:
            found.extend(_lines(list(band)))
        else:
            inside = [box for row in band for box in row]
            for side in ([b for b in inside if b.x1 <= gutter], [b for b in inside if b.x0 >= gutter]):
                found.extend(in_reading_order(side, depth + 1))
    return found


def _rows(boxes: Sequence[Box]) -> list[Row]:
    """Boxes that share a baseline, from the top; within a row, from the left."""
    rows: list[Row] = []
    for box in sorted(boxes, key=lambda box: (box.bottom if not box.rows else box.top, box.x0)):
        last = rows[-1][-1] if rows else None
        apart = abs(box.bottom - last.bottom) if last else 0.0
        if last is None or box.rows or last.rows or apart > 0.4 * max(min(box.size, last.size), 1.0):
            rows.append([box])
        else:
            rows[-1].append(box)
    return [sorted(row, key=lambda box: box.x0) for row in rows]


def _gutter(rows: Sequence[Row]) -> float | None:
    """Where the page parts into two columns of prose, if it does."""
    words = [row for row in rows if not row[0].rows]
    if len(words) < _COLUMN_ROWS_MIN:
        return None
    left, right = min(row[0].x0 for row in words), max(row[-1].x1 for row in words)
    steps = [left + (right - left) * percent / 100 for percent in range(20, 81, 1)]
    support = [_support(words, x) for x in steps]
    best = max(support)
    # The middle of the widest stretch that all columns' lines keep free.
    middle = [x for x, found in zip(steps, support, strict=True) if found == best]
    x = middle[len(middle) // 2]
    across = sum(1 for row in words if _spans(row, x))
    return x if best >= _COLUMN_ROWS_MIN and best >= across and _are_columns(words, x, left, right) else None


def _support(rows: Sequence[Row], x: float) -> int:
    """How many rows have text on both sides of a free x; rows of one side count in pairs."""
    both = lefts = rights = 0
    for row in rows:
        if _spans(row, x):
            continue
        is_left, is_right = row[0].x0 < x, row[-1].x1 > x
        both += is_left and is_right
        lefts += is_left and not is_right
        rights += is_right and not is_left
    return both + min(lefts, rights)


def _spans(row: Row, x: float) -> bool:
    """Whether a row runs across x: a box covers it, or it falls between two words of one line."""
    if any(box.x0 < x < box.x1 for box in row):
        return True
    before = [box for box in row if box.x1 <= x]
    after = [box for box in row if box.x0 >= x]
    return bool(before and after) and after[0].x0 - before[-1].x1 < _WIDE_GAP_EMS * 0.7 * max(before[-1].size, 1.0)


def _are_columns(rows: Sequence[Row], x: float, left: float, right: float) -> bool:
    """Whether both sides are filled like columns of prose, and not like the cells of a table."""
    lefts = [max(box.x1 for box in inside) - left for row in rows if (inside := [b for b in row if b.x1 <= x])]
    rights = [right - min(box.x0 for box in inside) for row in rows if (inside := [b for b in row if b.x0 >= x])]
    filled = [sum(b.x1 - b.x0 for b in row if b.x0 >= x) for row in rows if row[-1].x0 >= x]
    is_wide = bool(lefts and rights) and median(lefts) > 0.6 * (x - left)
    return is_wide and median(filled) > 0.5 * (right - x)


def _lines(rows: Sequence[Row]) -> list[Box]:
    """Rows as lines; rows whose cells stand under each other as tables."""
    found: list[Box] = []
    position = 0
    while position < len(rows):
        table = _table(rows, position)
        found.append(table[0] if table else _line(rows[position]))
        position += table[1] if table else 1
    return found


def _table(rows: Sequence[Row], start: int) -> tuple[Box, int] | None:
    """The table that begins at a row, and how many rows it takes: as many cells in each, each under the one above.

    A row of fewer cells, none of them in the first column, goes on in the cells above it.
    """
    first = _cells(rows[start])
    if len(first) < 2:
        return None
    cells, end = [[cell.text for cell in first]], start + 1
    for row in rows[end:]:
        found = _cells(row)
        if len(found) == len(first) and all(map(_is_under, found, first)):
            cells.append([cell.text for cell in found])
        elif found and all(any(abs(cell.x0 - above.x0) <= _ALIGNED_POINTS for above in first[1:]) for cell in found):
            for cell in found:
                cells[-1][_column(cell, first)] += f" {cell.text}"
        else:
            break
        end += 1
    # Two rows of two cells may be chance, such as a line that is justified badly.
    if len(cells) < (2 if len(first) > 2 else 3):
        return None
    lines = [_line(row) for row in rows[start:end]]
    box = Box(
        text="",
        x0=min(line.x0 for line in lines),
        x1=max(line.x1 for line in lines),
        top=lines[0].top,
        bottom=lines[-1].bottom,
        bold=lines[0].bold and not lines[1].bold,
        rows=tuple(map(tuple, cells)),
    )
    return box, end - start


def _column(cell: Box, columns: Row) -> int:
    return min(range(len(columns)), key=lambda at: abs(columns[at].x0 - cell.x0))


def _is_under(cell: Box, above: Box) -> bool:
    edges = (cell.x0 - above.x0, cell.x1 - above.x1, (cell.x0 + cell.x1 - above.x0 - above.x1) / 2)
    return any(abs(edge) <= _ALIGNED_POINTS for edge in edges)


def _cells(row: Row) -> Row:
    """A row's stretches of words with wide gaps between them; a bullet is no cell."""
    if row[0].rows:
        return []
    cells: list[Row] = [[row[0]]]
    for box in row[1:]:
        if box.x0 - cells[-1][-1].x1 > _WIDE_GAP_EMS * box.size and any(map(str.isalnum, cells[-1][0].text)):
            cells.append([box])
        else:
            cells[-1].append(box)
    return [_line(cell) for cell in cells]


def _line(row: Row) -> Box:
    if row[0].rows:
        return row[0]
    letters = sum(len(box.text) for box in row)
    sizes = sorted((box.size, len(box.text)) for box in row)
    return Box(
        text=" ".join(box.text for box in row),
        x0=row[0].x0,
        x1=max(box.x1 for box in row),
        top=min(box.top for box in row),
        bottom=max(box.bottom for box in row),
        size=max(sizes, key=lambda pair: pair[1])[0],
        bold=sum(len(box.text) for box in row if box.bold) > 0.9 * letters,
    )
