"""A Selection to what a person reads: sentences with markers, citations, conflicts. Nothing unsound gets in.

Checked here before a marker is given, and once more over the finished draft (`Draft.is_sound`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.citing import Citations, is_carried, quotes_its_passage
from assistant.composing import LeadIn, Opposition, Selection
from assistant.domain import Citation, ConflictSide, ShownConflict, StatedSentence
from ingest.documents import Corpus, Statement

IsSound = Callable[[Statement], bool]


@dataclass(frozen=True, slots=True)
class Draft:
    """The stated part of an answer. `statements` holds every sentence it states, the sides of conflicts included."""

    text: str
    statements: tuple[StatedSentence, ...]
    citations: tuple[Citation, ...]
    conflicts: tuple[ShownConflict, ...]

    def is_sound(self, corpus: Corpus) -> bool:
        """Whether everything stated is, to the code point, a quote that the corpus holds."""
        sides = {(side.text, side.citations) for conflict in self.conflicts for side in conflict.sides}
        return (
            sides <= {(sentence.text, sentence.citations) for sentence in self.statements}
            and all(quotes_its_passage(citation, corpus) for citation in self.citations)
            and all(is_carried(sentence, self.citations, corpus) for sentence in self.statements)
        )


def draft(
    selection: Selection,
    corpus: Corpus,
    is_sound: IsSound,
    opening: LeadIn | None = None,
    closing: LeadIn | None = None,
) -> Draft | None:
    """Write a selection out.

    Args:
        selection: what to state.
        corpus: the text it is quoted from.
        is_sound: whether a statement may be shown at all (the review).
        opening: a lead-in for the whole, if the answer follows a redirect.
        closing: a line behind the whole, if it leaves something unanswered.

    Returns:
        The draft, or None if nothing sound is left to state.
    """
    said = [statement for statement in selection.said if is_sound(statement)]
    found = [statement for statement in selection.found if is_sound(statement)]
    oppositions = [one for one in selection.oppositions if all(is_sound(side) for side in one.sides)]
    citations = Citations(corpus)
    conflicts: list[ShownConflict] = []

    def conflict_block() -> str:
        """The conflicts as one block of text; each is kept for the answer."""
        conflicts.extend(_conflict(one, citations) for one in oppositions)
        return "\n\n".join(_conflict_lines(conflict) for conflict in conflicts)

    blocks = [opening.value if opening else ""]
    if selection.opposition_leads:
        blocks.append(conflict_block())
    if said:
        blocks.append(_paragraph(said, citations, is_list=selection.is_list))
    if found:
        blocks.append(f"{LeadIn.RESEARCH}\n{_paragraph(found, citations)}")
    if not selection.opposition_leads:
        blocks.append(conflict_block())
    if not citations.given:
        return None
    blocks.append(closing.value if closing else "")
    text = "\n\n".join(block for block in blocks if block)
    return Draft(text, tuple(_stated(citation) for citation in citations.given), citations.given, tuple(conflicts))


def _paragraph(statements: Sequence[Statement], citations: Citations, *, is_list: bool = False) -> str:
    """Prose runs on in one paragraph; what is listed, and a table's row, stands on a line of its own."""
    marked = [f"{statement.text} [{citations.cite(statement).marker}]" for statement in statements]
    is_row = any(not statement.text.endswith((".", "?", "!")) for statement in statements)
    in_lines = is_row or (is_list and len(statements) > 1)
    return "\n".join(f"- {line}" for line in marked) if in_lines else " ".join(marked)


def _stated(citation: Citation) -> StatedSentence:
    """Without a language model a stated sentence is the quote itself."""
    return StatedSentence(citation.quote, (citation.marker,), citation.facts, citation.voice, citation.strength)


def _conflict(opposition: Opposition, citations: Citations) -> ShownConflict:
    conflict = opposition.conflict
    sides = tuple(ConflictSide(side.text, (citations.cite(side).marker,)) for side in opposition.sides)
    return ShownConflict(conflict.id, conflict.about, sides, conflict.comment)


def _conflict_lines(conflict: ShownConflict) -> str:
    sides = "\n".join(f"- {side.text} " + " ".join(f"[{m}]" for m in side.citations) for side in conflict.sides)
    return f"{LeadIn.CONFLICT} {conflict.about}\n{sides}\n\n{conflict.comment}"
