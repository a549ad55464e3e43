"""Word: headings by style or weight, lists, tables and text boxes in order, and only what is seen."""

from pathlib import Path

from docx import Document

from ingest.formats.foreign import read_foreign
from tests.unit.ingest.formats.makers import drawing, make_docx, texts, titles


def test_a_document_is_read_in_order(tmp_path: Path) -> None:
    """Lists and tables keep their lead-ins; a line is a paragraph's number; hidden and deleted text is not there."""
    assert drawing(read_foreign(make_docx(tmp_path / "leaflet.docx"))) == (
        """\
title: Welcome to the clinic

# Welcome to the clinic {#welcome-to-the-clinic}

   2 Dr. Hart wrote this leaflet.
   2 It is short.

# What to bring {#what-to-bring}

  Please bring:
   5 - your insurance card
   6 - any scans of your back

   7 The list ends here.

## How a visit goes {#how-a-visit-goes}

   9 - A history is taken.
  10 - The legs are compared.

# Fees {#fees}

  What visits cost:
  16 - Visit: First; Length: 60 minutes; Fee: $95
  19 - Visit: Follow-up; Length: 30 minutes; Fee: $60
  22 - Visit: Child; Length: half price; Fee: half price

## Cancelling {#cancelling}

  25 Cancel a day ahead.

  27 The box says that parking is free.
"""
    )


def test_a_table_around_text_is_no_table(tmp_path: Path) -> None:
    """A frame of one cell is walked like the body."""
    document = Document()
    cell = document.add_table(rows=1, cols=1).cell(0, 0)
    cell.paragraphs[0].text = "Framed text stays prose. It has two sentences."
    document.add_heading("After it", level=1)
    document.add_paragraph("More text.")
    document.save(str(tmp_path / "frame.docx"))
    found = read_foreign(tmp_path / "frame.docx")
    assert titles(found) == ["Frame", "After it"]
    assert texts(found) == ["Framed text stays prose.", "It has two sentences.", "More text."]


def test_frames_in_frames_are_read_once(tmp_path: Path) -> None:
    """However deep, up to a bound; what stands deeper is left out, and what follows is read."""
    document = Document()
    cell = document.add_table(rows=1, cols=1).cell(0, 0)
    for depth in range(40):
        cell.paragraphs[0].text = f"Depth {depth}."
        cell = cell.add_table(rows=1, cols=1).cell(0, 0)
    document.add_paragraph("The end.")
    document.save(str(tmp_path / "frames.docx"))
    assert texts(read_foreign(tmp_path / "frames.docx")) == [*(f"Depth {n}." for n in range(20)), "The end."]


def test_opening_hours_have_no_header(tmp_path: Path) -> None:
    """Two columns of names and values are "name: value", not "Monday: Tuesday"."""
    document = Document()
    table = document.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, (("Monday", "9 to 5"), ("Sunday", "closed")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.save(str(tmp_path / "hours.docx"))
    assert texts(read_foreign(tmp_path / "hours.docx")) == ["Monday: 9 to 5", "Sunday: closed"]


def test_a_long_row_is_cut_and_each_piece_names_its_row(tmp_path: Path) -> None:
    """So that every piece can be quoted alone."""
    document = Document()
    table = document.add_table(rows=2, cols=3)
    long = "This sentence is one of many in the cell. " * 20
    for row, cells in zip(table.rows, (("Method", "How", "Note"), ("SOT", long, "none")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.save(str(tmp_path / "long.docx"))
    found = texts(read_foreign(tmp_path / "long.docx"))
    assert len(found) == 21
    assert set(found) == {"Method: SOT; How: This sentence is one of many in the cell.", "Method: SOT; Note: none"}
