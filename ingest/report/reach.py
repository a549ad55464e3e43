"""What no evaluation question reaches: sections and statements whose facts nobody is asked for.

Only the facts of a case are read. The questions themselves judge the assistant, so nothing shows them.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ingest.documents import Corpus
from ingest.report.errors import CorpusReportError
from ingest.report.figures import Figures

FILE = "questions.jsonl"


class Unreached(Figures):
    """How far the questions of a set reach into the corpus."""

    questions: int
    sections: tuple[str, ...]
    statements: tuple[str, ...]
    by_document: dict[str, int]
    unstated: tuple[str, ...]

    @classmethod
    def of(cls, corpus: Corpus, sets: Path) -> "Unreached | None":
        """Find what no question reaches.

        Args:
            corpus: a statement is reached if it rests on a fact that answers a question, a section if one of its
                statements is.
            sets: the folder of the evaluation sets.

        Returns:
            The sections and statements left over, the number of such statements by document, and the facts that are
            asked for and stated nowhere. None if the folder holds no questions.

        Raises:
            CorpusReportError: a line of the set has no facts that can be read.
        """
        path = sets / FILE
        if not path.exists():
            return None
        cases = tuple(_facts(path))
        asked = frozenset[str]().union(*cases)
        left = [id for id, statement in corpus.statements.items() if asked.isdisjoint(statement.facts)]
        reached = {corpus.place_of_statement[id].section.id for id in corpus.statements.keys() - set(left)}
        return cls(
            questions=len(cases),
            sections=tuple(id for id in corpus.sections if id not in reached),
            statements=tuple(left),
            by_document=dict(Counter(corpus.place_of_statement[id].document.id for id in left)),
            unstated=tuple(sorted(asked - corpus.statements_of_fact.keys())),
        )


class _Case(BaseModel):
    """What is read of a case: groups of facts, any of which answers."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    facts: tuple[tuple[str, ...], ...]


def _facts(path: Path) -> Iterator[frozenset[str]]:
    for number, text in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            case = _Case.model_validate_json(text)
        except ValidationError:
            # The error behind it could hold the question.
            problem = f"{path.name}:{number} is not a case with groups of facts."
            raise CorpusReportError(problem, fix="Mend the line as tests/evaluation/README.md says.") from None
        yield frozenset(fact for group in case.facts for fact in group)
