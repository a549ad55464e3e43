"""A sentence can be quoted alone: it is one sentence, it names its subject, and it says whose claim it is."""

import re
from collections.abc import Iterator

from ingest.documents import Statement, Voice
from ingest.errors import Fault
from ingest.health.subject import Subject, begins, is_row

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


def faults(subject: Subject) -> Iterator[Fault]:
    """What makes a sentence unfit to be quoted."""
    for statement in subject.corpus.statements.values():
        if _TWO_SENTENCES.search(statement.text):
            problem = f"{begins(statement)} holds two sentences under one group of marks."
            yield subject.at_statement(statement, "two-sentences", problem, "Give each its own marks.")
        if _LEANS_BACK.match(statement.text):
            problem = f"{begins(statement)} does not stand alone when quoted."
            yield subject.at_statement(statement, "leans-back", problem, "Name its subject.")
        if _claims_benefit(subject, statement) and not _ATTRIBUTED.search(statement.text):
            problem = f"{begins(statement)} claims a benefit without saying whose claim it is."
            fix = 'Begin with "The founding article says" or the like.'
            yield subject.at_statement(statement, "unattributed", problem, fix)


def _claims_benefit(subject: Subject, statement: Statement) -> bool:
    """Whether a sentence tells of a benefit that SOT claims; a row's lead-in says whose claims its table holds."""
    kinds = {subject.corpus.facts[fact].kind for fact in statement.facts}
    claims = "claimed-benefit" in kinds and statement.voice in (Voice.ARTICLE, Voice.TEACHING)
    return claims and not is_row(statement)
