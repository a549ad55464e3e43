"""What a PDF says about its pages and not about its subject: running headers, footers, page numbers, contents."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ingest.formats.pdf_layout import Box
from ingest.formats.pdf_pages import Page

_EDGE_SHARE = 0.14
_REPEATS_MIN = 3
_NUMBERS = re.compile(r"\d+|\b[ivxlc]+\b")
_FIRST_OR_LAST_NUMBER = re.compile(r"^(\d{1,4})\b|\b(\d{1,4})$")
_CONTENTS = re.compile(r"(?:\s?[.…]){4,}\s*[\divxlc]*$")  # a line of a table of contents, with its leaders
_PAGE_NUMBER = re.compile(r"[\W_]*(?:page\s*)?(?:\d{1,4}|[ivxlc]+)(?:\s*(?:of|/)\s*\d{1,4})?[\W_]*", re.IGNORECASE)


def without_furniture(pages: Sequence[Page]) -> list[Page]:
    """Pages without the lines that repeat at one place of their top or bottom edge, page numbers, and contents.

    Args:
        pages: all pages; on two pages, a line that stands on both repeats.

    Returns:
        The pages with what is left of their lines, and all their tables.
    """
    exact = Counter(key for page in pages for key in {_key(box) for box in _at_edges(page)})
    masked = Counter(key for page in pages for key in {_masked_key(box) for box in _at_edges(page)})
    sizes = Counter(box.size for page in pages for box in page.boxes if not box.rows)
    body = max(sizes, key=lambda size: sizes[size], default=0.0)
    repeats_min = min(_REPEATS_MIN, max(len(pages), 2))

    def is_furniture(box: Box) -> bool:
        """Whether a line counts pages or repeats on them."""
        # "Chapter 7" in large type at the top of its page differs from "Chapter 8" by a number too, but is a heading.
        counts_pages = box.size <= body and not box.text.endswith(".") and masked[_masked_key(box)] >= repeats_min
        return bool(_PAGE_NUMBER.fullmatch(box.text)) or counts_pages or exact[_key(box)] >= repeats_min

    offset = _offset(pages)
    kept = []
    for page in pages:
        dropped = {box for box in _at_edges(page) if is_furniture(box)}
        dropped |= {box for box in _outermost(page) if box.size <= body and offset in _offsets(box, page)}
        dropped |= {box for box in page.boxes if _CONTENTS.search(box.text)}
        kept.append(replace(page, boxes=tuple(box for box in page.boxes if box not in dropped)))
    return kept


def _offset(pages: Sequence[Page]) -> int | None:
    """How far the printed page numbers are from the file's, if there are any: "Chapter 2: Blocks 17" on page 19."""
    found = Counter(offset for page in pages for box in _outermost(page) for offset in _offsets(box, page))
    offset, count = max(found.items(), key=lambda pair: pair[1], default=(0, 0))
    return offset if count >= max(_REPEATS_MIN, len(pages) / 3) else None


def _offsets(box: Box, page: Page) -> set[int]:
    return {int(first or last) - page.number for first, last in _FIRST_OR_LAST_NUMBER.findall(box.text)}


def _outermost(page: Page) -> set[Box]:
    """The first and the last line of a page, where they stand at its edges."""
    return {box for box in (*page.boxes[:1], *page.boxes[-1:]) if box in _at_edges(page)}


def _at_edges(page: Page) -> list[Box]:
    edge = _EDGE_SHARE * page.height
    return [box for box in page.boxes if not box.rows and (box.bottom < edge or box.top > page.height - edge)]


def _key(box: Box) -> tuple[str, int]:
    """A line and where it stands."""
    return box.text.casefold(), round(box.top / 4)


def _masked_key(box: Box) -> tuple[str, int]:
    """A line with its numbers masked, and where it stands."""
    return _NUMBERS.sub("#", box.text.casefold()), round(box.top / 4)
