"""A build that was damaged on disk is never served, and ingesting again mends it."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from ingest.build import make_build, open_build
from ingest.corpus import read_corpus
from ingest.errors import BuildBroken
from ingest.index import CHANGED_BY_OPENING
from tests.fakes import WordEncoder


def test_a_damaged_file_is_never_served(small_corpus: Path, words: WordEncoder, tmp_path: Path) -> None:
    """Every file but Chroma's database, cut short or with a byte changed: corpus, vectors, BM25, graphs."""
    made = make_build(read_corpus(small_corpus), words, tmp_path)
    folder = tmp_path / "builds" / made.id
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in names - {CHANGED_BY_OPENING, "manifest.json"}:
        whole = (folder / name).read_bytes()
        middle = len(whole) // 2
        for damaged in (whole[:middle], whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]):
            (folder / name).write_bytes(damaged)
            with pytest.raises(BuildBroken, match=Path(name).name) as caught:
                open_build(tmp_path, words.identity)
            assert "sot ingest" in caught.value.fix
        (folder / name).write_bytes(whole)
    assert open_build(tmp_path, words.identity).id == made.id
    expected = {"corpus.json", "texts.json", "rows.json", "vectors.npy", "terms.json", "bm25/data.csc.index.npy"}
    assert expected < names


@pytest.mark.parametrize("manifest", [b"", b"{", b"{}", b'{"files": {}}', b"\xff\xfe", None])
def test_a_damaged_manifest_is_never_served(
    manifest: bytes | None, small_corpus: Path, words: WordEncoder, tmp_path: Path
) -> None:
    """Cut short, emptied, or of another build; ingesting again mends it."""
    made = make_build(read_corpus(small_corpus), words, tmp_path)
    path = tmp_path / "builds" / made.id / "manifest.json"
    path.write_bytes(path.read_bytes().replace(made.id.encode(), b"another") if manifest is None else manifest)
    with pytest.raises(BuildBroken, match="sot ingest"):
        open_build(tmp_path, words.identity)
    again = make_build(read_corpus(small_corpus), words, tmp_path)
    assert open_build(tmp_path, words.identity).id == again.id != made.id


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM embeddings WHERE embedding_id = 'history#sacrum/1'",
        "UPDATE embeddings SET embedding_id = 'history#other/1' WHERE embedding_id = 'history#sacrum/1'",
        "DELETE FROM collections WHERE name = 'statements'",
        "DROP TABLE embeddings",
        None,
    ],
)
def test_a_damaged_database_of_chroma_is_never_served(
    damage: str | None, small_corpus: Path, words: WordEncoder, tmp_path: Path
) -> None:
    """A row lost, a row renamed, a collection lost, a table lost, the file overwritten."""
    made = make_build(read_corpus(small_corpus), words, tmp_path)
    path = tmp_path / "builds" / made.id / CHANGED_BY_OPENING
    if damage is None:
        path.write_bytes(b"no database at all" * 1000)
    else:
        with contextlib.closing(sqlite3.connect(path)) as database, database:
            database.execute(damage)
    with pytest.raises(BuildBroken, match=f"The build {made.id}") as caught:
        open_build(tmp_path, words.identity)
    assert "sot ingest --fresh" in caught.value.fix
    again = make_build(read_corpus(small_corpus), words, tmp_path, fresh=True)
    assert open_build(tmp_path, words.identity).id == again.id


def test_a_damaged_build_is_made_again_without_asking(small_corpus: Path, words: WordEncoder, tmp_path: Path) -> None:
    """`sot ingest` does not say that nothing changed while no question can be answered."""
    made = make_build(read_corpus(small_corpus), words, tmp_path)
    path = tmp_path / "builds" / made.id / "vectors.npy"
    path.write_bytes(path.read_bytes()[:-1])
    again = make_build(read_corpus(small_corpus), words, tmp_path)
    assert not again.reused
    assert open_build(tmp_path, words.identity).id == again.id


def test_a_build_that_lost_its_files_is_made_again(small_corpus: Path, words: WordEncoder, tmp_path: Path) -> None:
    """Ingesting again mends it."""
    made = make_build(read_corpus(small_corpus), words, tmp_path)
    (tmp_path / "builds" / made.id / "corpus.json").unlink()
    again = make_build(read_corpus(small_corpus), words, tmp_path)
    assert not again.reused
    assert open_build(tmp_path, words.identity).id == again.id
