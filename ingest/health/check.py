"""All rules over one corpus folder."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ingest.corpus import read_corpus
from ingest.errors import CorpusError, Fault
from ingest.health import conflicts, reach, readability, repetition, reviews, stated, structure, wording
from ingest.health.left_out import LeftOut
from ingest.health.places import Places, key_faults
from ingest.health.structure import table_faults
from ingest.health.subject import Subject

_FAMILIES: tuple[Callable[[Subject], Iterator[Fault]], ...] = (
    wording.faults,
    readability.faults,
    repetition.faults,
    reach.faults,
    structure.faults,
    conflicts.faults,
    reviews.faults,
    stated.faults,
)


@dataclass(frozen=True, slots=True)
class Health:
    """What a check found, and how much it looked at."""

    faults: tuple[Fault, ...]
    counts: dict[str, int]

    @property
    def by_rule(self) -> Mapping[str, int]:
        """Rule → how many faults it found, most first."""
        return dict(Counter(fault.rule for fault in self.faults).most_common())


def check(folder: Path, *, today: date | None = None) -> Health:
    """Check a corpus folder.

    Args:
        folder: the corpus.
        today: the day on which reviews are due or not; the real one if None.

    Returns:
        Every fault, ordered by file and line. If the corpus cannot be read, the faults of its form alone.
    """
    found = [*table_faults(folder), *key_faults(folder)]
    try:
        corpus = read_corpus(folder)
    except CorpusError as error:
        return Health(tuple(sorted({*found, *error.faults})), {"documents": 0})
    subject = Subject(corpus, Places.read(folder), LeftOut.read(folder), today or date.today())
    found += [fault for family in _FAMILIES for fault in family(subject)]
    counts = {
        "documents": len(corpus.documents),
        "sections": len(corpus.sections),
        "statements": len(corpus.statements),
        "asks": len(corpus.asks),
        "conflicts": len(corpus.conflicts),
    }
    return Health(tuple(sorted(found)), counts)
