"""Real files for the tests of foreign formats: Word by python-docx, PDF by reportlab."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from PIL import Image, ImageDraw
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table

from ingest.formats.foreign import Foreign
from ingest.formats.outline import Layout

PROSE = (
    "Dr. Hart sees patients from 9 a.m. on weekdays, e.g. for a first examination. "
    "The fee is $45.50 and is paid at the desk. Blocks are placed under the pelvis for some minutes."
)


def make_docx(path: Path) -> Path:
    """A Word document with a title, headings, lists, a table, a text box, and text that is not seen."""
    document = Document()
    document.add_paragraph("Welcome to the clinic", style="Title")
    document.add_paragraph("Dr. Hart wrote this leaflet. It is short.")
    document.add_heading("What to bring", level=1)
    document.add_paragraph("Please bring:")
    document.add_paragraph("your insurance card", style="List Bullet")
    document.add_paragraph("any scans of your back", style="List Bullet")
    document.add_paragraph("The list ends here.")
    document.add_heading("How a visit goes", level=2)
    for step in ("A history is taken.", "The legs are compared."):
        document.add_paragraph(step, style="List Number")
    document.add_heading("Fees", level=1)
    _add_fees(document)
    bold = document.add_paragraph()
    bold.add_run("Cancelling").bold = True
    paragraph = document.add_paragraph("Cancel a day ahead. ")
    paragraph.add_run("Nobody sees this.").font.hidden = True
    paragraph._p.append(parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText>Struck out.</w:delText></w:r></w:del>"))
    _add_text_box(document, "The box says that parking is free.")
    document.sections[0].header.paragraphs[0].text = "Running header"
    document.save(str(path))
    return path


def _add_fees(document: Any) -> None:
    document.add_paragraph("What visits cost:")
    table = document.add_table(rows=4, cols=3)
    written = (("Visit", "Length", "Fee"), ("First", "60 minutes", "$95"), ("Follow-up", "30 minutes", "$60"))
    for row, cells in zip(table.rows, written, strict=False):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    table.cell(3, 0).text = "Child"
    table.cell(3, 1).text = "half price"
    table.cell(3, 1).merge(table.cell(3, 2))


def _add_text_box(document: Any, text: str) -> None:
    box = (
        f'<w:r {nsdecls("w")} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:v="urn:schemas-microsoft-com:vml"><mc:AlternateContent>'
        '<mc:Choice Requires="wps"><w:drawing><w:txbxContent><w:p><w:r><w:t>{0}</w:t></w:r></w:p></w:txbxContent>'
        "</w:drawing></mc:Choice><mc:Fallback><w:pict><v:shape><v:textbox><w:txbxContent><w:p><w:r><w:t>{0}</w:t>"
        "</w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    document.add_paragraph()._p.append(parse_xml(box.replace("{0}", text)))


def make_book(path: Path, pages: int, paragraphs: int = 6) -> Path:
    """A PDF of so many pages: chapters, a running header, page numbers, and a table that goes over pages 1 to 4."""
    styles = getSampleStyleSheet()
    body = ParagraphStyle("body", parent=styles["BodyText"], fontSize=10, leading=13)
    story: list[Any] = [Paragraph("Handbook of the clinic", styles["Title"])]
    story += [Paragraph("Fees", styles["Heading1"]), Paragraph("These are the fees of all visits:", body)]
    rows = [("Visit", "Length", "Fee"), *((f"Visit {n}", f"{n} minutes", f"${n}.50") for n in range(1, 121))]
    story += [Table(rows, repeatRows=1, style=[("GRID", (0, 0), (-1, -1), 0.5, colors.black)]), PageBreak()]
    for chapter in range(1, pages - 3):
        story.append(Paragraph(f"Chapter {chapter} on blocks", styles["Heading1" if chapter % 3 == 1 else "Heading2"]))
        story += [Paragraph(f"In chapter {chapter} one thing is said. {PROSE * 2}", body) for _ in range(paragraphs)]
        story.append(PageBreak())
    document = SimpleDocTemplate(str(path), pagesize=A4)
    document.build(story, onFirstPage=_draw_furniture, onLaterPages=_draw_furniture)
    return path


def _draw_furniture(canvas: Canvas, document: Any) -> None:
    canvas.setFont("Helvetica", 8)
    canvas.drawString(72, 810, "Hart Chiropractic, handbook of 2026")
    canvas.drawCentredString(300, 25, f"Page {document.page}")


def make_pdf(path: Path, *pages: Callable[[Canvas], None], **options: Any) -> Path:
    """A PDF whose pages are drawn by functions."""
    canvas = Canvas(str(path), pagesize=A4, **options)
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return path


def lines(texts: Sequence[str], x: float = 72, top: float = 760, size: float = 10) -> Callable[[Canvas], None]:
    """A page that draws lines of text, one under the other."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", size)
        for number, text in enumerate(texts):
            canvas.drawString(x, top - number * size * 1.25, text)

    return draw


def scan(canvas: Canvas) -> None:
    """A page that is one image of text."""
    image = Image.new("L", (600, 800), 255)
    ImageDraw.Draw(image).text((60, 60), "This text is only a picture.", fill=0)
    data = io.BytesIO()
    image.save(data, "PNG")
    data.seek(0)
    canvas.drawImage(ImageReader(data), 0, 0, *A4)


def drawing(foreign: Foreign) -> str:
    """A document as a drawing: headings by level, a lead-in over its rows, each sentence after its line."""
    drawn = [f"title: {foreign.title}", *(f"note: {note}" for note in foreign.notes)]
    for part in foreign.outline.parts:
        drawn += ["", f"{'#' * part.level} {part.title} {{#{part.slug}}}"]
        for block in part.blocks:
            drawn += ["", f"  {block.lead_in}"] if block.lead_in else [""]
            bullet = "- " if block.layout is Layout.ROWS else ""
            drawn += [f"{sentence.line:4} {bullet}{sentence.text}" for sentence in block.sentences]
    return "\n".join(drawn) + "\n"


def texts(foreign: Foreign) -> list[str]:
    """Every sentence, in order."""
    return [one.text for part in foreign.outline.parts for block in part.blocks for one in block.sentences]


def titles(foreign: Foreign) -> list[str]:
    """Every heading, in order."""
    return [part.title for part in foreign.outline.parts]
