"""Patients can read what is written for them.

Readability: Kincaid et al., "Derivation of New Readability Formulas" (1975), as textstat computes it.
"""

import re
import warnings
from collections.abc import Iterator

from ingest.documents import Audience, Corpus, Section
from ingest.errors import Fault
from ingest.health.subject import Subject, at_section

GRADE_MAX = 8.0


def grade(section: Section, corpus: Corpus) -> float:
    """A section's Flesch-Kincaid grade, glossary terms counted as one short word each.

    Args:
        section: what is read.
        corpus: whose glossary explains terms.

    Returns:
        The school grade; below zero for very short words and sentences.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # textstat 0.7.4 uses pkg_resources
        import textstat

    text = " ".join(_as_sentence(statement.text) for statement in section.statements)
    names = sorted({name for term in corpus.glossary for name in (term.term, *term.aliases)}, key=len, reverse=True)
    if names:
        text = re.sub(rf"\b(?:{'|'.join(map(re.escape, names))})(?:s|es)?\b", "bone", text, flags=re.I)
    return float(textstat.flesch_kincaid_grade(text))


def faults(subject: Subject) -> Iterator[Fault]:
    """A section that patients read stays at grade 8 or below."""
    for document in subject.corpus.documents:
        for section in document.sections:
            if Audience.PATIENT in section.audiences and (found := grade(section, subject.corpus)) > GRADE_MAX:
                yield at_section(
                    document,
                    section,
                    "grade",
                    f"Patients read the section {section.id} at grade {found:.1f}.",
                    f"Shorten sentences and words to grade {GRADE_MAX:.0f}, or keep it for students and staff.",
                )


def _as_sentence(text: str) -> str:
    """A table row reads as its cells."""
    return text if text.endswith((".", "?", "!")) else text.replace("; ", ". ") + "."
