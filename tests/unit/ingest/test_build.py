"""Builds: made aside, verified, switched in whole, and never embedding twice what has not changed."""

import errno
import gc
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

import ingest.build
from ingest.build import BUILDS_KEPT, Build, current_build_id, make_build, open_build
from ingest.corpus import read_corpus
from ingest.encoder import OnnxEncoder
from ingest.errors import BuildBroken, BuildBusy, BuildError, BuildMissing, BuildOfAnotherEncoder
from ingest.index import Hit, Kind, entries
from tests.fakes import WordEncoder


def _edit(corpus: Path, old: str = "five bones", new: str = "five small bones") -> None:
    path = corpus / "documents/history.md"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


def test_a_build_holds_every_passage_statement_ask_and_gap(
    small_corpus: Path, words: WordEncoder, tmp_path: Path
) -> None:
    """What was read can be found."""
    (small_corpus / "gaps").mkdir()
    (small_corpus / "gaps" / "blocks.yaml").write_text(
        "what:\n- {ask: Who sells blocks?, audience: patient}\n", "utf-8"
    )
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


# What one process does with a build, in JSON: every search a test asks for, and the build's files.
SEARCH = """
import json, sys
from pathlib import Path
from ingest.build import open_build
from ingest.index import Kind
from tests.fakes import WordEncoder

home, texts, words = Path(sys.argv[1]), json.loads(sys.argv[2]), WordEncoder()
index = open_build(home, words.identity).index
found = [
    [[hit.id, hit.score] for hit in hits]
    for text in texts
    for hits in (*(index.nearest(kind, words.encode([text])[0], 7) for kind in Kind), index.matching(text, 7))
]
print(json.dumps(found))
"""


def _searched_elsewhere(home: Path, texts: list[str]) -> list[list[tuple[str, float]]]:
    """What the build in a home finds, opened by a new process."""
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", SEARCH, str(home), json.dumps(texts)],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    return [[(id, score) for id, score in hits] for hits in json.loads(done.stdout)]


def _searched(build: Build, words: WordEncoder, texts: list[str]) -> list[list[tuple[str, float]]]:
    """The same as `_searched_elsewhere`, in this process."""

    def pairs(hits: list[Hit]) -> list[tuple[str, float]]:
        return [(hit.id, hit.score) for hit in hits]

    return [
        found
        for text in texts
        for found in (
            *(pairs(build.index.nearest(kind, words.encode([text])[0], 7)) for kind in Kind),
            pairs(build.index.matching(text, 7)),
        )
    ]


def _files(home: Path, id: str) -> dict[str, bytes]:
    """A build's own files by name; Chroma's are graphs that no two runs draw alike, and the manifest names them."""
    folder = home / "builds" / id
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "chroma" not in path.parts and path.name != "manifest.json"
    }


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
    assert incremental.encoded == 2


def test_builds_by_any_way_have_the_same_files_and_answers(
    small_corpus: Path, words: WordEncoder, tmp_path: Path
) -> None:
    """Edited, renamed, back and forth: what counts is the corpus, not how a build came to it, nor who opened it."""
    texts = ["five small bones of the sacrum", "wedges under the pelvis", "when did SOT begin", "nothing of the kind"]
    original = read_corpus(small_corpus)
    make_build(original, words, tmp_path / "a")
    (small_corpus / "documents/blocks.md").rename(small_corpus / "documents/wedges.md")
    (small_corpus / "asks/blocks.yaml").rename(small_corpus / "asks/wedges.yaml")
    path = small_corpus / "documents/wedges.md"
    path.write_text(path.read_text("utf-8").replace("id: blocks", "id: wedges"), "utf-8")
    make_build(read_corpus(small_corpus), words, tmp_path / "a")
    _edit(small_corpus)
    corpus = read_corpus(small_corpus)
    incremental = make_build(corpus, words, tmp_path / "a")
    full = make_build(corpus, words, tmp_path / "b")
    assert _files(tmp_path / "a", incremental.id) == _files(tmp_path / "b", full.id)
    found = _searched(open_build(tmp_path / "a", words.identity), words, texts)
    assert found == _searched(open_build(tmp_path / "b", words.identity), words, texts)
    assert found == _searched_elsewhere(tmp_path / "b", texts) == _searched_elsewhere(tmp_path / "b", texts)
    assert {id.split("#")[0] for hits in found for id, _ in hits} == {"wedges", "history"}


def test_a_real_build_opened_twice_proposes_the_same(real_home: Path, encoder: OnnxEncoder, tmp_path: Path) -> None:
    """Of 100 questions none finds another entry or score in a second build of the real corpus, nor by a scan."""
    build = open_build(real_home, encoder.identity)
    other = tmp_path / "other"
    (other / "builds").mkdir(parents=True)
    for name in (build.id, "current"):
        (other / "builds" / name).symlink_to(real_home.resolve() / "builds" / name)
    made = make_build(replace(build.corpus, glossary=()), encoder, other)
    assert not made.encoded
    again = open_build(other, encoder.identity, made.id)
    for kind, found in entries(build.corpus).items():
        ids = [entry.id for entry in found]
        for id in ids[:: len(ids) // 33]:
            vector = build.index.vectors(kind, [id])[0]
            scanned = sorted(zip((-build.index.similarities(kind, ids, vector)).tolist(), ids, strict=True))[:40]
            assert [(hit.id, -hit.score) for hit in build.index.nearest(kind, vector, 40)] == [
                (id, score) for score, id in scanned
            ]
            assert again.index.nearest(kind, vector, 40) == build.index.nearest(kind, vector, 40)


@pytest.mark.parametrize("gone", ["history", "blocks"])
def test_a_deleted_document_leaves_nothing_behind(
    gone: str, small_corpus: Path, words: WordEncoder, tmp_path: Path
) -> None:
    """Not a passage, not a statement, not an ask, not a word."""
    make_build(read_corpus(small_corpus), words, tmp_path)
    (small_corpus / f"documents/{gone}.md").unlink()
    (small_corpus / f"asks/{gone}.yaml").unlink()
    (small_corpus / "conflicts.yaml").write_text("", "utf-8")
    corpus = read_corpus(small_corpus)
    assert make_build(corpus, words, tmp_path).encoded == 0
    index = open_build(tmp_path, words.identity).index
    everything = [hit.id for kind in Kind for hit in index.nearest(kind, words.encode(["the"])[0], 1000)]
    assert sorted(everything) == sorted(entry.id for found in entries(corpus).values() for entry in found)
    assert not any(id.startswith(f"{gone}#") for id in everything)
    assert index.knows("sacrum") == (gone != "history")
    assert index.knows("wedg") == (gone != "blocks")


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


def test_a_build_of_another_format_is_refused(small_corpus: Path, words: WordEncoder, tmp_path: Path) -> None:
    """An older version checked fewer files."""
    made = make_build(read_corpus(small_corpus), words, tmp_path)
    path = tmp_path / "builds" / made.id / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"format": 2}), "utf-8")
    with pytest.raises(BuildBroken, match="format 2"):
        open_build(tmp_path, words.identity)


def test_who_has_the_old_build_open_goes_on_answering(small_corpus: Path, words: WordEncoder, tmp_path: Path) -> None:
    """Also when so many were switched in that the old one's files are gone."""
    texts = ["five bones of the sacrum", "wedges under the pelvis"]
    make_build(read_corpus(small_corpus), words, tmp_path)
    old = open_build(tmp_path, words.identity)
    expected = _searched(old, words, texts)
    _edit(small_corpus)
    for _ in range(BUILDS_KEPT):
        assert _searched(old, words, texts) == expected
        make_build(read_corpus(small_corpus), words, tmp_path, fresh=True)
    assert not (tmp_path / "builds" / old.id).exists()
    assert _searched(old, words, texts) == expected
    assert _searched(open_build(tmp_path, words.identity), words, texts) != expected


def _files_held() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux tells a process's open files in /proc")
def test_a_build_that_nobody_reads_is_let_go(small_corpus: Path, words: WordEncoder, tmp_path: Path) -> None:
    """A service that runs for months holds neither the graphs nor the deleted files of all its builds."""
    make_build(read_corpus(small_corpus), words, tmp_path)
    build = open_build(tmp_path, words.identity)
    held = _files_held()
    del build
    gc.collect()
    assert _files_held() < held


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
        "gaps": len(corpus.gaps),
    }
