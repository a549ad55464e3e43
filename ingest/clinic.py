"""A clinic's own documents: from the folder it names and from what it uploaded, with its card `clinic.yaml`.

A file that cannot be read is told with its fix and left out; the others go in. Their sentences need no facts: each
rests on its file and page, in the clinic's voice.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.card import CARD, read_card
from ingest.documents import Audience, Clinic, Corpus, Document, Review, Section, Source
from ingest.errors import ClinicError, SOTError
from ingest.formats.foreign import Foreign, read_foreign
from ingest.formats.outline import Block, Layout, Outline, Part, Sentence
from ingest.splitting import split

_UNNAMED = "the clinic"
_NOT_REVIEWED = Review("pending")

IsOrder = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file: how much of it went in, what a person should know, or why it was left out."""

    name: str
    sections: int = 0
    statements: int = 0
    notes: tuple[str, ...] = ()
    fault: SOTError | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything a clinic brought: its card, its documents, and what became of each file."""

    clinic: Clinic | None = None
    documents: tuple[Document, ...] = ()
    reports: tuple[FileReport, ...] = ()

    def beside(self, corpus: Corpus) -> Corpus:
        """A corpus with the clinic's documents after the curated ones."""
        return replace(corpus, documents=(*corpus.documents, *self.documents))


def read_shelf(folders: Iterable[Path], *, is_order: IsOrder = lambda _sentence: False) -> Shelf:
    """Read what a clinic brought.

    Args:
        folders: where its files lie; one that does not exist holds nothing. The first card found is the clinic's.
        is_order: whether a sentence tells the assistant what to do; such a sentence is left out and told.

    Returns:
        The shelf, files ordered by name.

    Raises:
        ClinicError: a card cannot be read.
    """
    there = [folder for folder in folders if folder.is_dir()]
    clinic = next((card for folder in there if (card := read_card(folder))), None)
    documents = [_document_of_card(clinic)] if clinic and (clinic.contacts or clinic.hours) else []
    reports = []
    for path in (path for folder in there for path in _files(folder)):
        try:
            document, report = _read(path, clinic, is_order, taken={document.id for document in documents})
        except SOTError as fault:
            reports.append(FileReport(path.name, fault=fault))
        else:
            documents.append(document)
            reports.append(report)
    return Shelf(clinic, tuple(documents), tuple(reports))


def _files(folder: Path) -> list[Path]:
    """Every file that is meant to be read: not the card, not what is hidden, not what a program left open."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.name != CARD
        and not any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
    )


def _read(path: Path, clinic: Clinic | None, is_order: IsOrder, taken: set[str]) -> tuple[Document, FileReport]:
    foreign = read_foreign(path)
    outline, orders = _without_orders(foreign.outline, is_order)
    document = _document(path.name, foreign, outline, clinic, taken)
    statements = sum(1 for section in document.sections for _ in section.statements)
    if not statements:
        raise ClinicError(f"{path.name} holds no sentence that can be quoted.", fix="Write its text as sentences.")
    left_out = (f"line {order.line}: a sentence that tells the assistant what to do was left out" for order in orders)
    return document, FileReport(path.name, len(document.sections), statements, (*foreign.notes, *left_out))


def _without_orders(outline: Outline, is_order: IsOrder) -> tuple[Outline, list[Sentence]]:
    """An outline without the sentences that give orders, and those sentences."""
    orders = [s for part in outline.parts for block in part.blocks for s in block.sentences if is_order(s.text)]
    if not orders:
        return outline, []

    def without(block: Block) -> Block:
        """A block without the sentences that give orders."""
        return replace(block, sentences=tuple(one for one in block.sentences if one not in orders))

    parts = [replace(part, blocks=[without(block) for block in part.blocks]) for part in outline.parts]
    return replace(outline, parts=parts), orders


def _document(name: str, foreign: Foreign, outline: Outline, clinic: Clinic | None, taken: set[str]) -> Document:
    stem = "".join(c if c.isalnum() else "-" for c in Path(name).stem.casefold()).strip("-") or "document"
    id = next(id for id in _numbered(f"clinic-{stem}") if id not in taken)
    return Document(
        id=id,
        title=foreign.title,
        review=_NOT_REVIEWED,
        sections=tuple(_sections(id, outline)),
        file=name,
        source=Source(name, clinic.name if clinic else _UNNAMED),
    )


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


def _sections(document: str, outline: Outline) -> Iterator[Section]:
    headings: list[Part] = []
    for part in outline.parts:
        headings = [above for above in headings if above.level < part.level] + [part]
        passages = split(f"{document}#{part.slug}", [block for block in part.blocks if block.sentences], {})
        if passages:
            heading = tuple(above.title for above in headings)
            yield Section(f"{document}#{part.slug}", heading, tuple(Audience), passages, part.line)


def _document_of_card(clinic: Clinic) -> Document:
    """Contacts and hours as a document, so that they can be found and quoted like the rest."""
    rows = {"Contact": clinic.contacts, "Opening hours": tuple((f"Open on {day}", at) for day, at in clinic.hours)}
    parts = [
        Part(2, title, title.casefold().replace(" ", "-"), (), 1, [_rows(f"{title} of {clinic.name}:", pairs)])
        for title, pairs in rows.items()
        if pairs
    ]
    outline = Outline({}, parts, [])
    return _document(CARD, Foreign(clinic.name, outline, ()), outline, clinic, taken=set())


def _rows(lead_in: str, pairs: Sequence[tuple[str, str]]) -> Block:
    sentences = (Sentence(f"{label}: {text}", (), line) for line, (label, text) in enumerate(pairs, start=1))
    return Block(Layout.ROWS, tuple(sentences), lead_in)
