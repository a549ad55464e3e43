"""The pages of a PDF, each read in bounded time and memory.

`python -m ingest.formats.pdf_pages FILE SECONDS` prints them, giving each so many seconds.

A PDF is a program that somebody else wrote: a page may draw for hours or unpack without end. So pdfplumber runs in a
process of its own, with an alarm a page and a limit of memory. A page that fails is reported, and the next is read.
"""

import contextlib
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ingest.formats.foreign_errors import BrokenFile, Encrypted, TooLarge
from ingest.formats.pdf_layout import Box, in_reading_order

PAGES_MAX = 500
PAGE_SECONDS_MAX = 10.0
OPENING_SECONDS_MAX = 30.0
FILE_SECONDS_MAX = 240
MEMORY_BYTES_MAX = 2 * 2**30
PAGE_CHARACTERS_MAX = 20_000
_EDGES_MAX = 5_000  # ruling lines; a page with more is a drawing

_BOLD = re.compile(r"bold|black|heavy|demi", re.IGNORECASE)
_UNMAPPED = re.compile(r"\(cid:\d+\)")
_UNMAPPED_BULLET = "(cid:127)"  # pdfminer knows no bullet in the standard encoding's unused places
_SCAN_CHARACTERS_MAX = 50
_SCAN_SHARE_MIN = 0.4


@dataclass(frozen=True, slots=True)
class Page:
    """A page's lines and tables in reading order, and what kept it from being read."""

    number: int
    height: float
    boxes: tuple[Box, ...] = ()
    problem: str = ""


class _Late(BaseException):
    """The alarm rang; not an Exception, which the libraries would catch and wrap."""


def read_pages(path: Path, *, page_seconds_max: float = PAGE_SECONDS_MAX) -> tuple[list[Page], int]:
    """Read a PDF's pages in a process of its own.

    Args:
        path: the file.
        page_seconds_max: how long one page may take.

    Returns:
        The pages that were come to in time, and how many the file has.

    Raises:
        Encrypted: it needs a password.
        BrokenFile: it is no PDF that can be opened.
        TooLarge: it was not even opened in time.
    """
    command = [sys.executable, "-m", __name__, str(path.resolve()), str(page_seconds_max)]
    try:
        done = subprocess.run(
            command, cwd=Path(__file__).parents[2], capture_output=True, timeout=FILE_SECONDS_MAX, check=False
        )
        output, late = done.stdout, False
    except subprocess.TimeoutExpired as error:
        output, late = error.stdout or b"", True
    # A process that was stopped may leave half a line.
    records = [json.loads(line) for line in output.splitlines(keepends=True) if line.endswith(b"\n")]
    if records and records[0].get("fault") == "encrypted":
        raise Encrypted(f"{path.name} needs a password.", fix="Save it without a password.")
    if not records and late:
        raise TooLarge(f"{path.name} takes longer than {FILE_SECONDS_MAX} seconds.", fix="Export it in parts.")
    if not records or "fault" in records[0]:
        raise BrokenFile(f"{path.name} is not a PDF that can be opened.", fix="Export it again, or copy it again.")
    return [_page(record) for record in records[1:]], int(records[0]["pages"])


def _page(record: dict[str, Any]) -> Page:
    boxes = (Box(**{**box, "rows": tuple(map(tuple, box["rows"]))}) for box in record["boxes"])
    return Page(record["number"], record["height"], tuple(boxes), record["problem"])


def _print_pages(path: str, page_seconds_max: float) -> None:
    """Print one line about the file, then one a page."""
    import logging

    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfplumber.utils.exceptions import PdfminerException

    logging.disable()
    _limit_memory()
    signal.signal(signal.SIGALRM, _ring)
    try:
        with _alarm(OPENING_SECONDS_MAX):
            pages = pdfplumber.open(path).pages  # stays open for them until the process ends
    except PdfminerException as error:
        _print({"fault": "encrypted" if error.args and isinstance(error.args[0], PDFPasswordIncorrect) else "broken"})
        return
    except (_Late, Exception) as error:  # whatever a hostile file brings about, it is broken to us
        _print({"fault": f"broken: {type(error).__name__}"})
        return
    _print({"pages": len(pages)} if pages else {"fault": "broken: no pages"})
    for number, page in enumerate(pages[:PAGES_MAX], start=1):
        _print(asdict(_read(page, number, page_seconds_max)))


def _read(page: Any, number: int, seconds_max: float) -> Page:
    try:
        with _alarm(seconds_max):
            return _read_page(page, number)
    except _Late:
        return Page(number, 0.0, problem=f"took longer than {seconds_max:g} seconds: it was not read")
    except Exception:  # one page's fault, also that it needs too much memory, is no reason to lose the others
        return Page(number, 0.0, problem="is broken or too large: it was not read")
    finally:
        with contextlib.suppress(Exception):
            page.close()


def _read_page(page: Any, number: int) -> Page:
    height = float(page.height)
    if len(page.chars) > PAGE_CHARACTERS_MAX:
        return Page(number, height, problem=f"has more than {PAGE_CHARACTERS_MAX:,} characters: it was not read")
    if len(page.chars) < _SCAN_CHARACTERS_MAX and _image_share(page) > _SCAN_SHARE_MIN:
        return Page(number, height, problem="is a scanned image: its text was not read")
    if _is_overprinted(page.chars):
        page = page.dedupe_chars()
    upright = page.filter(lambda thing: thing.get("upright", True))  # a watermark across the page is not
    words = list(_words(upright))
    tables = list(_tables(upright, words)) if 0 < len(page.edges) <= _EDGES_MAX else []
    words = [word for word in words if not any(_is_within(word, table) for table in tables)]
    text = "".join(word.text for word in words)
    if len("".join(_UNMAPPED.findall(text))) > 0.3 * len(text) > 0:
        return Page(number, height, problem="has a font without letters: its text was not read")
    return Page(number, height, tuple(in_reading_order([*words, *tables])))


def _words(page: Any) -> Iterator[Box]:
    for word in page.extract_words(x_tolerance_ratio=0.15, extra_attrs=["fontname", "size"]):
        if text := _UNMAPPED.sub("", word["text"].replace(_UNMAPPED_BULLET, "•")):
            bold = bool(_BOLD.search(word["fontname"]))
            yield Box(text, word["x0"], word["x1"], word["top"], word["bottom"], round(word["size"] * 2) / 2, bold)


def _tables(page: Any, words: list[Box]) -> Iterator[Box]:
    """Ruled tables with more than one row and column; a frame around text is none."""
    for table in page.find_tables():
        rows = [[" ".join((cell or "").split()) for cell in row] for row in table.extract(x_tolerance_ratio=0.15)]
        columns = [column for column in zip(*rows, strict=True) if any(column)]
        if len(columns) > 1 and sum(map(any, rows)) > 1:
            box = Box("", *_edges(table.bbox), rows=tuple(zip(*columns, strict=True)))
            header = Box("", *_edges(table.rows[0].bbox))
            bold = [_is_within(word, header) for word in words if _is_within(word, box) and word.bold]
            plain = [_is_within(word, header) for word in words if _is_within(word, box) and not word.bold]
            yield replace(box, bold=any(bold) and bool(plain) and not any(plain))


def _edges(bbox: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """A library's box (left, top, right, bottom) in the order of ours."""
    x0, top, x1, bottom = bbox
    return x0, x1, top, bottom


def _is_within(word: Box, table: Box) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
    return table.x0 <= x <= table.x1 and table.top <= y <= table.bottom


def _is_overprinted(chars: list[dict[str, Any]]) -> bool:
    """Whether letters stand on themselves, which is how some programs print bold."""
    places = {(char["text"], round(char["x0"]), round(char["top"])) for char in chars}
    return len(places) < 0.98 * len(chars)


def _image_share(page: Any) -> float:
    """How much of the page its largest image covers."""
    areas = ((image["x1"] - image["x0"]) * (image["bottom"] - image["top"]) for image in page.images)
    return float(max(areas, default=0.0) / (page.width * page.height or 1.0))


def _limit_memory() -> None:
    """Where the system has such limits."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Ring after so many seconds, and go on ringing, in case that a library swallows the first."""
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _ring(_signal: int, _frame: object) -> None:
    raise _Late


def _print(record: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(record) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _print_pages(sys.argv[1], float(sys.argv[2]))
