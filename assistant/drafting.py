"""A Selection to what a person reads: sentences with markers, citations, conflicts. Nothing unsound gets in.

Checked here before a marker is given, and once more over the finished draft (`Draft.is_sound`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.citing import Citations, is_carried, quotes_its_passage
from assistant.composing import LeadIn, Selection
from assistant.domain import Citation, ConflictSide, ShownConflict, StatedSentence
from ingest.documents import Conflict, Corpus, Statement

IsSound = Callable[[Statement], bool]


@dataclass(frozen=True, slots=True)
class Draft:
    """The stated part of an answer."""

    text: str
    statements: tuple[StatedSentence, ...]
    citations: tuple[Citation, ...]
    conflicts: tuple[ShownConflict, ...]

    def is_sound(self, corpus: Corpus) -> bool:
        """Whether everything stated is, to the code point, a quote that the corpus holds."""
        sides = (side for conflict in self.conflicts for side in conflict.sides)
        sentences = [*((s.text, s.citations) for s in self.statements), *((s.text, s.citations) for s in sides)]
        stated = [StatedSentence(text, markers, (), self.citations[0].voice, None) for text, markers in sentences]
        return all(quotes_its_passage(citation, corpus) for citation in self.citations) and all(
            is_carried(sentence, self.citations, corpus) for sentence in stated
        )


def draft(selection: Selection, corpus: Corpus, is_sound: IsSound, opening: LeadIn | None = None) -> Draft | None:
    """Write a selection out.

    Args:
        selection: what to state.
        corpus: the text it is quoted from.
        is_sound: whether a statement may be shown at all (the review).
        opening: a lead-in for the whole, if the answer follows a redirect.

    Returns:
        The draft, or None if nothing sound is left to state.
    """
    said = [statement for statement in selection.said if is_sound(statement)]
    found = [statement for statement in selection.found if is_sound(statement)]
    conflicts = [(c, sides) for c, sides in selection.conflicts if all(is_sound(side) for side in sides)]
    citations = Citations(corpus)
    blocks = [opening.value] if opening else []
    if said:
        blocks.append(_paragraph(said, citations))
    if found:
        blocks.append(f"{LeadIn.RESEARCH}\n{_paragraph(found, citations)}" if said else _paragraph(found, citations))
    shown = [_conflict(conflict, sides, citations) for conflict, sides in conflicts]
    blocks += [_conflict_lines(conflict) for conflict in shown]
    if not (said or found or shown):
        return None
    stated = tuple(_stated(statement, citations) for statement in (*said, *found))
    return Draft("\n\n".join(blocks), stated, citations.given, tuple(shown))


def _paragraph(statements: Sequence[Statement], citations: Citations) -> str:
    """Prose runs on in one paragraph; a table's row stands on a line of its own."""
    marked = [f"{statement.text} [{citations.cite(statement).marker}]" for statement in statements]
    is_row = any(not statement.text.endswith((".", "?", "!")) for statement in statements)
    return "\n".join(f"- {line}" for line in marked) if is_row else " ".join(marked)


def _stated(statement: Statement, citations: Citations) -> StatedSentence:
    marker = citations.cite(statement).marker
    return StatedSentence(statement.text, (marker,), statement.facts, statement.voice, statement.strength)


def _conflict(conflict: Conflict, sides: Sequence[Statement], citations: Citations) -> ShownConflict:
    shown = tuple(ConflictSide(side.text, (citations.cite(side).marker,)) for side in sides)
    return ShownConflict(conflict.id, conflict.about, shown, conflict.comment)


def _conflict_lines(conflict: ShownConflict) -> str:
    sides = "\n".join(f"- {side.text} " + " ".join(f"[{m}]" for m in side.citations) for side in conflict.sides)
    return f"{LeadIn.CONFLICT} {conflict.about}\n{sides}\n\n{conflict.comment}"
