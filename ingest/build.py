"""Builds: an index made aside, verified by its manifest, and switched in by one atomic pointer.

`home/builds/<id>/` is one build; `home/builds/current` names the one that serves. A crash at any point leaves the old
one serving, because the manifest is a build's last file and the pointer moves only after it, and after the disk has all
of it. The manifest holds the fingerprint of every file that answers depend on, and each is checked when it is opened.
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

import numpy as np
from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from ingest.documents import Corpus
from ingest.encoder import Encoder, Vectors
from ingest.errors import BuildBroken, BuildBusy, BuildError, BuildMissing, BuildOfAnotherEncoder
from ingest.index import CHANGED_BY_OPENING, Entry, Index, Kind, entries, write_index

FORMAT = 4
BUILDS_KEPT = 5
LOCK_SECONDS_MAX = 120
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


@dataclass(frozen=True, slots=True)
class _Manifest:
    """What a build is made of: `content` names corpus, encoder and format; `files` gives each file's SHA-256."""

    id: str
    format: int
    content: str
    encoder: str
    counts: Mapping[str, int]
    files: Mapping[str, str]


_MANIFEST = TypeAdapter(_Manifest)


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
        if current and current.content == content and not fresh:
            return Made(current.id, reused=True, entries=sum(current.counts.values()), encoded=0)
        id = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{content[:10]}"
        known = {} if fresh else _known_vectors(builds, current, encoder)
        with _whole_or_not_at_all(builds / id) as folder:
            encoded = _write(folder, corpus, serialised, encoder, known, content, progress)
            _switch(builds, id)
        _prune(builds, keep=id)
    return Made(id, reused=False, entries=sum(len(found) for found in entries(corpus).values()), encoded=encoded)


def current_build_id(home: Path) -> str | None:
    """The id of the build that serves, or None. Cheap enough to ask before every question."""
    try:
        return (home / "builds" / "current").read_text("utf-8", errors="replace").strip() or None
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
    manifest = _read_manifest(folder)
    if manifest.encoder != encoder_identity:
        raise BuildOfAnotherEncoder(
            f"The build {folder.name} was made with {manifest.encoder}, not with {encoder_identity}.",
            fix="Make a new build with this encoder (sot ingest), or set SOT_ENCODER back.",
        )
    for name in _damaged(folder, manifest):
        raise BuildBroken(f"{folder / name} does not match the build's manifest.", fix="Make a new build: sot ingest")
    try:
        corpus = _CORPUS.validate_json((folder / "corpus.json").read_bytes())
    except ValidationError as error:
        raise BuildBroken(
            f"{folder / 'corpus.json'} was written by another version.", fix="Make a new build: sot ingest --fresh"
        ) from error
    return Build(folder.name, corpus, Index(folder), manifest.files["corpus.json"])


@contextmanager
def _whole_or_not_at_all(folder: Path) -> Iterator[Path]:
    """A build's new folder, which is removed again unless the build was switched in."""
    try:
        folder.mkdir(parents=True)
        yield folder
    except OSError as error:
        free = shutil.disk_usage(folder.parent).free / 1e6
        raise BuildError(
            f"The build cannot be written to {folder}: {error.strerror or error} ({free:.1f} MB are free there).",
            fix="Free some disk space or set SOT_HOME to a writable folder; the old build goes on serving.",
        ) from error
    finally:
        if current_build_id(folder.parents[1]) != folder.name:
            shutil.rmtree(folder, ignore_errors=True)


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
    Index(folder)  # A build that cannot be opened is not switched in.
    files = {name: _sha256(folder / name) for name in _settled(folder) if name != CHANGED_BY_OPENING}
    counts = {kind.value: len(found[kind]) for kind in Kind}
    manifest = _Manifest(folder.name, FORMAT, content, encoder.identity, counts, files)
    _write_durably(folder / "manifest.json", _MANIFEST.dump_json(manifest, indent=2).decode())
    _sync(folder)
    return len(texts) - len(texts.keys() & known.keys())


def _encode(texts: Mapping[str, str], encoder: Encoder, progress: Progress, step: int = 64) -> dict[str, Vectors]:
    hashes = list(texts)
    vectors: dict[str, Vectors] = {}
    for start in range(0, len(hashes), step):
        some = hashes[start : start + step]
        vectors.update(zip(some, encoder.encode([texts[h] for h in some]), strict=True))
        progress(len(vectors), len(hashes))
    return vectors


def _known_vectors(builds: Path, current: _Manifest | None, encoder: Encoder) -> dict[str, Vectors]:
    """Text hash → vector from the current build, if it came from the same encoder."""
    if not current or current.encoder != encoder.identity:
        return {}
    folder = builds / current.id
    hashes = json.loads((folder / "texts.json").read_text("utf-8"))
    return dict(zip(hashes, np.load(folder / "vectors.npy"), strict=True))


def _manifest_of_current(builds: Path) -> _Manifest | None:
    """The manifest of the build that serves, if nothing of it is damaged; a damaged build is no ground to build on."""
    id = current_build_id(builds.parent)
    try:
        manifest = _read_manifest(builds / id) if id else None
    except BuildBroken:
        return None
    return manifest if manifest and not any(_damaged(builds / manifest.id, manifest)) else None


def _read_manifest(folder: Path) -> _Manifest:
    """A build's manifest.

    Raises:
        BuildBroken: it cannot be read, belongs to another build, or is of another version's format.
    """
    try:
        manifest = _MANIFEST.validate_json((folder / "manifest.json").read_bytes())
    except (OSError, ValidationError) as error:
        raise BuildBroken(f"{folder / 'manifest.json'} cannot be read.", fix="Make a new build: sot ingest") from error
    if manifest.format != FORMAT or manifest.id != folder.name:
        raise BuildBroken(
            f"The build {folder.name} says it is {manifest.id} of format {manifest.format}; format {FORMAT} is read.",
            fix="Make a new build: sot ingest",
        )
    return manifest


def _damaged(folder: Path, manifest: _Manifest) -> Iterator[str]:
    """Names of files that are missing or differ from what the manifest says."""
    for name, expected in manifest.files.items():
        if not (folder / name).is_file() or _sha256(folder / name) != expected:
            yield name


def _switch(builds: Path, id: str) -> None:
    """Point `current` at a build: one rename, so a reader sees the old one or the new one."""
    _write_durably(builds / ".current.new", id)
    _sync(builds)
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


def _settled(folder: Path) -> list[str]:
    """Names of a folder's files, all of which the disk then holds: a power cut after the switch loses none."""
    paths = sorted(folder.rglob("*"))
    for path in paths:
        _sync(path)
    return [path.relative_to(folder).as_posix() for path in paths if path.is_file()]


def _sync(path: Path) -> None:
    """Wait until the disk holds a file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _text_hash(entry: Entry) -> str:
    return hashlib.sha256(entry.text.encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
