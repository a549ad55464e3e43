"""What is shown of the work behind an answer: verdicts, the query as read, coverage, candidates and times."""

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.coverage import Coverage
from assistant.domain import Evidence, Verdict
from assistant.pipeline import Explanation
from ingest.documents import Corpus

STATEMENTS_MAX = 10

Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts."""

    title: str
    header: tuple[str, ...]
    rows: Rows


@dataclass(frozen=True, slots=True)
class WorkView:
    """The work behind an answer: pairs of what and value, then tables."""

    pairs: tuple[Table, ...]
    tables: tuple[Table, ...]


def work_view(explanation: Explanation) -> WorkView:
    """What led to an answer.

    Args:
        explanation: the answer with its work; without what was found if nothing was looked up.

    Returns:
        Texts, all redacted as the explanation is.
    """
    answer, found = explanation.answer, explanation.found
    pairs = [
        _pairs("Screened as", _verdict_rows(explanation.screened)),
        _pairs("Decided as", _verdict_rows(answer.verdict)),
    ]
    tables = []
    if found:
        pairs.append(_pairs("Looked up", (("query as read", found.query.text), *_coverage_rows(found.coverage))))
        tables = [_candidates(found.evidence, found.workbench.build.corpus), _statements(found.evidence)]
    tables.append(_timings(answer.timings_ms))
    return WorkView(tuple(pairs), tuple(tables))


def _pairs(title: str, rows: Rows) -> Table:
    return Table(title, ("What", "Value"), rows)


def _verdict_rows(verdict: Verdict) -> Rows:
    rows = [("action", verdict.action.value), ("rule", verdict.rule), ("reason", verdict.reason)]
    if verdict.also:
        rows.append(("also fits", ", ".join(sorted(verdict.also))))
    if verdict.doubt:
        rows.append(("in doubt", verdict.doubt.value))
    return tuple(rows)


def _coverage_rows(coverage: Coverage) -> Rows:
    return (
        ("covered", "yes" if coverage.covered else "no"),
        ("confidence", f"{coverage.confidence:.2f}"),
        ("coverage rule", coverage.rule),
    )


def _candidates(evidence: Evidence, corpus: Corpus) -> Table:
    """The sections that were found, with the features that ranked them."""
    titles = {section.id: document.title for document in corpus.documents for section in document.sections}
    rows = tuple(
        (
            " › ".join((titles[candidate.section.id], *candidate.section.heading)),
            f"{candidate.score:.2f}",
            ", ".join(f"{name} {value:.2f}" for name, value in sorted(candidate.features.items())),
        )
        for candidate in evidence.candidates
    )
    return Table("Sections found, best first", ("Section", "Score", "Made of"), rows)


def _statements(evidence: Evidence) -> Table:
    rows = tuple((one.statement.text, f"{one.similarity:.2f}") for one in evidence.statements[:STATEMENTS_MAX])
    return Table(f"Statements by similarity, the best {len(rows)}", ("Statement", "Similarity"), rows)


def _timings(timings_ms: Mapping[str, float]) -> Table:
    rows = tuple((name, f"{ms:.1f}") for name, ms in timings_ms.items())
    return Table("Time", ("Step", "Milliseconds"), rows)
