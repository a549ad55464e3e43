"""Builds: an index made aside, verified by its manifest, and switched in by one atomic pointer.

`home/builds/<id>/` is one build; `home/builds/current` names the one that serves. A crash at any point leaves the old
one serving, because the manifest is a build's last file and the pointer moves only after it.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from pydantic import TypeAdapter

from ingest.documents import Corpus
from ingest.encoder import Encoder, Vectors
from ingest.errors import BuildBroken, BuildBusy, BuildError, BuildMissing, BuildOfAnotherEncoder
from ingest.index import Entry, Index, Kind, entries, write_index

FORMAT = 2
BUILDS_KEPT = 5
LOCK_SECONDS_MAX = 120
_VERIFIED = ("corpus.json", "texts.json", "rows.json", "vectors.npy", "terms.json")
_CORPUS = TypeAdapter(Corpus)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Build:
    """An opened build: its id, the corpus it was made from, and its index."""

    id: str
    corpus: Corpus
    index: Index
    corpus_sha256: str


@dataclass(frozen=True, slots=True)
class Made:
    """What making a build did."""

    id: str
    reused: bool
    entries: int
    encoded: int


def make_build(
    corpus: Corpus,
    encoder: Encoder,
    home: Path,
    *,
    fresh: bool = False,
    progress: Progress = lambda _done, _total: None,
) -> Made:
    """Make a build of a corpus and switch it in.

    Args:
        corpus: what to index.
        encoder: gives the vectors. Texts whose vectors the current build holds are not encoded again.
        home: the state folder.
        fresh: encode everything, and build even if nothing changed.
        progress: called with (texts encoded, texts to encode).

    Returns:
        The build's id and how much was encoded; `reused` if the current build already was this one.

    Raises:
        BuildBusy: another process holds the lock for longer than `LOCK_SECONDS_MAX`.
        BuildError: the files cannot be written. The old build goes on serving.
    """
    builds = home / "builds"
    serialised = _CORPUS.dump_json(corpus)
    content = hashlib.sha256(b"\0".join((serialised, encoder.identity.encode(), str(FORMAT).encode()))).hexdigest()
    with _locked(builds):
        current = _manifest_of_current(builds)
        if current and current["content"] == content and not fresh:
            return Made(current["id"], reused=True, entries=sum(current["counts"].values()), encoded=0)
        id = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{content[:10]}"
        folder = builds / id
        try:
            folder.mkdir(parents=True)
            known = {} if fresh else _known_vectors(builds, current, encoder)
            encoded = _write(folder, corpus, serialised, encoder, known, content, progress)
            _switch(builds, id)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise BuildError(
                f"The build cannot be written to {folder}: {error.strerror or error}.",
                fix="Free some disk space or set SOT_HOME to a writable folder; the old build goes on serving.",
            ) from error
        _prune(builds, keep=id)
    return Made(id, reused=False, entries=sum(len(found) for found in entries(corpus).values()), encoded=encoded)


def current_build_id(home: Path) -> str | None:
    """The id of the build that serves, or None. Cheap enough to ask before every question."""
    try:
        return (home / "builds" / "current").read_text("utf-8").strip() or None
    except FileNotFoundError:
        return None


def open_build(home: Path, encoder_identity: str, id: str | None = None) -> Build:
    """Open a build and check every file against its manifest.

    Args:
        home: the state folder.
        encoder_identity: the identity of the encoder that will encode questions.
        id: which build; the current one if None.

    Raises:
        BuildMissing: no such build.
        BuildBroken: a file is missing or differs from the manifest.
        BuildOfAnotherEncoder: its vectors come from another encoder.
    """
    wanted = id or current_build_id(home)
    folder = home / "builds" / wanted if wanted else None
    if folder is None or not (folder / "manifest.json").exists():
        raise BuildMissing(f"There is no index build under {home}.", fix="Make one: sot ingest")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    if manifest["encoder"] != encoder_identity:
        raise BuildOfAnotherEncoder(
            f"The build {folder.name} was made with {manifest['encoder']}, not with {encoder_identity}.",
            fix="Make a new build with this encoder (sot ingest), or set SOT_ENCODER back.",
        )
    for name, expected in manifest["files"].items():
        if not (folder / name).exists() or _sha256(folder / name) != expected:
            raise BuildBroken(
                f"{folder / name} does not match the build's manifest.", fix="Make a new build: sot ingest --fresh"
            )
    corpus = _CORPUS.validate_json((folder / "corpus.json").read_bytes())
    return Build(folder.name, corpus, Index(folder), manifest["files"]["corpus.json"])


def _write(
    folder: Path,
    corpus: Corpus,
    serialised: bytes,
    encoder: Encoder,
    known: Mapping[str, Vectors],
    content: str,
    progress: Progress,
) -> int:
    """Write a build's files, the manifest last; returns how many texts were encoded."""
    found = entries(corpus)
    texts = {_text_hash(entry): entry.text for kind in Kind for entry in found[kind]}
    vectors = dict(known) | _encode({h: t for h, t in texts.items() if h not in known}, encoder, progress)
    width = len(next(iter(vectors.values()))) if vectors else 0
    by_kind = {
        kind: np.array([vectors[_text_hash(entry)] for entry in found[kind]], np.float32).reshape(-1, width)
        for kind in Kind
    }
    write_index(folder, corpus, by_kind)
    (folder / "corpus.json").write_bytes(serialised)
    hashes = [_text_hash(entry) for kind in Kind for entry in found[kind]]
    (folder / "texts.json").write_text(json.dumps(hashes), "utf-8")
    manifest = {
        "id": folder.name,
        "format": FORMAT,
        "content": content,
        "encoder": encoder.identity,
        "counts": {kind.value: len(found[kind]) for kind in Kind},
        "files": {name: _sha256(folder / name) for name in _VERIFIED},
    }
    _write_durably(folder / "manifest.json", json.dumps(manifest, indent=2))
    return len(texts) - len(texts.keys() & known.keys())


def _encode(texts: Mapping[str, str], encoder: Encoder, progress: Progress, step: int = 64) -> dict[str, Vectors]:
    hashes = list(texts)
    vectors: dict[str, Vectors] = {}
    for start in range(0, len(hashes), step):
        some = hashes[start : start + step]
        vectors.update(zip(some, encoder.encode([texts[h] for h in some]), strict=True))
        progress(len(vectors), len(hashes))
    return vectors


def _known_vectors(builds: Path, current: dict[str, Any] | None, encoder: Encoder) -> dict[str, Vectors]:
    """Text hash → vector from the current build, if it came from the same encoder and is whole."""
    if not current or current["encoder"] != encoder.identity:
        return {}
    folder = builds / current["id"]
    if any(_sha256(folder / name) != current["files"][name] for name in ("texts.json", "vectors.npy")):
        return {}
    hashes = json.loads((folder / "texts.json").read_text("utf-8"))
    return dict(zip(hashes, np.load(folder / "vectors.npy"), strict=True))


def _manifest_of_current(builds: Path) -> dict[str, Any] | None:
    id = current_build_id(builds.parent)
    path = builds / id / "manifest.json" if id else None
    if path is None or not path.exists():
        return None
    manifest: dict[str, Any] = json.loads(path.read_text("utf-8"))
    whole = all((path.parent / name).exists() for name in manifest["files"])
    return manifest if whole and manifest["format"] == FORMAT else None


def _switch(builds: Path, id: str) -> None:
    """Point `current` at a build: one rename, so a reader sees the old one or the new one."""
    _write_durably(builds / ".current.new", id)
    (builds / ".current.new").replace(builds / "current")


def _prune(builds: Path, keep: str) -> None:
    """Drop unfinished builds and all but the newest, kept for replay."""
    folders = sorted((folder for folder in builds.iterdir() if folder.is_dir()), reverse=True)
    whole = [folder for folder in folders if (folder / "manifest.json").exists()]
    for folder in set(folders) - set(whole[:BUILDS_KEPT]):
        if folder.name != keep:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(builds: Path) -> Iterator[None]:
    try:
        builds.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BuildError(
            f"{builds} cannot be made: {error.strerror}.", fix="Set SOT_HOME to a writable folder."
        ) from error
    try:
        with FileLock(builds / ".lock", timeout=LOCK_SECONDS_MAX):
            yield
    except Timeout as error:
        raise BuildBusy(
            f"Another process has been making a build for {LOCK_SECONDS_MAX} s.", fix="Wait for it, then try again."
        ) from error


def _write_durably(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _text_hash(entry: Entry) -> str:
    return hashlib.sha256(entry.text.encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
