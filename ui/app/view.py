"""What is shown of an answer. Plain values: pages draw them and decide nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.composing import LeadIn
from assistant.domain import Action, Answer, Citation, ShownConflict
from ingest.documents import Source, Voice
from ui.app.calls import Call, calls
from ui.links import passage_page
from ui.wording import TITLES, place_name, review_status, source_name, voice_name

_LEAD_INS = frozenset({LeadIn.RESEARCH.value, LeadIn.GENERAL.value})


class Tone(StrEnum):
    """How urgently an answer is drawn."""

    EMERGENCY = "emergency"
    CRISIS = "crisis"
    REDIRECT = "redirect"
    CALM = "calm"


_TONES = {
    Action.EMERGENCY: Tone.EMERGENCY,
    Action.CRISIS: Tone.CRISIS,
    Action.REFUSE_INJECTION: Tone.REDIRECT,
    Action.REFUSE_TREATMENT: Tone.REDIRECT,
    Action.REFUSE_DIAGNOSIS: Tone.REDIRECT,
    Action.OFF_TOPIC: Tone.REDIRECT,
    Action.NOT_COVERED: Tone.REDIRECT,
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an answer's text. A lead-in states no fact; an item is one of a list."""

    text: str
    is_item: bool = False
    is_lead_in: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """A source as it is named, and its address if that may be followed."""

    name: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a conflict: what it says, with its markers, or with where it comes from if nothing is quoted."""

    text: str
    origins: tuple[Origin, ...] = ()


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Sources that differ, for columns side by side."""

    about: str
    sides: tuple[Side, ...]
    comment: str


Block = tuple[Line, ...] | Disagreement


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a passage's text; with a marker if it is quoted."""

    text: str
    marker: int | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """What stands behind markers: whose voice it is and where it comes from, in our words or in its own."""

    markers: tuple[int, ...]
    voice: str
    origins: tuple[Origin, ...]
    in_our_words: bool = True


@dataclass(frozen=True, slots=True)
class QuotedPassage:
    """A passage with everything that an answer quotes from it. `pages`: marker → the page that marks its quote."""

    id: str
    title: str
    review: str
    pieces: tuple[Piece, ...]
    notes: tuple[Note, ...]
    pages: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer as it is drawn. `opening` is what stands in the box of a reply that must not be overlooked."""

    title: str
    tone: Tone
    about: str | None
    opening: str | None
    calls: tuple[Call, ...]
    blocks: tuple[Block, ...]
    passages: tuple[QuotedPassage, ...]
    suggestions: tuple[str, ...]

    @property
    def passage_numbers(self) -> Mapping[int, int]:
        """Marker → the number of the passage that it quotes, from 1."""
        return {
            marker: number
            for number, passage in enumerate(self.passages, 1)
            for note in passage.notes
            for marker in note.markers
        }


def answer_view(answer: Answer) -> AnswerView:
    """What is shown of an answer.

    Args:
        answer: any answer, whatever its verdict.

    Returns:
        Its text in blocks, each conflict as sides instead of lines; its citations by passage.
    """
    tone = _TONES.get(answer.verdict.action, Tone.CALM)
    blocks = answer.text.split("\n\n")
    opening = blocks.pop(0) if tone is not Tone.CALM else None
    return AnswerView(
        title=TITLES[answer.verdict.action],
        tone=tone,
        about=answer.about,
        opening=opening,
        calls=calls(answer.contacts),
        blocks=_blocks(blocks, answer.conflicts),
        passages=_passages(answer.citations),
        suggestions=answer.suggestions,
    )


def _blocks(blocks: Sequence[str], conflicts: Sequence[ShownConflict]) -> tuple[Block, ...]:
    """Blocks of text as lines; the lines of a conflict, and the comment behind them, as a Disagreement."""
    led = {f"{LeadIn.CONFLICT} {conflict.about}": conflict for conflict in conflicts}
    comments = {conflict.comment for conflict in conflicts}
    found: list[Block] = []
    for block in blocks:
        if conflict := led.get(block.split("\n", 1)[0]):
            found.append(_disagreement(conflict))
        elif block and block not in comments:
            found.append(tuple(_line(line) for line in block.split("\n")))
    return tuple(found)


def _line(line: str) -> Line:
    return Line(line.removeprefix("- "), is_item=line.startswith("- "), is_lead_in=line in _LEAD_INS)


def _disagreement(conflict: ShownConflict) -> Disagreement:
    sides = tuple(Side(" ".join((side.text, *(f"[{one}]" for one in side.citations)))) for side in conflict.sides)
    return Disagreement(conflict.about, sides, conflict.comment)


def _passages(citations: Sequence[Citation]) -> tuple[QuotedPassage, ...]:
    """Each quoted passage once, in the order of its first marker."""
    of_passage: dict[str, list[Citation]] = {}
    for citation in citations:
        of_passage.setdefault(citation.passage.id, []).append(citation)
    return tuple(
        QuotedPassage(
            id=id,
            title=place_name(cited[0].title, cited[0].heading),
            review=review_status(cited[0].review),
            pieces=_pieces(cited),
            notes=_notes(cited),
            pages={one.marker: passage_page(id, one.start, one.end) for one in cited},
        )
        for id, cited in of_passage.items()
    )


def _notes(citations: Sequence[Citation]) -> tuple[Note, ...]:
    """What stands behind each marker, said once for markers behind which the same stands."""
    markers: dict[tuple[str, tuple[Origin, ...], bool], list[int]] = {}
    for one in sorted(citations, key=lambda one: one.marker):
        behind = (voice_name(one.voice, one.strength), origins(one.sources), one.voice is not Voice.CLINIC)
        markers.setdefault(behind, []).append(one.marker)
    return tuple(Note(tuple(these), *behind) for behind, these in markers.items())


def _pieces(citations: Sequence[Citation]) -> tuple[Piece, ...]:
    """A passage cut at its quotes, counted in code points; a quote that overlaps the one before gives way."""
    text, at = citations[0].passage.text, 0
    pieces: list[Piece] = []
    for citation in sorted(citations, key=lambda citation: citation.start):
        if citation.start >= at:
            pieces += [Piece(text[at : citation.start]), Piece(text[citation.start : citation.end], citation.marker)]
            at = citation.end
    return tuple(piece for piece in (*pieces, Piece(text[at:])) if piece.text)


def origins(sources: Iterable[Source]) -> tuple[Origin, ...]:
    """Sources as they are named, each once."""
    return tuple(dict.fromkeys(Origin(source_name(source), source.url) for source in sources))
