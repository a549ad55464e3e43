"""What the corpus holds on a message: read in its conversation, whole and part by part, and whether that answers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.coverage import Coverage, CoverageJudge
from assistant.domain import Action, Conversation, Evidence, Question, Verdict
from assistant.parts import parts_of
from assistant.rewriting import Query
from assistant.timings import Timings
from assistant.workbench import Workbench
from ingest.documents import Audience

# One part of a question, or a message with the conversation's subject added, is answered only if surely covered.
SURE_CONFIDENCE_MIN = 0.5


@dataclass(frozen=True, slots=True)
class Found:
    """What retrieval gave for a message: how it was read, what was found in which build, and whether that answers.

    `parts` holds what was found for each part of a message that asks several things, if the corpus answers it;
    `is_partial` tells that it does not answer each.
    """

    workbench: Workbench
    query: Query
    evidence: Evidence
    coverage: Coverage
    parts: tuple[Evidence, ...] = ()
    is_partial: bool = False


class Finder:
    """Finds by a workbench, and has the coverage judged."""

    def __init__(self, judge: CoverageJudge) -> None:
        self._judge = judge

    def find(
        self, question: Question, conversation: Conversation, screened: Verdict, workbench: Workbench, timings: Timings
    ) -> Found:
        """Find what answers a question.

        Args:
            question: redacted.
            conversation: its earlier turns.
            screened: the guard's verdict; what it doubts to be on the subject must be covered more surely.
            workbench: the build to look in.
            timings: told how long reading and retrieving took.

        Returns:
            What was found. A message that finds no answer alone may be read with the conversation's subject.
        """
        with timings.step("rewrite"):
            query = workbench.rewriter.rewrite(question.text, conversation)
        with timings.step("retrieve"):
            retriever, audience = workbench.retriever, question.audience
            evidence = retriever.find(query.text, audience, context=query.context, topic=query.sections)
            parts = [
                evidence if part == query.text else retriever.find(part, audience) for part in parts_of(query.text)
            ]
        coverage = self._judge.decide(evidence, workbench.build, doubted=screened.doubt is Action.OFF_TOPIC)
        found = self._of_clinic(Found(workbench, query, evidence, coverage))
        if not found.coverage.covered and query.completed and screened.doubt is None:
            return self._completed(found, query.completed, audience)
        return self._with_parts(found, parts) if parts else found

    def _of_clinic(self, found: Found) -> Found:
        """What was found; for fees and hours that the corpus lacks, what the clinic's own documents say of them."""
        if found.coverage.rule != "coverage.practical":
            return found
        evidence = found.evidence.clinic_first()
        coverage = self._judge.decide(evidence, found.workbench.build)
        return replace(found, evidence=evidence, coverage=coverage) if coverage.covered else found

    def _completed(self, found: Found, completed: str, audience: Audience) -> Found:
        """What is found for a message with the conversation's subject behind it, if that is surely an answer."""
        evidence = found.workbench.retriever.find(completed, audience, topic=found.query.sections)
        coverage = self._judge.decide(evidence, found.workbench.build)
        if not coverage.covered or coverage.confidence < SURE_CONFIDENCE_MIN:
            return found
        return replace(found, query=Query(completed, completed), evidence=evidence, coverage=coverage)

    def _with_parts(self, found: Found, parts: Sequence[Evidence]) -> Found:
        """What was found, and what of it answers each part. One part that is surely answered is worth answering."""
        decided = [(part, self._judge.decide(part, found.workbench.build)) for part in parts]
        sure = [pair for pair in decided if pair[1].covered and pair[1].confidence >= SURE_CONFIDENCE_MIN]
        if not sure or (found.coverage.covered and len(sure) < len(decided)):
            return found
        evidence, coverage = (found.evidence, found.coverage) if found.coverage.covered else sure[0]
        answered = tuple(part for part, _ in sure)
        return replace(found, evidence=evidence, coverage=coverage, parts=answered, is_partial=len(sure) < len(decided))
