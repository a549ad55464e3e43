"""The assistant in LangChain's terms: its retriever as a BaseRetriever, the whole as a Runnable.

LangChain stops here. The guard is part of the Runnable; the retriever alone screens nothing and answers nobody.
"""

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda
from pydantic import ConfigDict

from assistant.domain import Answer, Question
from assistant.pipeline import Assistant
from assistant.workbench import Workbench
from ingest.documents import Audience, Passage


class PassageRetriever(BaseRetriever):
    """Passages of the current build for a query, best first, as LangChain documents."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    assistant: Assistant
    audience: Audience = Audience.PATIENT
    k: int = 4

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun | None = None, k: int | None = None
    ) -> list[LangChainDocument]:
        bench = self.assistant.workbench
        evidence = bench.retriever.find(query, self.audience)
        # A section's best passage first: the one that holds its statement most like the query.
        ranked: dict[str, float] = {}
        for one in evidence.statements:
            ranked.setdefault(bench.build.corpus.place_of_statement[one.statement.id].passage.id, one.similarity)
        by_section = [p for c in evidence.candidates for p in sorted(c.section.passages, key=_best_first(ranked))]
        return [_as_document(passage, bench) for passage in by_section[: k or self.k]]


def as_runnable(assistant: Assistant) -> Runnable[Any, Answer]:
    """The whole assistant, guard and checks included, as a Runnable.

    Args:
        assistant: answers.

    Returns:
        A Runnable from a question's text, or a mapping with the fields of `Question`, to an `Answer`.
    """

    def ask(given: str | dict[str, Any]) -> Answer:
        """Answer a question's text, or a mapping with its fields."""
        if isinstance(given, str):
            return assistant.ask(Question(given))
        fields = dict(given)
        fields["audience"] = Audience(fields.get("audience", Audience.PATIENT))
        return assistant.ask(Question(**fields))

    return RunnableLambda(ask, name="sot_assistant")


def _best_first(ranked: dict[str, float]) -> Any:
    return lambda passage: -ranked.get(passage.id, 0.0)


def _as_document(passage: Passage, bench: Workbench) -> LangChainDocument:
    place = bench.build.corpus.places[passage.id]
    return LangChainDocument(
        id=passage.id,
        page_content=passage.text,
        metadata={
            "document": place.document.id,
            "title": place.document.title,
            "section": place.section.id,
            "heading": list(place.section.heading),
            "review": place.document.review.status,
        },
    )
