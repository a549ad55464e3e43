"""What readers of foreign formats have in common: headings, paragraphs, lists and tables become an `Outline`."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ingest.formats.foreign_tables import Row, row_sentences
from ingest.formats.outline import Block, Layout, Outline, Part, Sentence
from ingest.formats.sentences import clean, sentences

CHARACTERS_MAX = 2_000_000
ONLY_THE_FIRST = f"only its first {CHARACTERS_MAX:,} characters were read"
CELLS_MAX = 100_000
HEADING_CHARACTERS_MAX = 200
LEAD_IN_CHARACTERS_MAX = 300
_BROKEN_LINE_CHARACTERS_MAX = 80

_TABLE_CAPTION = re.compile(r"Table \d+\b")
_ENDS = (".", "!", "?", ",", ";", "…", "-")


@dataclass(frozen=True, slots=True)
class Line:
    """Text with the number of its line (or paragraph) in the file, and its page if it has pages."""

    text: str
    number: int
    page: int | None = None


@dataclass(slots=True)
class OutlineWriter:
    """Builds an outline from what a reader finds, in the file's order, within bounds."""

    notes: list[str] = field(default_factory=list)
    _parts: list[Part] = field(default_factory=list)
    _slugs: dict[str, int] = field(default_factory=dict)
    _lead_in: Sentence | None = None
    _characters: int = 0
    _cells: int = 0
    _is_full: bool = False

    @property
    def is_full(self) -> bool:
        """Whether the bound of characters is reached; what is given from then on is left out."""
        return self._is_full

    @property
    def awaits_rows(self) -> bool:
        """Whether the last line led in a list or table that has not come yet."""
        return self._lead_in is not None

    def heading(self, level: int, text: str, line: int) -> None:
        """Start a part. A heading too long to be one is a paragraph."""
        title = clean(text).removesuffix(":").rstrip()
        if len(title) > HEADING_CHARACTERS_MAX:
            self.paragraph([Line(text, line)])
        elif title and not self._is_full:
            self._release_lead_in()
            self._parts.append(Part(max(1, level), title, self._slug(title), (), line))

    def paragraph(self, lines: Iterable[Line], *, broken: bool = False) -> None:
        """Add prose; a last sentence that ends in a colon waits to lead in a list or a table.

        Args:
            lines: the paragraph's lines, which are joined.
            broken: whether the author broke the lines, as in an address: then short ones are rows.
        """
        kept = [line for line in lines if clean(line.text)]
        if broken and _are_rows(kept):
            if kept[0].text.rstrip().endswith(":"):
                self.paragraph(kept[:1])
                kept = kept[1:]
            self.items([[line] for line in kept])
            return
        found = self._within_bound(_sentences(kept))
        if not found:
            return
        self._release_lead_in()
        last = found[-1]
        leads = last.text.endswith(":") or (len(found) <= 2 and _TABLE_CAPTION.match(found[0].text))
        if leads and len(last.text) <= LEAD_IN_CHARACTERS_MAX:
            # "Table 1. Fees" is two sentences to the splitter and one caption to a reader.
            caption = len(found) == 2 and not last.text.endswith(":")
            found, last = ([], _joined(found)) if caption else (found[:-1], last)
            self._add(Layout.PROSE, found)
            self._lead_in = last
        else:
            self._add(Layout.PROSE, found)

    def items(self, items: Iterable[Sequence[Line]]) -> None:
        """Add a list: each item's sentences are rows under the lead-in."""
        found = self._within_bound(sentence for item in items for sentence in _sentences(item))
        if found:
            self._add(Layout.ROWS, found, self._take_lead_in())

    def table(self, rows: Sequence[Row], *, headed: bool | None = None, caption: str = "") -> None:
        """Add a table's rows under its caption or the line before it.

        Args:
            rows: every row, the header among them.
            headed: whether the first row is known to be a header; None if the file does not say.
            caption: the table's own, if it has one.
        """
        cells = sum(len(row.cells) for row in rows)
        if self._cells + cells > CELLS_MAX:
            self.note(f"its tables have more than {CELLS_MAX:,} cells: those from line {rows[0].line} on were left out")
            self._cells = CELLS_MAX
            return
        self._cells += cells
        found = self._within_bound(row_sentences(rows, headed))
        if not found:
            return
        if title := clean(caption)[:LEAD_IN_CHARACTERS_MAX]:
            self._release_lead_in()
            self._lead_in = Sentence(title.rstrip(" .:") + ":", (), rows[0].line, rows[0].page)
        self._add(Layout.ROWS, found, self._take_lead_in())

    def finish(self, title: str) -> Outline:
        """The outline; text before the first heading stands under the document's title."""
        self._release_lead_in()
        if self._parts and not self._parts[0].title:
            self._parts[0].title = title
            self._parts[0].slug = self._slug(title)
        return Outline({}, self._parts, [])

    def _add(self, layout: Layout, found: Sequence[Sentence], lead_in: str | None = None) -> None:
        if not found:
            return
        if not self._parts:
            self._parts.append(Part(1, "", "", (), found[0].line))
        self._parts[-1].blocks.append(Block(layout, tuple(found), lead_in))

    def _take_lead_in(self) -> str | None:
        sentence, self._lead_in = self._lead_in, None
        return sentence.text if sentence else None

    def _release_lead_in(self) -> None:
        """A lead-in that leads in nothing is a sentence like others."""
        if self._lead_in:
            waiting, self._lead_in = self._lead_in, None
            self._add(Layout.PROSE, [waiting])

    def _within_bound(self, found: Iterable[Sentence]) -> list[Sentence]:
        """The sentences that the bound of characters still allows."""
        kept: list[Sentence] = []
        for sentence in found:
            self._characters += len(sentence.text)
            if self._is_full or self._characters > CHARACTERS_MAX:
                self._is_full = True
                self.note(ONLY_THE_FIRST)
                break
            kept.append(sentence)
        return kept

    def note(self, note: str) -> None:
        """Note what a person should know, once."""
        if note not in self.notes:
            self.notes.append(note)

    def _slug(self, title: str) -> str:
        """A slug of the title's ASCII letters and digits that no other part has."""
        ascii = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
        base = re.sub(r"[^a-z0-9]+", "-", ascii.casefold()).strip("-")[:60].strip("-") or "part"
        slug = base
        while slug in self._slugs:
            self._slugs[base] += 1
            slug = f"{base}-{self._slugs[base]}"
        self._slugs[slug] = 1
        return slug


def _sentences(lines: Iterable[Line]) -> Iterator[Sentence]:
    """The sentences of joined lines, each with the line and page on which it starts."""
    kept = [Line(text, line.number, line.page) for line in lines if (text := clean(line.text))]
    starts, text = [], ""
    for line in kept:
        text += " " if text else ""
        starts.append(len(text))
        text += line.text
    for start, sentence in sentences(text):
        at = kept[bisect_right(starts, start) - 1]
        yield Sentence(sentence, (), at.number, at.page)


def _joined(found: Sequence[Sentence]) -> Sentence:
    text = " ".join(sentence.text for sentence in found).rstrip(" .:")
    return Sentence(f"{text}:", (), found[0].line, found[0].page)


def _are_rows(lines: Sequence[Line]) -> bool:
    """Whether broken lines are rows, such as an address or opening hours, and not wrapped prose or verse."""
    texts = [line.text.strip() for line in lines]
    if len(texts) < 2 or (not texts[0].endswith(":") and any(text[0].islower() for text in texts[1:])):
        return False
    return all(len(text) <= _BROKEN_LINE_CHARACTERS_MAX and not text.endswith(_ENDS) for text in texts[:-1])
