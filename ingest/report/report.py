"""The whole report."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TypeVar

from ingest.corpus import read_corpus
from ingest.health import check
from ingest.health.left_out import LeftOut
from ingest.report.contents import ConflictFigures, DocumentFigures, SectionFigures, conflicts, documents, sections
from ingest.report.coverage import Coverage
from ingest.report.figures import Bar, Figures
from ingest.report.reach import Unreached

# Upper bounds of the bars of grades; the last that still passes is the rule's own.
_GRADES = (3.0, 4.0, 5.0, 6.0, 7.0, 8.0)


_Name = TypeVar("_Name", bound=str)


class FaultFigures(Figures):
    """A fault as `sot corpus check` tells it."""

    file: str
    line: int
    rule: str
    problem: str
    fix: str


class CorpusReport(Figures):
    """How a corpus stands on a day."""

    made_on: date
    coverage: Coverage
    documents: tuple[DocumentFigures, ...]
    sections: tuple[SectionFigures, ...]
    conflicts: tuple[ConflictFigures, ...]
    faults: tuple[FaultFigures, ...]
    unreached: Unreached | None

    @property
    def statements(self) -> int:
        """All statements."""
        return sum(document.statements for document in self.documents)

    @property
    def asks(self) -> int:
        """All asks."""
        return sum(section.all_asks for section in self.sections)

    @property
    def approved(self) -> int:
        """Documents that a clinician has approved."""
        return sum(document.review.status == "approved" for document in self.documents)

    @property
    def rules(self) -> tuple[Bar, ...]:
        """Faults by rule, most first."""
        return _bars(Counter(fault.rule for fault in self.faults), len(self.faults))

    @property
    def voices(self) -> tuple[Bar, ...]:
        """Statements by voice."""
        return _bars(_added(document.voices for document in self.documents), self.statements)

    @property
    def strengths(self) -> tuple[Bar, ...]:
        """Statements by strength, those that have one."""
        found = _added(document.strengths for document in self.documents)
        return _bars(found, found.total())

    @property
    def asks_by_audience(self) -> tuple[Bar, ...]:
        """Asks by who asks."""
        return _bars(_added(section.asks for section in self.sections), self.asks)

    @property
    def asks_a_section(self) -> tuple[int, float, int]:
        """The fewest, the median and the most asks that a section has."""
        numbers = [section.all_asks for section in self.sections]
        return min(numbers), median(numbers), max(numbers)

    @property
    def least_asked(self) -> tuple[SectionFigures, ...]:
        """The ten sections with the fewest asks."""
        return tuple(sorted(self.sections, key=lambda section: section.all_asks)[:10])

    @property
    def unasked(self) -> tuple[SectionFigures, ...]:
        """Sections written for somebody who has no ask of their own."""
        return tuple(section for section in self.sections if section.unasked)

    @property
    def graded(self) -> tuple[SectionFigures, ...]:
        """The sections that patients read, hardest first."""
        return tuple(
            sorted((one for one in self.sections if one.grade is not None), key=lambda one: -(one.grade or 0.0))
        )

    @property
    def median_grade(self) -> float | None:
        """The grade that half of the patients' sections stay below; None if there are none."""
        return median(_grades(self.graded)) if self.graded else None

    @property
    def grades(self) -> tuple[Bar, ...]:
        """The patients' sections by grade."""
        found = _grades(self.graded)
        names = [f"up to {_GRADES[0]:.0f}", *(f"up to {bound:.0f}" for bound in _GRADES[1:]), f"over {_GRADES[-1]:.0f}"]
        bounds = (float("-inf"), *_GRADES, float("inf"))
        return tuple(
            Bar(label=name, number=sum(low < one <= high for one in found), of=len(found))
            for name, (low, high) in zip(names, pairwise(bounds), strict=True)
        )


def make_report(folder: Path, *, sets: Path, today: date | None = None) -> CorpusReport:
    """Count a corpus folder.

    Args:
        folder: the corpus.
        sets: the folder of the evaluation sets; without questions in it the report tells nothing of them.
        today: the day of the report; the real one if None.

    Returns:
        The report. A corpus with faults has one too, as long as it can be read.

    Raises:
        CorpusError: the corpus cannot be read.
        CorpusReportError: the questions cannot be read.
    """
    day = today or date.today()
    corpus = read_corpus(folder)
    return CorpusReport(
        made_on=day,
        coverage=Coverage.of(corpus, LeftOut.read(folder)),
        documents=tuple(documents(corpus, day)),
        sections=tuple(sections(corpus)),
        conflicts=tuple(conflicts(corpus)),
        faults=tuple(
            FaultFigures(file=one.file, line=one.line, rule=one.rule, problem=one.problem, fix=one.fix)
            for one in check(folder, today=day).faults
        ),
        unreached=Unreached.of(corpus, sets),
    )


def _added(some: Iterable[Mapping[_Name, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for one in some:
        total.update({str(name): number for name, number in one.items()})
    return total


def _bars(found: Counter[str], of: int) -> tuple[Bar, ...]:
    return tuple(Bar(label=label, number=number, of=of) for label, number in found.most_common())


def _grades(some: Sequence[SectionFigures]) -> list[float]:
    return [section.grade for section in some if section.grade is not None]
