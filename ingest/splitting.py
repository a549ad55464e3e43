"""Blocks to Passages: quotable slices that follow the text's own structure.

A passage ends at a block's end where it can, never inside a sentence. A row keeps its header, a list its lead-in.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ingest.documents import Fact, Passage, Statement, Voice
from ingest.formats.outline import Block, Layout, Sentence

# The encoder reads 256 tokens, about 1,000 characters of English: a longer passage would be cut for it.
PASSAGE_CHARACTERS_MAX = 900

_WEAKEST_FIRST = (
    "expert-opinion", "case-report", "case-series", "survey", "cohort", "rct", "systematic-review",
    "authority", "guideline", "law",
)  # fmt: skip


def split(section: str, blocks: Sequence[Block], facts: Mapping[str, Fact]) -> tuple[Passage, ...]:
    """Cut a section's blocks into passages.

    Args:
        section: the section's id; passages are numbered under it, from 1.
        blocks: what stands in the section, in order.
        facts: every fact that a sentence may rest on, by id.

    Returns:
        Passages of at most `PASSAGE_CHARACTERS_MAX` code points, unless one sentence is longer. Statements' spans
        are offsets into their passage's text.
    """
    return tuple(draft.passage(f"{section}/{number}", facts) for number, draft in enumerate(_drafts(blocks), start=1))


@dataclass(slots=True)
class _Draft:
    """A passage while it grows."""

    text: str = ""
    spans: list[tuple[int, int, Sentence]] = field(default_factory=list)

    def add(self, text: str, separator: str) -> int:
        """Append text and return where it starts."""
        self.text += (separator if self.text else "") + text
        return len(self.text) - len(text)

    def add_sentence(self, sentence: Sentence, separator: str) -> None:
        """Add a sentence behind a separator and remember where it stands."""
        start = self.add(sentence.text, separator)
        self.spans.append((start, len(self.text), sentence))

    def passage(self, id: str, facts: Mapping[str, Fact]) -> Passage:
        """What was added, as a passage with its statements."""
        statements = (
            _statement(f"{id}.{number}", start, end, sentence, facts)
            for number, (start, end, sentence) in enumerate(self.spans, start=1)
        )
        return Passage(id, self.text, tuple(statements))


def _drafts(blocks: Sequence[Block]) -> Iterator[_Draft]:
    draft = _Draft()
    for block in blocks:
        size = len(block.lead_in or "") + sum(len(sentence.text) + 1 for sentence in block.sentences)
        if draft.spans and len(draft.text) + size > PASSAGE_CHARACTERS_MAX:
            yield draft
            draft = _Draft()
        separator = "\n\n"
        if block.lead_in:
            draft.add(block.lead_in, separator)
        for sentence in block.sentences:
            if draft.spans and len(draft.text) + len(sentence.text) > PASSAGE_CHARACTERS_MAX:
                yield draft
                draft = _Draft(block.lead_in or "")
            between = "\n" if block.layout is Layout.ROWS else " "
            first = sentence is block.sentences[0] and not block.lead_in
            draft.add_sentence(sentence, separator if first else between)
    if draft.spans:
        yield draft


def _statement(id: str, start: int, end: int, sentence: Sentence, facts: Mapping[str, Fact]) -> Statement:
    rests_on = [facts[mark] for mark in sentence.marks]
    return Statement(
        id=id,
        start=start,
        end=end,
        text=sentence.text,
        facts=sentence.marks,
        voice=rests_on[0].voice if rests_on else Voice.CLINIC,
        strength=_weakest(fact.strength for fact in rests_on),
        line=sentence.line,
        page=sentence.page,
    )


def _weakest(strengths: Iterable[str | None]) -> str | None:
    """A sentence is as strong as the weakest fact it rests on."""
    known = [strength for strength in strengths if strength]
    return min(known, key=_WEAKEST_FIRST.index) if known else None
