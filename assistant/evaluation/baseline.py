"""The plain quick-start that ours is measured beside: LangChain's splitter, HuggingFaceEmbeddings, Chroma, k = 4."""

from pathlib import Path
from typing import Any

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
    """
    from langchain_chroma import Chroma
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    texts = [path.read_text("utf-8") for path in sorted(corpus.glob("documents/*.md"))]
    splitter = RecursiveCharacterTextSplitter(chunk_size=CHARACTERS, chunk_overlap=OVERLAP)
    embeddings = HuggingFaceEmbeddings(model_name=str(model_folder(PUBLISHED)))
    store = Chroma.from_documents(splitter.create_documents(texts), embeddings)
    return store.as_retriever(search_kwargs={"k": K})
