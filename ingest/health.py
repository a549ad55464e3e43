"""The corpus's health: everything that is wrong with it, as one list with file, line and fix. The merge gate.

Readability: Kincaid et al., "Derivation of New Readability Formulas" (1975), as textstat computes it.
"""

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.corpus import read_corpus
from ingest.documents import Audience, Corpus, Document, Section, Statement, Voice
from ingest.errors import CorpusError, Fault

GRADE_MAX = 8.0
ASKS_MIN = 6

_TWO_SENTENCES = re.compile(r"(?<!\bDr)(?<!\bMr)(?<!\bSt)(?<!\bvs)[.?!][\"')]?\s+[A-Z]")
_LEANS_BACK = re.compile(
    r"(?:It|This|They|These|He|She|Such|However|But|And|Also|That (?:report|study|review|trial|case|paper|survey))\b"
)
_ATTRIBUTED = re.compile(
    r"\b(?:says?|said|states?|stated|calls?|called|claims?|claimed|describes?|described|hold|holds|held|teach|teaches"
    r"|taught|regards?|regarded|considers?|considered|believes?|believed|reports?|reported|lists?|listed|names?|named"
    r"|puts?|counts?|explains?|explained|according|credits?|credited|presents?|presented|attributes?|attributed|links?"
    r"|linked|suggests?|suggested|sums|tells?|speaks?|writes?|argues?|aims?|article's|adds?|ascribes?|sees?|ties|gives"
    r"|given|mentions?|notes?|expects?|thinks?|thought|promises?|recommends?|advertises?|likens?)\b"
)


@dataclass(frozen=True, slots=True)
class Health:
    """What a check found, and how much it looked at."""

    faults: tuple[Fault, ...]
    counts: dict[str, int]


def check(folder: Path) -> Health:
    """Check a corpus folder.

    Args:
        folder: the corpus.

    Returns:
        Every fault, ordered by file and line. If the corpus cannot be read, the reading's faults alone.
    """
    try:
        corpus = read_corpus(folder)
    except CorpusError as error:
        return Health(error.faults, {"documents": 0})
    faults = [*_section_faults(corpus), *_statement_faults(corpus), *_conflict_faults(corpus), *_id_faults(corpus)]
    counts = {
        "documents": len(corpus.documents),
        "sections": len(corpus.sections),
        "statements": len(corpus.statements),
        "asks": len(corpus.asks),
        "conflicts": len(corpus.conflicts),
    }
    return Health(tuple(sorted(faults)), counts)


def grade(section: Section, corpus: Corpus) -> float:
    """A section's Flesch-Kincaid grade, glossary terms counted as one short word each."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # textstat 0.7.4 uses pkg_resources
        import textstat

    text = " ".join(_as_sentence(statement.text) for statement in section.statements)
    names = sorted({name for term in corpus.glossary for name in (term.term, *term.aliases)}, key=len, reverse=True)
    if names:
        text = re.sub(rf"\b(?:{'|'.join(map(re.escape, names))})(?:s|es)?\b", "bone", text, flags=re.I)
    return float(textstat.flesch_kincaid_grade(text))


def _as_sentence(text: str) -> str:
    """A table row reads as its cells."""
    return text if text.endswith((".", "?", "!")) else text.replace("; ", ". ") + "."


def _section_faults(corpus: Corpus) -> Iterator[Fault]:
    asked = [ask.section for ask in corpus.asks]
    for document in corpus.documents:
        for section in document.sections:
            if asked.count(section.id) < ASKS_MIN:
                yield Fault(
                    document.file,
                    section.line,
                    "asks",
                    f"The section {section.id} has {asked.count(section.id)} asks.",
                    f"Add at least {ASKS_MIN} to asks/{document.id}.yaml.",
                )
            if Audience.PATIENT in section.audiences and (found := grade(section, corpus)) > GRADE_MAX:
                yield Fault(
                    document.file,
                    section.line,
                    "grade",
                    f"Patients read the section {section.id} at grade {found:.1f}.",
                    f"Shorten sentences and words to grade {GRADE_MAX:.0f}, or keep it for students and staff.",
                )
            yield from _benefit_faults(document, section, corpus)


def _benefit_faults(document: Document, section: Section, corpus: Corpus) -> Iterator[Fault]:
    """A claim of benefit says in its own sentence whose it is."""
    for statement in section.statements:
        kinds = {corpus.facts[fact].kind for fact in statement.facts}
        is_row = not statement.text.endswith((".", "?", "!"))
        claims = "claimed-benefit" in kinds and statement.voice in (Voice.ARTICLE, Voice.TEACHING)
        if claims and not is_row and not _ATTRIBUTED.search(statement.text):
            yield Fault(
                document.file,
                statement.line,
                "unattributed",
                f"{statement.text[:60]!r} claims a benefit without saying whose claim it is.",
                'Begin with "The founding article says" or the like.',
            )


def _statement_faults(corpus: Corpus) -> Iterator[Fault]:
    seen: dict[str, Statement] = {}
    for id, statement in corpus.statements.items():
        file = corpus.place_of_statement[id].document.file
        if _TWO_SENTENCES.search(statement.text):
            yield Fault(
                file,
                statement.line,
                "two-sentences",
                f"{statement.text[:60]!r} holds two sentences under one group of marks.",
                "Give each its own marks.",
            )
        if _LEANS_BACK.match(statement.text):
            yield Fault(
                file,
                statement.line,
                "leans-back",
                f"{statement.text[:60]!r} does not stand alone when quoted.",
                "Name its subject.",
            )
        if twin := seen.get(statement.text.casefold()):
            yield Fault(
                file,
                statement.line,
                "repeated",
                f"{statement.text[:60]!r} also stands at {twin.id}.",
                "Keep it in one place.",
            )
        seen[statement.text.casefold()] = statement


def _conflict_faults(corpus: Corpus) -> Iterator[Fault]:
    """Each side of a conflict is stated somewhere, so that both can be quoted."""
    for conflict in corpus.conflicts:
        for side in conflict.sides:
            if not any(corpus.statements_of_fact.get(fact) for fact in side):
                yield Fault(
                    "conflicts.yaml",
                    1,
                    "conflict",
                    f"No document states any of {', '.join(side)}, a side of {conflict.id!r}.",
                    "State it in a document, so that it can be quoted.",
                )


def _id_faults(corpus: Corpus) -> Iterator[Fault]:
    for conflict in {c.id for c in corpus.conflicts if [d.id for d in corpus.conflicts].count(c.id) > 1}:
        yield Fault("conflicts.yaml", 1, "duplicate-id", f"The id {conflict} exists twice.", "Rename one.")
