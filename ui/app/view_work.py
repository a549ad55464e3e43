"""What is shown of the work behind an answer: verdicts, the query as read, coverage, candidates and times."""

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.case import Explanation
from assistant.coverage import Coverage
from assistant.domain import Evidence, Verdict
from ingest.documents import Corpus

STATEMENTS_MAX = 10

Items = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """Items under a title: what each is called, and what it is."""

    title: str
    items: Items


WorkView = tuple[Listing, ...]


def work_view(explanation: Explanation) -> WorkView:
    """What led to an answer.

    Args:
        explanation: the answer with its work; without what was found if nothing was looked up.

    Returns:
        Listings of texts, all redacted as the explanation is.
    """
    answer, found = explanation.answer, explanation.found
    view = [
        Listing("Screened as", _verdict_items(explanation.screened)),
        Listing("Decided as", _verdict_items(answer.verdict)),
    ]
    if found:
        view += [
            Listing("Looked up", (("query as read", found.query.text), *_coverage_items(found.coverage))),
            _candidates(found.evidence, found.workbench.build.corpus),
            _statements(found.evidence),
        ]
    return (*view, _timings(answer.timings_ms))


def _verdict_items(verdict: Verdict) -> Items:
    items = [("action", verdict.action.value), ("rule", verdict.rule), ("reason", verdict.reason)]
    if verdict.also:
        items.append(("also fits", ", ".join(sorted(verdict.also))))
    if verdict.doubt:
        items.append(("in doubt", verdict.doubt.value))
    return tuple(items)


def _coverage_items(coverage: Coverage) -> Items:
    return (
        ("covered", "yes" if coverage.covered else "no"),
        ("confidence", f"{coverage.confidence:.2f}"),
        ("coverage rule", coverage.rule),
    )


def _candidates(evidence: Evidence, corpus: Corpus) -> Listing:
    """The sections that were found, with the score and the features that it is made of."""
    titles = {section.id: document.title for document in corpus.documents for section in document.sections}
    items = tuple(
        (
            " › ".join((titles[candidate.section.id], *candidate.section.heading)),
            f"{candidate.score:.2f}, of "
            + ", ".join(f"{name} {value:.2f}" for name, value in sorted(candidate.features.items())),
        )
        for candidate in evidence.candidates
    )
    return Listing("Sections found, best first", items)


def _statements(evidence: Evidence) -> Listing:
    items = tuple((one.statement.text, f"{one.similarity:.2f}") for one in evidence.statements[:STATEMENTS_MAX])
    return Listing(f"The {len(items)} statements most similar to the query", items)


def _timings(timings_ms: Mapping[str, float]) -> Listing:
    return Listing("Time by step", tuple((name, f"{ms:.1f} ms") for name, ms in timings_ms.items()))
