"""Builds: made aside, verified, switched in whole, and never embedding twice what has not changed."""

import errno
import json
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

import ingest.build
from ingest.build import BUILDS_KEPT, current_build_id, make_build, open_build
from ingest.corpus import read_corpus
from ingest.errors import BuildBroken, BuildBusy, BuildError, BuildMissing, BuildOfAnotherEncoder
from ingest.index import Kind, entries
from tests.fakes import WordEncoder


def _edit(corpus: Path, old: str = "five bones", new: str = "five small bones") -> None:
    path = corpus / "documents/history.md"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


def test_a_build_holds_every_passage_statement_and_ask(small_corpus: Path, words: WordEncoder, tmp_path: Path) -> None:
    """What was read can be found."""
    corpus = read_corpus(small_corpus)
    made = make_build(corpus, words, tmp_path)
    build = open_build(tmp_path, words.identity)
    assert build.id == made.id == current_build_id(tmp_path)
    assert build.corpus == corpus
    for kind, found in entries(corpus).items():
        vector = words.encode([found[0].text])[0]
        nearest = build.index.nearest(kind, vector, len(found))
        assert {hit.id for hit in nearest} == {entry.id for entry in found}
        assert found[0].id in [hit.id for hit in nearest if hit.score > 0.999]


def test_nothing_unchanged_is_encoded_again(small_corpus: Path, words: WordEncoder, tmp_path: Path) -> None:
    """An edited sentence costs its statement and its passage."""
    make_build(read_corpus(small_corpus), words, tmp_path)
    again = make_build(read_corpus(small_corpus), words, tmp_path)
    assert again.reused
    assert again.encoded == 0
    _edit(small_corpus)
    words.encoded.clear()
    made = make_build(read_corpus(small_corpus), words, tmp_path)
    assert made.encoded == len(words.encoded) == 2
    assert all("five small bones" in text for text in words.encoded)


def test_an_incremental_build_equals_a_full_one(small_corpus: Path, encoder: object, tmp_path: Path) -> None:
    """Bit for bit, with the real encoder, whatever was encoded together."""
    make_build(read_corpus(small_corpus), encoder, tmp_path / "a")
    _edit(small_corpus)
    corpus = read_corpus(small_corpus)
    incremental = make_build(corpus, encoder, tmp_path / "a")
    full = make_build(corpus, encoder, tmp_path / "b")
    vectors = [
        np.load(tmp_path / home / "builds" / id / "vectors.npy") for home, id in (("a", incremental.id), ("b", full.id))
    ]
    assert np.array_equal(*vectors)


def test_a_removed_sentence_leaves_nothing_behind(small_corpus: Path, words: WordEncoder, tmp_path: Path) -> None:
    """A stale passage could be quoted for ever."""
    make_build(read_corpus(small_corpus), words, tmp_path)
    _edit(small_corpus, "The sacrum is made of five bones that grow together.[^anatomy-001]", "")
    (small_corpus / "asks/history.yaml").write_text("", "utf-8")
    make_build(read_corpus(small_corpus), words, tmp_path)
    index = open_build(tmp_path, words.identity).index
    vector = words.encode(["sacrum five bones"])[0]
    for kind in Kind:
        assert all("sacrum" not in hit.id for hit in index.nearest(kind, vector, 100))
    assert all("sacrum" not in hit.id for hit in index.matching("sacrum", 100))


def test_without_a_build_the_error_names_the_command(tmp_path: Path) -> None:
    """The fix is one command."""
    with pytest.raises(BuildMissing, match="sot ingest"):
        open_build(tmp_path, "words@fake")


def test_a_build_of_another_encoder_is_refused(small_corpus: Path, words: WordEncoder, tmp_path: Path) -> None:
    """Vectors of two encoders do not compare, and would answer nonsense."""
    make_build(read_corpus(small_corpus), words, tmp_path)
    with pytest.raises(BuildOfAnotherEncoder, match="words@fake") as caught:
        open_build(tmp_path, "other@fake")
    assert "SOT_ENCODER" in caught.value.fix


@pytest.mark.parametrize("name", ["corpus.json", "vectors.npy", "rows.json", "terms.json"])
def test_a_tampered_file_is_never_served(name: str, small_corpus: Path, words: WordEncoder, tmp_path: Path) -> None:
    """Stored text is what citations are checked against: it must be what was ingested."""
    made = make_build(read_corpus(small_corpus), words, tmp_path)
    path = tmp_path / "builds" / made.id / name
    path.write_bytes(path.read_bytes().replace(b"1", b"2"))
    with pytest.raises(BuildBroken, match=name):
        open_build(tmp_path, words.identity)


def test_a_build_that_lost_its_files_is_made_again(small_corpus: Path, words: WordEncoder, tmp_path: Path) -> None:
    """Ingesting again mends it."""
    made = make_build(read_corpus(small_corpus), words, tmp_path)
    (tmp_path / "builds" / made.id / "corpus.json").unlink()
    again = make_build(read_corpus(small_corpus), words, tmp_path)
    assert not again.reused
    assert open_build(tmp_path, words.identity).id == again.id


def test_a_crash_while_writing_leaves_the_old_build_serving(
    small_corpus: Path, words: WordEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is named, and nobody notices on the page."""
    first = make_build(read_corpus(small_corpus), words, tmp_path)
    _edit(small_corpus)

    def no_space(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(ingest.build, "write_index", no_space)
    with pytest.raises(BuildError, match="No space left") as caught:
        make_build(read_corpus(small_corpus), words, tmp_path)
    assert "old build goes on serving" in caught.value.fix
    assert open_build(tmp_path, words.identity).id == first.id
    assert [folder.name for folder in (tmp_path / "builds").iterdir() if folder.is_dir()] == [first.id]


def test_an_unfinished_build_is_cleared_away(small_corpus: Path, words: WordEncoder, tmp_path: Path) -> None:
    """What a killed process left is not served and does not pile up."""
    left = tmp_path / "builds" / "20200101T000000000000-aaaaaaaaaa"
    left.mkdir(parents=True)
    make_build(read_corpus(small_corpus), words, tmp_path)
    assert not left.exists()


def test_old_builds_are_kept_up_to_a_bound(small_corpus: Path, words: WordEncoder, tmp_path: Path) -> None:
    """Replay needs some; a disk cannot hold all."""
    corpus = read_corpus(small_corpus)
    for _ in range(BUILDS_KEPT + 2):
        last = make_build(corpus, words, tmp_path, fresh=True)
    kept = sorted(folder.name for folder in (tmp_path / "builds").iterdir() if folder.is_dir())
    assert len(kept) == BUILDS_KEPT
    assert kept[-1] == last.id


def test_a_second_builder_waits_then_says_so(
    small_corpus: Path, words: WordEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two builds at once never mix."""
    monkeypatch.setattr(ingest.build, "LOCK_SECONDS_MAX", 0.05)
    (tmp_path / "builds").mkdir()
    with FileLock(tmp_path / "builds" / ".lock"), pytest.raises(BuildBusy, match="Another process"):
        make_build(read_corpus(small_corpus), words, tmp_path)


def test_progress_is_told_until_all_is_encoded(small_corpus: Path, words: WordEncoder, tmp_path: Path) -> None:
    """A person waiting sees how far it is."""
    seen: list[tuple[int, int]] = []
    made = make_build(read_corpus(small_corpus), words, tmp_path, progress=lambda *step: seen.append(step))
    assert seen[-1] == (made.encoded, made.encoded)


def test_the_manifest_names_encoder_and_counts(small_corpus: Path, words: WordEncoder, tmp_path: Path) -> None:
    """A build says what it is made of."""
    corpus = read_corpus(small_corpus)
    made = make_build(corpus, words, tmp_path)
    manifest = json.loads((tmp_path / "builds" / made.id / "manifest.json").read_text("utf-8"))
    assert manifest["encoder"] == words.identity
    assert manifest["counts"] == {
        "passages": len(corpus.places),
        "statements": len(corpus.statements),
        "asks": len(corpus.asks),
    }
