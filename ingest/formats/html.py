"""Foreign HTML to an outline: what a reader of the page sees, less its navigation; lxml parses."""

import re
from collections.abc import Iterator
from typing import Any

from ingest.formats.foreign_errors import BrokenFile, TooLarge
from ingest.formats.foreign_tables import Row
from ingest.formats.foreign_writer import Line, OutlineWriter

TAGS_MAX = 500_000  # a parsed element takes a hundred times its source's memory
DEPTH_MAX = 200
SPAN_MAX = 50
_LAYOUT_CELL_CHARACTERS = 1_000

_UNSEEN = frozenset((
    "head", "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "canvas", "audio",
    "video", "map", "nav", "dialog", "input", "label", "select", "option", "button", "textarea", "datalist", "menu",
    "search",
))  # fmt: skip
_BOILERPLATE = frozenset(("header", "footer", "aside"))
_UNSEEN_ROLES = frozenset(("navigation", "banner", "contentinfo", "search", "complementary", "dialog", "menu"))
_HIDING_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_INLINE = frozenset((
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img",
    "ins", "kbd", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub",
    "sup", "time", "tt", "u", "var", "wbr",
))  # fmt: skip
_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))


def write_html(text: str, writer: OutlineWriter, name: str) -> str:
    """Write a page's content to an outline.

    Args:
        text: the page's source.
        writer: what to write to.
        name: the file's name, for the error.

    Returns:
        The title: the page's only first-level heading, else its `<title>`, else "".

    Raises:
        TooLarge: it has more than `TAGS_MAX` tags.
        BrokenFile: the parser can make nothing of it.
    """
    if text.count("<") > TAGS_MAX:
        raise TooLarge(f"{name} has more than {TAGS_MAX:,} tags.", fix="Save it in parts.")
    from lxml import etree, html

    # Bytes, because lxml refuses a str that declares an encoding. A huge tree, because the
    # parser drops what is deeper than its bound, 256 or 2048 elements; ours only flattens it.
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        root = html.document_fromstring(text.encode("utf-8", "ignore"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise BrokenFile(f"{name} cannot be read as HTML.", fix="Save the page again from the browser.") from error
    content = next((main for main in root.iter("main", "article") if _text(main)), None)
    walker = _Walker(writer)
    walker.walk(root if content is None else content, is_content=content is not None)
    walker.end_paragraph()
    return walker.firsts[0] if len(walker.firsts) == 1 else (root.findtext(".//title") or "")


class _Walker:
    """Walks the elements in order; inline text gathers into a paragraph until a block begins or ends."""

    def __init__(self, writer: OutlineWriter) -> None:
        self._writer = writer
        self._lines: list[str] = [""]
        self._line = 1
        self._level = 1
        self.firsts: list[str] = []

    def walk(self, element: Any, *, is_content: bool, depth: int = 0) -> None:
        """Write an element's content; its tail is its parent's."""
        if _is_unseen(element, is_content):
            return
        tag = element.tag
        self._line = element.sourceline or self._line
        if depth > DEPTH_MAX:
            self._gather(_text(element))
        elif tag == "br":
            self._lines.append("")
        elif tag in _INLINE:
            self._walk_children(element, is_content, depth)
        else:
            self.end_paragraph()
            self._line = element.sourceline or self._line
            self._write_block(element, is_content or tag in ("main", "article"), depth)
            self.end_paragraph()

    def end_paragraph(self) -> None:
        """Write the gathered text."""
        lines = [Line(text, self._line) for text in self._lines if text.strip()]
        self._lines = [""]
        if lines:
            self._writer.paragraph(lines, broken=True)

    def _walk_children(self, element: Any, is_content: bool, depth: int) -> None:
        self._gather(element.text)
        for child in element:
            if isinstance(child.tag, str):
                self.walk(child, is_content=is_content, depth=depth + 1)
            self._gather(child.tail)

    def _gather(self, text: str | None) -> None:
        self._lines[-1] += text or ""

    def _write_block(self, element: Any, is_content: bool, depth: int) -> None:
        tag, line = element.tag, self._line
        if tag in _HEADINGS:
            self._level = int(tag[1])
            if tag == "h1":
                self.firsts.append(_text(element))
            self._writer.heading(self._level, _text(element), line)
        elif tag == "summary":  # the question of a fold-out answer
            self._writer.heading(self._level + 1, _text(element), line)
        elif tag in ("ul", "ol") and not _holds_blocks(element):
            self._writer.items([[Line(_own_text(item), item.sourceline or line)] for item in element.iter("li")])
        elif tag == "dl":
            self._writer.items([[Line(text, number)] for text, number in _definitions(element, line)])
        elif tag == "table" and not _is_layout(element):
            self._writer.table(_rows(element), headed=_is_headed(element), caption=_text(element.find("caption")))
        elif tag == "pre":
            self._writer.paragraph(
                [Line(text, line + at) for at, text in enumerate(_text(element, keep=True).split("\n"))], broken=True
            )
        else:
            self._walk_children(element, is_content, depth)


def _is_unseen(element: Any, is_content: bool) -> bool:
    attributes = element.attrib
    return (
        element.tag in _UNSEEN
        or (element.tag in _BOILERPLATE and not is_content)
        or "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or attributes.get("role") in _UNSEEN_ROLES
        or bool(_HIDING_STYLE.search(attributes.get("style", "")))
    )


def _text(element: Any, *, keep: bool = False) -> str:
    """The seen text of an element, on one line unless its lines are kept."""
    if element is None:
        return ""
    found = "".join(_texts(element))
    return found.strip("\n") if keep else " ".join(found.split())


def _own_text(item: Any) -> str:
    """A list item's text without that of the lists in it, whose items are rows of their own."""
    return " ".join("".join(_texts(item, without=("ul", "ol"))).split())


def _texts(element: Any, without: tuple[str, ...] = ()) -> Iterator[str]:
    """The seen texts in an element; a stack instead of recursion, because pages nest without bound."""
    stack: list[Any] = [element]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            yield node
            continue
        is_read = node is element or (
            isinstance(node.tag, str) and node.tag not in without and not _is_unseen(node, True)
        )
        if node is not element:
            stack.append(node.tail or "")
        if is_read:
            # A block's text does not run into its neighbour's.
            edge = "" if node.tag in _INLINE or node is element else " "
            stack.append(edge)
            stack.extend(reversed(node))
            stack.append(edge + (node.text or ""))


def _holds_blocks(listing: Any) -> bool:
    """Whether a list lays out a page (its items hold headings or tables) instead of listing."""
    return any(True for _ in listing.iter(*_HEADINGS, "table", "dl", "details"))


def _is_layout(table: Any) -> bool:
    """Whether a table lays out a page: it holds tables or headings, has one column, or a cell as long as an article."""
    inner = (node for node in table.iter("table", *_HEADINGS) if node is not table)
    rows = list(table.iter("tr"))
    return (
        table.get("role") == "presentation"
        or any(True for _ in inner)
        or all(len(row) < 2 for row in rows)
        or any(len(_text(cell)) > _LAYOUT_CELL_CHARACTERS for cell in table.iter("td"))
    )


def _is_headed(table: Any) -> bool | None:
    """Whether the first row says that it is a header."""
    first = next(table.iter("tr"), None)
    if first is None:
        return None
    cells = [cell.tag for cell in first.iterchildren("th", "td")]
    if first.getparent().tag == "thead" or (len(cells) > 1 and set(cells) == {"th"}):
        return True
    # A row that opens with its own name in a <th> is a body row, and so is all of such a table.
    return False if cells[:1] == ["th"] and set(cells[1:]) == {"td"} else None


def _rows(table: Any) -> list[Row]:
    """A table's rows; a cell that spans columns or rows is repeated in each."""
    rows: list[Row] = []
    from_above: dict[int, tuple[int, str]] = {}
    for element in table.iter("tr"):
        if _is_unseen(element, True):
            continue
        cells: list[str] = []
        for cell in element.iterchildren("td", "th"):
            _take_from_above(cells, from_above)
            text, down = _text(cell), _span(cell, "rowspan")
            for _ in range(_span(cell, "colspan")):
                if down > 1:
                    from_above[len(cells)] = (down - 1, text)
                cells.append(text)
        _take_from_above(cells, from_above)
        rows.append(Row(tuple(cells), element.sourceline or 1))
    return rows


def _take_from_above(cells: list[str], from_above: dict[int, tuple[int, str]]) -> None:
    """Fill the columns that a cell of an earlier row still spans."""
    while (column := len(cells)) in from_above:
        left, text = from_above.pop(column)
        if left > 1:
            from_above[column] = (left - 1, text)
        cells.append(text)


def _span(cell: Any, name: str) -> int:
    written = cell.get(name, "1").strip()
    return min(max(int(written), 1), SPAN_MAX) if written.isascii() and written.isdigit() else 1


def _definitions(element: Any, line: int) -> Iterator[tuple[str, int]]:
    """The lines "term: definition" of a <dl>."""
    terms: list[str] = []
    was_term = False
    for node in element.iter("dt", "dd"):
        text = _text(node)
        if node.tag == "dt":
            terms = [*terms, text] if was_term else [text]
        elif text:
            yield f"{', '.join(terms).removesuffix(':')}: {text}" if terms else text, node.sourceline or line
        was_term = node.tag == "dt"
