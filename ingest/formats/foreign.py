"""A clinic's own documents, as they are: Markdown, plain text, HTML, Word and PDF to an `Outline`.

They carry no marks, slugs or audiences, and their text is only text: whatever it says, nothing here acts on it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ingest.formats.docx import write_docx
from ingest.formats.foreign_errors import (
    BrokenFile,
    EmptyFile,
    Encrypted,
    ForeignError,
    NoText,
    TooLarge,
    Undecodable,
    UnknownFormat,
    WronglyNamed,
)
from ingest.formats.foreign_writer import CHARACTERS_MAX, ONLY_THE_FIRST, OutlineWriter
from ingest.formats.html import write_html
from ingest.formats.outline import Outline
from ingest.formats.pdf import write_pdf
from ingest.formats.sentences import clean
from ingest.formats.text import write_text
from ingest.formats.text_decoding import decode
from ingest.formats.text_markdown import write_markdown

__all__ = [
    "BYTES_MAX",
    "SUFFIXES",
    "BrokenFile",
    "EmptyFile",
    "Encrypted",
    "Foreign",
    "ForeignError",
    "NoText",
    "TooLarge",
    "Undecodable",
    "UnknownFormat",
    "WronglyNamed",
    "read_foreign",
]

BYTES_MAX = 20 * 2**20
TITLE_CHARACTERS_MAX = 200
NOTES_MAX = 20

_FORMATS = {
    ".md": "Markdown",
    ".markdown": "Markdown",
    ".txt": "plain text",
    ".html": "HTML",
    ".htm": "HTML",
    ".docx": "Word",
    ".pdf": "PDF",
}
SUFFIXES = tuple(_FORMATS)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Foreign:
    """A document as read: its title, its outline, and what a person should know, such as a page that was not read."""

    title: str
    outline: Outline
    notes: tuple[str, ...]


def read_foreign(path: Path) -> Foreign:
    """Read a document by its suffix, after a look at whether its content agrees.

    Args:
        path: a file whose suffix is one of `SUFFIXES`.

    Returns:
        The document, with at least one sentence. Sentences carry no marks; a PDF's carry their page.

    Raises:
        ForeignError: it cannot be read, with the reason and the fix (see foreign_errors for the kinds).
        OSError: there is no such file, or it may not be opened.
    """
    kind = _kind(path)
    writer = OutlineWriter()
    title = clean(_write(path, kind, writer))[:TITLE_CHARACTERS_MAX] or _name_as_title(path)
    outline = writer.finish(title)
    if not any(part.blocks for part in outline.parts):
        raise NoText(f"{path.name} holds no text.", fix="Write its text into it, or leave it out.")
    notes = writer.notes
    if len(notes) > NOTES_MAX:
        notes = [*notes[:NOTES_MAX], f"and {len(notes) - NOTES_MAX} more such notes"]
    return Foreign(title, outline, tuple(notes))


def _write(path: Path, kind: str, writer: OutlineWriter) -> str:
    """Write the file to an outline; return its title, if it has one."""
    if kind == "PDF":
        return write_pdf(path, writer)
    if kind == "Word":
        return write_docx(path, writer)
    text, encoding = decode(path.read_bytes(), path.name)
    if not encoding.startswith("utf"):
        writer.note(f"it is not in UTF-8 and was read as {encoding}: look whether its accents are right")
    if kind == "HTML":
        return write_html(text, writer, path.name)
    if len(text) > CHARACTERS_MAX:
        writer.note(ONLY_THE_FIRST)
        text = text[:CHARACTERS_MAX]
    return write_markdown(text, writer) if kind == "Markdown" else write_text(text, writer)


def _kind(path: Path) -> str:
    """The format, which suffix and content agree on, of a file within bounds."""
    kind = _FORMATS.get(path.suffix.casefold())
    if kind is None:
        raise UnknownFormat(
            f"{path.name} is of a kind that is not read.", fix=f"Save it as one of {', '.join(SUFFIXES)}."
        )
    size = path.stat().st_size
    if size > BYTES_MAX:
        raise TooLarge(
            f"{path.name} has {size / 2**20:.0f} MiB, more than {BYTES_MAX // 2**20}.", fix="Save it in parts."
        )
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head.strip():
        raise EmptyFile(f"{path.name} is empty.", fix="Write its text into it, or leave it out.")
    if head.startswith(_OLD_OFFICE) and "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        raise Encrypted(f"{path.name} needs a password.", fix="Save it without a password.")
    found = _kind_of_content(head)
    if found and found != kind:
        suffix = next((suffix for suffix, format in _FORMATS.items() if format == found), None)
        fix = f"Name it with {suffix}." if suffix else f"Open it and save it as one of {', '.join(SUFFIXES)}."
        raise WronglyNamed(f"{path.name} is named as {kind}, but its content is {found}.", fix=fix)
    return kind


def _kind_of_content(head: bytes) -> str | None:
    """What a file's first bytes say it is; None if they do not say."""
    opening = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for kind, is_kind in _SIGNS:
        if is_kind(head, opening):
            return kind
    return None


_Sign = Callable[[bytes, bytes], bool]
_SIGNS: tuple[tuple[str, _Sign], ...] = (
    ("PDF", lambda head, _: b"%PDF-" in head),
    ("Word", lambda head, _: head.startswith(b"PK\x03\x04")),
    ("an old Office format", lambda head, _: head.startswith(_OLD_OFFICE)),
    ("RTF", lambda head, _: head.startswith(b"{\\rtf")),
    ("an image", lambda head, _: head.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*"))),
    ("HTML", lambda _, opening: opening.startswith((b"<!doctype html", b"<html"))),
)


def _name_as_title(path: Path) -> str:
    """A file's name as a title: "first-visit.pdf" is "First visit"."""
    words = clean(path.stem.replace("_", " ").replace("-", " ")) or "Document"
    return words[0].upper() + words[1:]
