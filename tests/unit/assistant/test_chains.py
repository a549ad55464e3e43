"""The retriever and the assistant through LangChain's own interface."""

import pytest
from langchain_core.runnables import RunnableLambda
from langchain_tests.integration_tests import RetrieversIntegrationTests

from assistant.chains import PassageRetriever, as_runnable
from assistant.domain import Action, Answer
from assistant.pipeline import Assistant


class TestPassageRetriever(RetrieversIntegrationTests):
    """LangChain's standard tests of a retriever."""

    @pytest.fixture(autouse=True)
    def _with(self, assistant: Assistant) -> None:
        self._assistant = assistant

    @property
    def retriever_constructor(self) -> type[PassageRetriever]:
        """What is tested."""
        return PassageRetriever

    @property
    def retriever_constructor_params(self) -> dict:
        """How it is made."""
        return {"assistant": self._assistant}

    @property
    def retriever_query_example(self) -> str:
        """A question of the corpus."""
        return "What are pelvic blocks?"


def test_a_retrieved_document_is_a_passage_with_its_place(assistant: Assistant) -> None:
    """Its id can be cited."""
    found = PassageRetriever(assistant=assistant).invoke("What are pelvic blocks?")
    places = assistant.workbench.build.corpus.places
    for document in found:
        assert document.page_content == places[document.id].passage.text
        assert document.metadata["review"] == "pending"
    assert any(document.metadata["document"] == "blocks" for document in found)


def test_the_runnable_answers_text_and_fields(assistant: Assistant) -> None:
    """Guard and checks included."""
    runnable = as_runnable(assistant)
    assert isinstance(runnable.invoke("What is category II?"), Answer)
    fields = {"text": "my speech is slurred and my arm is weak", "audience": "staff", "region": "GB"}
    assert runnable.invoke(fields).verdict.action is Action.EMERGENCY


def test_the_runnable_composes_and_batches(assistant: Assistant) -> None:
    """It is a Runnable like any other."""
    chain = as_runnable(assistant) | RunnableLambda(lambda answer: answer.verdict.action)
    assert chain.batch(["hi there", "What is category II?"]) == [Action.SMALLTALK, Action.ANSWER]
