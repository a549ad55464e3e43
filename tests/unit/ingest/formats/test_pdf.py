"""PDF: headings by type, columns, tables with and without lines, pages, and pages that cannot be read."""

import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, StreamObject
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate, Table

from ingest.formats import pdf_pages
from ingest.formats.foreign import Foreign, TooLarge, read_foreign
from ingest.formats.outline import Sentence
from ingest.formats.pdf_pages import read_pages
from tests.unit.ingest.formats.makers import lines, make_book, make_pdf, scan, texts, titles


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Foreign:
    """A book of 40 pages, read once."""
    return read_foreign(make_book(tmp_path_factory.mktemp("book") / "book.pdf", 40))


def _sentences(found: Foreign) -> list[Sentence]:
    return [one for part in found.outline.parts for block in part.blocks for one in block.sentences]


def test_a_books_headings_are_its_chapters(book: Foreign) -> None:
    """By the size of their type, in two levels."""
    assert book.title == "Handbook of the clinic"
    assert titles(book) == ["Handbook of the clinic", "Fees", *(f"Chapter {n} on blocks" for n in range(1, 37))]
    assert [part.level for part in book.outline.parts[2:6]] == [1, 2, 2, 1]


def test_a_table_over_pages_is_one_table(book: Foreign) -> None:
    """Its header is on every page and in every row, and is never a row itself."""
    (block,) = book.outline.parts[1].blocks
    assert block.lead_in == "These are the fees of all visits:"
    rows = [f"Visit: Visit {n}; Length: {n} minutes; Fee: ${n}.50" for n in range(1, 121)]
    assert [one.text for one in block.sentences] == rows
    assert sorted({one.page for one in block.sentences}) == [1, 2, 3, 4]


def test_running_headers_and_page_numbers_are_no_text(book: Foreign) -> None:
    """They repeat on every page."""
    assert not [text for text in texts(book) if "handbook of 2026" in text or text.startswith("Page ")]
    assert book.notes == ()


def test_every_sentence_keeps_its_page(book: Foreign) -> None:
    """A chapter a page: chapter 7 stands on page 11."""
    pages = {one.text: one.page for one in _sentences(book) if one.text.startswith("In chapter")}
    assert pages["In chapter 7 one thing is said."] == 11
    assert pages["In chapter 36 one thing is said."] == 40


def test_a_book_of_200_pages_is_read(tmp_path: Path) -> None:
    """All of it, within the bound for a file."""
    found = read_foreign(make_book(tmp_path / "long.pdf", 200, paragraphs=1))
    assert max(one.page or 0 for one in _sentences(found)) == 200
    assert found.notes == ()


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    """Under the heading that spans them."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(72, 800, "A heading across both columns")
        lines([f"On the left, sentence {n} is here in full length." for n in range(9)], x=60)(canvas)
        lines([f"On the right, sentence {n} is here in full length." for n in range(9)], x=310)(canvas)

    found = texts(read_foreign(make_pdf(tmp_path / "columns.pdf", draw)))
    assert [text.split()[2].strip(",") for text in found] == ["left"] * 9 + ["right"] * 9


def test_a_table_without_lines_is_a_table(tmp_path: Path) -> None:
    """Cells that stand under each other are its columns."""

    def draw(canvas: Canvas) -> None:
        lines(["The clinic is open on these days:"])(canvas)
        for row, cells in enumerate(
            (("Day", "Morning", "Evening"), ("Monday", "9-12", "closed"), ("Friday", "9-1", "6-8"))
        ):
            for x, text in zip((72, 200, 300), cells, strict=True):
                canvas.drawString(x, 720 - row * 14, text)

    found = read_foreign(make_pdf(tmp_path / "table.pdf", draw))
    assert texts(found) == ["Day: Monday; Morning: 9-12; Evening: closed", "Day: Friday; Morning: 9-1; Evening: 6-8"]
    assert found.outline.parts[0].blocks[0].lead_in == "The clinic is open on these days:"


def test_a_cell_of_two_lines_is_one_cell(tmp_path: Path) -> None:
    """In a table without ruling lines too, and prose below it is not of the table."""

    def draw(canvas: Canvas) -> None:
        rows = (
            ("Visit", "What is done", "Fee"),
            ("First", "A history is taken and the", "$90"),
            ("", "legs are compared.", ""),
        )
        for row, cells in enumerate((*rows, ("Later", "Blocks are placed.", "$60"))):
            for x, text in zip((72, 150, 350), cells, strict=True):
                canvas.drawString(x, 720 - row * 14, text)
        lines(["The fee is paid at the desk."], top=650)(canvas)

    assert texts(read_foreign(make_pdf(tmp_path / "cells.pdf", draw))) == [
        "Visit: First; What is done: A history is taken and the legs are compared.; Fee: $90",
        "Visit: Later; What is done: Blocks are placed.; Fee: $60",
        "The fee is paid at the desk.",
    ]


def test_a_bold_first_row_is_a_header(tmp_path: Path) -> None:
    """Also of two columns of words, which would else be names with their values."""
    table = Table(
        [("Person", "Work"), ("Amal Hart", "chiropractor"), ("Jon Reyes", "receptionist")],
        style=[("GRID", (0, 0), (-1, -1), 0.5, "black"), ("FONT", (0, 0), (-1, 0), "Helvetica-Bold")],
    )
    SimpleDocTemplate(str(tmp_path / "people.pdf")).build([table])
    assert texts(read_foreign(tmp_path / "people.pdf")) == [
        "Person: Amal Hart; Work: chiropractor",
        "Person: Jon Reyes; Work: receptionist",
    ]


def test_contents_and_numbered_running_headers_are_no_text(tmp_path: Path) -> None:
    """Though each stands on one page alone: the number beside it counts pages."""

    def page(number: int) -> Callable[[Canvas], None]:
        return lines([f"Part {'ABCD'[number]}: on blocks {number + 7}", "", f"Text {'ABCD'[number]} is here."], top=800)

    contents = lines(["1 Blocks . . . . . . . . . . . . 7", "2 Fees ........ 9", "", "The contents end here."], top=600)
    found = read_foreign(make_pdf(tmp_path / "numbered.pdf", contents, *map(page, range(4))))
    assert texts(found) == ["The contents end here.", *(f"Text {letter} is here." for letter in "ABCD")]


def test_a_file_that_takes_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its process is ended."""
    monkeypatch.setattr(pdf_pages, "FILE_SECONDS_MAX", 0.001)
    with pytest.raises(TooLarge, match="takes longer than"):
        read_foreign(make_pdf(tmp_path / "late.pdf", lines(["Text."])))


def test_broken_words_lists_and_pages_are_joined(tmp_path: Path) -> None:
    """A word that a line's end broke is whole, a compound keeps its hyphen, a sentence goes on on the next page."""
    first = lines(
        [
            "The clinic is closed on holidays. The exam-",
            "ination takes an hour and the sacro-",
            "occipital blocks stay.",
            "",
            "\u2022 first point of the list",
            "\u2022 second point that is",
            "   wrapped over two lines",
            "",
            "A sentence that begins here goes on over",
        ]
    )
    second = lines(["the page, and ends there. Another one begins."])
    found = read_foreign(make_pdf(tmp_path / "joined.pdf", first, second))
    assert [(one.text, one.page) for one in _sentences(found)] == [
        ("The clinic is closed on holidays.", 1),
        ("The examination takes an hour and the sacro-occipital blocks stay.", 1),
        ("first point of the list", 1),
        ("second point that is wrapped over two lines", 1),
        ("A sentence that begins here goes on over the page, and ends there.", 1),
        ("Another one begins.", 2),
    ]


def test_a_scanned_page_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    """Its text was not read, and a person should know."""
    found = read_foreign(make_pdf(tmp_path / "part.pdf", lines(["Page one has text."]), scan, lines(["So has three."])))
    assert texts(found) == ["Page one has text.", "So has three."]
    assert found.notes == ("page 2 is a scanned image: its text was not read",)


def test_a_page_that_takes_too_long_is_told_and_the_next_is_read(tmp_path: Path) -> None:
    """A page that draws without end costs its own bound and no more."""
    path = make_pdf(tmp_path / "slow.pdf", lines(["Page one."]), lines(["Page two."]))
    writer = PdfWriter(clone_from=PdfReader(path))
    endless = StreamObject()
    endless._data = zlib.compress(b"q 1 0 0 1 0 0 cm Q\n" * 3_000_000)
    endless[NameObject("/Filter")] = NameObject("/FlateDecode")
    writer.pages[0][NameObject("/Contents")] = writer._add_object(endless)
    writer.write(path)
    (slow, next_page), _ = read_pages(path, page_seconds_max=1.0)
    assert slow.problem == "took longer than 1 seconds: it was not read"
    assert [box.text for box in next_page.boxes] == ["Page two."]
