"""The index of one build: Chroma proposes by meaning, BM25 by words, and stored vectors score exactly.

Chroma and bm25s stop here. What they return are ids only: text always comes from the corpus of the build, and a
similarity is recomputed from the build's own vectors, so a damaged collection can hide a passage but never alter one.
Asks and gaps are scanned whole: whether there is an answer rests on the very nearest of them, and they grow with the
curated corpus alone, never with what a clinic uploads.

BM25: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009). Chroma's graph: Malkov
and Yashunin, "Efficient and Robust Approximate Nearest Neighbor Search Using Hierarchical Navigable Small World
Graphs" (2018).
"""

import json
import math
import weakref
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from ingest.documents import Corpus
from ingest.encoder import Vectors
from ingest.errors import BuildBroken
from ingest.terms import terms

# The one file that Chroma writes to when a build is only opened, so it cannot be in a manifest.
CHANGED_BY_OPENING = "chroma/chroma.sqlite3"

_ADD_MAX = 5000  # Chroma takes 5,461 rows at once
# How many rows a search in a graph looks at. It is approximate, and no two graphs of the same rows are the same: with
# Chroma's 100, one question in ten lost an entry or two of 40, others in each build. With 1,600 none of 300 did, for a
# millisecond more. Beyond 5,000 rows the rows looked at become fewer, so that the time does not grow with them.
_VISITED_MIN, _VISITED_MAX = 200, 1600
_VISITED_TIMES_ROWS = 8_000_000
# Asked for beside what is wanted, so that entries as near as the last one are cut by our order and not by Chroma's.
_SPARE = 20


class Kind(StrEnum):
    """What a vector stands for: text that is quoted (passages, statements), or a question (asks, gaps)."""

    PASSAGE = "passages"
    STATEMENT = "statements"
    ASK = "asks"
    GAP = "gaps"


_IN_CHROMA = (Kind.PASSAGE, Kind.STATEMENT)


@dataclass(frozen=True, slots=True)
class Entry:
    """One text to be found by its vector."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found, and how well it fits: cosine similarity, or the BM25 score as a share of the best possible."""

    id: str
    score: float


def entries(corpus: Corpus) -> dict[Kind, tuple[Entry, ...]]:
    """What of a corpus is encoded: passages under their headings, statements, asks, and gaps."""
    return {
        Kind.PASSAGE: tuple(
            Entry(id, f"{place.document.title}: {' / '.join(place.section.heading)}\n{place.passage.text}")
            for id, place in corpus.places.items()
        ),
        Kind.STATEMENT: tuple(Entry(id, statement.text) for id, statement in corpus.statements.items()),
        Kind.ASK: tuple(Entry(ask.id, ask.text) for ask in corpus.asks),
        Kind.GAP: tuple(Entry(gap.id, gap.text) for gap in corpus.gaps),
    }


def share(rarities: Mapping[str, float], held: Collection[str]) -> float:
    """The share, by rarity, of some terms that are held; 0 if there are no terms."""
    total = sum(rarities.values())
    return sum(rarity for term, rarity in rarities.items() if term in held) / total if total else 0.0


def write_index(folder: Path, corpus: Corpus, vectors: Mapping[Kind, Vectors]) -> None:
    """Write the index files of a build.

    Args:
        folder: an empty folder that no process has opened with Chroma before.
        corpus: what to index.
        vectors: for each kind, unit vectors in the order of `entries(corpus)`, shape (n, dimensions).

    Raises:
        OSError: a file cannot be written; what Chroma says about it is told as one too.
    """
    rows = {kind: [entry.id for entry in found] for kind, found in entries(corpus).items()}
    (folder / "rows.json").write_text(json.dumps(rows), "utf-8")
    np.save(folder / "vectors.npy", np.concatenate([vectors[kind] for kind in Kind]))
    _write_chroma(folder, rows, vectors)
    _write_bm25(folder, corpus)


def _write_chroma(folder: Path, rows: Mapping[Kind, list[str]], vectors: Mapping[Kind, Vectors]) -> None:
    with _chroma_errors_as_os_errors(), closing(_chroma(folder)) as client:
        for kind in _IN_CHROMA:
            ids = rows[kind]
            collection = client.create_collection(
                kind.value, configuration={"hnsw": _graph(len(ids))}, embedding_function=None
            )
            for start in range(0, len(ids), _ADD_MAX):
                some = slice(start, start + _ADD_MAX)
                collection.add(ids=ids[some], embeddings=vectors[kind][some])


def _graph(rows: int) -> dict[str, str | int]:
    """How Chroma writes and searches the graph of so many rows."""
    rows = max(1, rows)
    return {
        "space": "ip",
        "ef_search": min(_VISITED_MAX, max(_VISITED_MIN, _VISITED_TIMES_ROWS // rows)),
        # Rows beyond the last sync would be added to the graph anew, and differently, by each process that opens it.
        "sync_threshold": rows,
    }


def _write_bm25(folder: Path, corpus: Corpus) -> None:
    """One lexical document a passage: heading, text, and the asks of its section."""
    documents = [
        terms(
            " ".join(
                (
                    place.document.title,
                    *place.section.heading,
                    place.passage.text,
                    *(ask.text for ask in corpus.asks_of_section.get(place.section.id, ())),
                )
            )
        )
        for place in corpus.places.values()
    ]
    import bm25s
    from bm25s.tokenization import Tokenized

    frequency = Counter(term for document in documents for term in set(document))
    # Numbered by the alphabet: bm25s would number a set's order, which no two processes share.
    number = {term: position for position, term in enumerate(sorted(frequency))}
    retriever = bm25s.BM25()
    retriever.index(
        Tokenized(ids=[[number[term] for term in document] for document in documents], vocab=number),
        show_progress=False,
    )
    retriever.save(folder / "bm25", show_progress=False)
    (folder / "terms.json").write_text(json.dumps(dict(sorted(frequency.items()))), "utf-8")


class Index:
    """An opened index. Safe to read from several threads.

    Raises:
        BuildBroken: Chroma cannot read its files, or holds other rows than the build.
    """

    def __init__(self, folder: Path) -> None:
        import bm25s

        rows = json.loads((folder / "rows.json").read_text("utf-8"))
        stored = np.load(folder / "vectors.npy", mmap_mode="r")
        self._ids: dict[Kind, list[str]] = {kind: rows[kind.value] for kind in Kind}
        ends = np.cumsum([len(self._ids[kind]) for kind in Kind])
        self._vectors: dict[Kind, Vectors] = dict(zip(Kind, np.split(stored, ends[:-1]), strict=True))
        self._row = {kind: {id: row for row, id in enumerate(ids)} for kind, ids in self._ids.items()}
        self._collections = self._opened(folder)
        self._bm25: Any = bm25s.BM25.load(folder / "bm25", show_progress=False)
        self._frequency: dict[str, int] = json.loads((folder / "terms.json").read_text("utf-8"))

    def nearest(self, kind: Kind, vector: Vectors, k: int) -> list[Hit]:
        """The k entries of a kind nearest to a unit vector of shape (dimensions,), best first, with exact cosines."""
        ids = self._ids[kind]
        if not ids:
            return []
        if kind not in _IN_CHROMA:
            scores = np.einsum("ij,j->i", self._vectors[kind], vector)
            return [Hit(ids[row], float(scores[row])) for row in _highest(scores, k)]
        count = min(k + _SPARE, len(ids))
        found = self._collections[kind].query(query_embeddings=[vector], n_results=count, include=[])["ids"][0]
        return sorted(
            (Hit(id, float(s)) for id, s in zip(found, self.similarities(kind, found, vector), strict=True)),
            key=lambda hit: (-hit.score, hit.id),
        )[:k]

    def similarities(self, kind: Kind, ids: Sequence[str], vector: Vectors) -> Vectors:
        """Exact cosine similarities of entries to a unit vector, shape (len(ids),)."""
        # A matrix product's last bits depend on which rows stand beside each other; these do not.
        found: Vectors = np.einsum("ij,j->i", self.vectors(kind, ids), vector)
        return found

    def vectors(self, kind: Kind, ids: Sequence[str]) -> Vectors:
        """The unit vectors of entries, shape (len(ids), dimensions)."""
        found: Vectors = self._vectors[kind][[self._row[kind][id] for id in ids]]
        return found

    def matching(self, text: str, k: int) -> list[Hit]:
        """The k passages that match a text's words best; scores are shares (0-1) of what a perfect match would get."""
        wanted = terms(text)
        known = [term for term in wanted if term in self._frequency]
        if not known:
            return []
        possible = sum(self.rarity(term) for term in wanted) * 2.5  # BM25's ceiling a term: idf * (k1 + 1), k1 = 1.5
        scores = self._bm25.get_scores(known)
        passages = self._ids[Kind.PASSAGE]
        return [Hit(passages[row], float(scores[row] / possible)) for row in _highest(scores, k)]

    def knows(self, term: str) -> bool:
        """Whether a stemmed term occurs anywhere in the corpus."""
        return term in self._frequency

    def rarity(self, term: str) -> float:
        """The inverse document frequency of a stemmed term; a term the corpus lacks is the rarest."""
        total = len(self._ids[Kind.PASSAGE])
        frequency = self._frequency.get(term, 0)
        return math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))

    def rarities(self, text: str) -> dict[str, float]:
        """The stemmed terms of a text, in order, with how rare they are."""
        return {term: self.rarity(term) for term in terms(text)}

    def _opened(self, folder: Path) -> dict[Kind, Any]:
        """Chroma's collections, once they are known to hold the build's rows.

        The graphs are in the manifest, but Chroma writes to its database whenever it is opened. What the database can
        do wrong is to name other rows than the build's, so its ids are compared, and one question a kind is asked.
        """
        try:
            client = _chroma(folder)
            # Else a service that picked up many builds would hold them all in memory, and their deleted files on disk.
            weakref.finalize(self, client.close)
            collections = {kind: client.get_collection(kind.value) for kind in _IN_CHROMA}
            for kind, collection in collections.items():
                if set(collection.get(include=[])["ids"]) != self._row[kind].keys():
                    raise _broken(folder, f"holds other {kind} than it was made with")
                if self._ids[kind]:
                    collection.query(query_embeddings=[self._vectors[kind][0]], n_results=1, include=[])
        except _chroma_errors() as error:
            raise _broken(folder, f"cannot be read by Chroma ({error})") from error
        return collections


def _highest(scores: Vectors, k: int) -> list[int]:
    """Rows of the k highest positive scores, highest first, the first row first among equals; never sorts them all."""
    rows = np.flatnonzero(scores > 0)
    if len(rows) > k:
        rows = rows[scores[rows] >= np.partition(scores[rows], -k)[-k]]
    found: list[int] = rows[np.argsort(-scores[rows], kind="stable")][:k].tolist()
    return found


def _broken(folder: Path, what: str) -> BuildBroken:
    return BuildBroken(f"The build {folder.name} {what}.", fix="Make a new build: sot ingest --fresh")


def _chroma(folder: Path) -> Any:
    """A Chroma client on a build's own folder, telemetry off."""
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(str(folder / "chroma"), Settings(anonymized_telemetry=False))


def _chroma_errors() -> tuple[type[BaseException], ...]:
    """What Chroma raises when its files are damaged or cannot be written."""
    from chromadb.errors import ChromaError

    return (ChromaError,)


@contextmanager
def _chroma_errors_as_os_errors() -> Iterator[None]:
    try:
        yield
    except _chroma_errors() as error:
        raise OSError(f"Chroma could not write: {error}") from error
