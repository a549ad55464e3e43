"""The plain quick-start that ours is measured beside: LangChain's splitter, HuggingFaceEmbeddings, Chroma, k = 4."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from assistant.evaluation.errors import EvaluationError
from ingest.encoder import PUBLISHED, model_folder

CHARACTERS = 1000
OVERLAP = 200
K = 4


def open_baseline(corpus: Path) -> Any:
    """The quick-start over a corpus folder's documents, built in memory as tutorials do.

    Args:
        corpus: a corpus folder; the text of its Markdown files is split without regard to structure.

    Returns:
        A LangChain retriever.

    Raises:
        EvaluationError: the packages it is made of are not installed.
    """
    try:
        from langchain_chroma import Chroma
        from langchain_huggingface import HuggingFaceEmbeddings
        from langchain_text_splitters import RecursiveCharacterTextSplitter
    except ImportError as error:
        raise EvaluationError(
            f"The quick-start cannot be made: {error}.",
            fix="Install requirements-dev.lock (`make test` does), or leave it out with --no-baseline.",
        ) from error
    texts = [path.read_text("utf-8") for path in sorted(corpus.glob("documents/*.md"))]
    splitter = RecursiveCharacterTextSplitter(chunk_size=CHARACTERS, chunk_overlap=OVERLAP)
    embeddings = HuggingFaceEmbeddings(model_name=str(model_folder(PUBLISHED)))
    store = Chroma.from_documents(splitter.create_documents(texts), embeddings)
    return store.as_retriever(search_kwargs={"k": K})


def open_chunks(corpus: Path) -> Callable[[str], Sequence[str]]:
    """The quick-start as a function from a question to the texts of the chunks found, best first.

    Args:
        corpus: a corpus folder.

    Raises:
        EvaluationError: as `open_baseline`.
    """
    retriever = open_baseline(corpus)
    return lambda question: [document.page_content for document in retriever.invoke(question)]
