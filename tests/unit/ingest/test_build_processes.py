"""Builds in real trouble: processes that are killed, two at once, full disks. The old build or the new one serves."""

import itertools
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from ingest.build import BUILDS_KEPT, Build, current_build_id, make_build, open_build
from ingest.corpus import read_corpus
from ingest.documents import Corpus
from ingest.errors import BuildError
from ingest.index import entries
from tests.fakes import WordEncoder

CHECKOUT = Path(__file__).parents[3]
KILLS = 20
SECONDS_BEFORE_KILL_MAX = 0.4

# Imports once what a build needs; then each line of input forks a child that builds at once. A number is the file
# operation of a build at which the child kills itself (-1: it builds once and tells how many there were); without one
# it builds for ever, to be killed from outside.
NURSERY = """
import itertools, os, signal, sys
from pathlib import Path
import bm25s, chromadb.api.rust
from ingest.build import make_build
from ingest.corpus import read_corpus
from tests.fakes import WordEncoder

home, *folders = map(Path, sys.argv[1:])
corpora = [read_corpus(folder) for folder in folders]
WATCHED = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir"}

def build(kill_at):
    operations = itertools.count()
    def watch(event, arguments):
        if event in WATCHED and str(home) in str(arguments[0]) and next(operations) == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
    if kill_at is not None:
        sys.addaudithook(watch)
    for corpus in itertools.cycle(corpora):
        make_build(corpus, WordEncoder(), home, fresh=True)
        if kill_at is not None:
            return next(operations)

for line in sys.stdin:
    child = os.fork()
    if not child:
        print(build(int(line) if line.strip() else None), flush=True)
        os._exit(0)
    if not line.strip():
        print(child, flush=True)
    os.waitpid(child, 0)
    print("ended", flush=True)
"""

# Makes one build, slowly, and tells when it had the builds for itself, or what it says instead.
BUILDER = """
import sys, time
from pathlib import Path
import ingest.build
from ingest.corpus import read_corpus
from ingest.errors import BuildError
from tests.fakes import WordEncoder

class Slow(WordEncoder):
    def encode(self, texts):
        print("encoding", time.monotonic(), flush=True)
        time.sleep(0.7)
        print("encoded", time.monotonic(), flush=True)
        return super().encode(texts)

home, folder, patience = Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
ingest.build.LOCK_SECONDS_MAX = patience
try:
    print("made", ingest.build.make_build(read_corpus(folder), Slow(), home, fresh=True).id)
except BuildError as error:
    print(type(error).__name__, error)
"""

# Makes a build under a limit on the size of a file and prints the error, if it is one of ours.
LIMITED = """
import resource, sys
from pathlib import Path
from ingest.build import make_build
from ingest.corpus import read_corpus
from ingest.errors import BuildError
from tests.fakes import WordEncoder

home, folder, limit = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
corpus = read_corpus(folder)
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    make_build(corpus, WordEncoder(), home)
except BuildError as error:
    print(error)
"""


@pytest.fixture
def folders(small_corpus: Path) -> tuple[Path, Path]:
    """A corpus folder as it was, and as it is after an edit."""
    edited = Path(shutil.copytree(small_corpus, small_corpus.with_name("edited")))
    history = edited / "documents/history.md"
    history.write_text(history.read_text("utf-8").replace("five bones", "five small bones"), "utf-8")
    return small_corpus, edited


@pytest.fixture
def corpora(folders: tuple[Path, Path]) -> tuple[Corpus, Corpus]:
    """The two corpora, read."""
    return read_corpus(folders[0]), read_corpus(folders[1])


def _python(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=CHECKOUT,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def nursery(tmp_path: Path, folders: tuple[Path, Path]) -> Iterator[subprocess.Popen[str]]:
    """A process that forks builders (see NURSERY)."""
    process = _python(NURSERY, tmp_path, *folders)
    yield process
    process.communicate()


def _told(process: subprocess.Popen[str], line: str | None = None) -> str:
    """The next line a process prints, after it was sent one."""
    assert process.stdin is not None
    assert process.stdout is not None
    if line is not None:
        process.stdin.write(f"{line}\n")
        process.stdin.flush()
    return process.stdout.readline().strip()


def _builds(home: Path) -> list[Path]:
    return sorted(folder for folder in (home / "builds").iterdir() if folder.is_dir())


def _require_whole(build: Build, corpora: tuple[Corpus, Corpus]) -> None:
    """A build holds one of the corpora, every entry of it with its own vector, and nothing else."""
    assert build.corpus in corpora
    for kind, expected in ((kind, found) for kind, found in entries(build.corpus).items() if found):
        vectors = WordEncoder().encode([entry.text for entry in expected])
        ids = [entry.id for entry in expected]
        np.testing.assert_array_equal(build.index.vectors(kind, ids), vectors)
        assert {hit.id for hit in build.index.nearest(kind, vectors[0], 1000)} == set(ids)
    [sacrum, *_] = build.index.matching("sacrum bones", 10)
    assert sacrum.id == "history#sacrum/1"


def _require_survival(home: Path, corpora: tuple[Corpus, Corpus]) -> bool:
    """After a kill: a whole build serves, and the next build succeeds and clears up. Whether there was something to."""
    _require_whole(open_build(home, WordEncoder().identity), corpora)
    unfinished = [folder for folder in _builds(home) if not (folder / "manifest.json").exists()]
    made = make_build(corpora[0], WordEncoder(), home, fresh=True)
    build = open_build(home, WordEncoder().identity)
    assert build.id == made.id
    _require_whole(build, corpora)
    assert all((folder / "manifest.json").exists() for folder in _builds(home))
    assert len(_builds(home)) <= BUILDS_KEPT
    assert not (home / "builds" / ".current.new").exists()
    return bool(unfinished)


def test_killed_at_any_moment_a_whole_build_serves(
    corpora: tuple[Corpus, Corpus], nursery: subprocess.Popen[str], tmp_path: Path
) -> None:
    """SIGKILL, anywhere: also in the middle of what Chroma writes."""
    make_build(corpora[0], WordEncoder(), tmp_path)
    moments = random.Random(20)
    unfinished = 0
    for _ in range(KILLS):
        child = int(_told(nursery, ""))
        time.sleep(moments.uniform(0, SECONDS_BEFORE_KILL_MAX))
        os.kill(child, signal.SIGKILL)
        assert _told(nursery) == "ended"
        unfinished += _require_survival(tmp_path, corpora)
    assert unfinished > KILLS / 4  # else the kills came too late to show anything


def test_killed_at_any_file_operation_a_whole_build_serves(
    corpora: tuple[Corpus, Corpus], nursery: subprocess.Popen[str], tmp_path: Path
) -> None:
    """The moments that chance seldom meets: around the manifest, the switch, and the clearing of old builds."""
    for corpus in itertools.islice(itertools.cycle(corpora), BUILDS_KEPT):
        make_build(corpus, WordEncoder(), tmp_path, fresh=True)
    operations = int(_told(nursery, "-1"))
    assert _told(nursery) == "ended"
    # Each of the last ones, from the manifest on, up to the first files that are cleared away; and some before.
    switched = operations - len([path for path in _builds(tmp_path)[0].rglob("*")])
    chosen = {*random.Random(20).sample(range(switched), 6), *range(switched - 6, switched + 2)}
    for operation in sorted(chosen):
        assert _told(nursery, str(operation)) == "ended"
        _require_survival(tmp_path, corpora)


def test_of_two_builds_at_once_one_waits(
    folders: tuple[Path, Path], corpora: tuple[Corpus, Corpus], tmp_path: Path
) -> None:
    """Both are made, one after the other, and the later one serves."""
    both = [_python(BUILDER, tmp_path, folder, 60) for folder in folders]
    told = [process.communicate()[0].split() for process in both]
    spans = sorted((float(words[1]), float(words[3]), words[5]) for words in told)
    assert spans[0][1] < spans[1][0]
    assert current_build_id(tmp_path) == spans[1][2]
    for *_, id in spans:
        _require_whole(open_build(tmp_path, WordEncoder().identity, id), corpora)


def test_who_waits_too_long_is_told(folders: tuple[Path, Path], tmp_path: Path) -> None:
    """Nobody waits for ever beside a process that hangs. This one holds the lock as long as the other waits."""
    (tmp_path / "builds").mkdir()
    with FileLock(tmp_path / "builds" / ".lock"):
        waited, _ = _python(BUILDER, tmp_path, folders[1], 0.05).communicate()
    assert waited.startswith("BuildBusy Another process has been making a build")


@pytest.mark.parametrize(("limit", "file"), [(1, "rows.json"), (60_000, "vectors.npy")])
def test_a_file_that_may_not_grow_is_told_with_its_fix(
    limit: int, file: str, folders: tuple[Path, Path], corpora: tuple[Corpus, Corpus], tmp_path: Path
) -> None:
    """EFBIG in our writers and numpy's; what Chroma writes is smaller than the vectors."""
    first = make_build(corpora[0], WordEncoder(), tmp_path)
    told, errors = _python(LIMITED, tmp_path, folders[1], limit).communicate()
    assert "The build cannot be written to" in told
    assert "the old build goes on serving" in told
    assert not errors
    assert [folder.name for folder in _builds(tmp_path)] == [first.id]
    _require_whole(open_build(tmp_path, WordEncoder().identity), corpora)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of 16 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(disk)]
    if not shutil.which("mount") or (done := subprocess.run(mount, capture_output=True, check=False)).returncode:
        why = done.stderr.decode().strip() if shutil.which("mount") else "there is no `mount`"
        pytest.skip(f"a small disk needs root and tmpfs: {why}")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.mark.parametrize("free", [100_000, 500_000, 1_000_000, 1_400_000])
def test_a_full_disk_leaves_the_old_build_serving(free: int, corpora: tuple[Corpus, Corpus], small_disk: Path) -> None:
    """True ENOSPC, from the first file to Chroma's last graph; with room again, the build is made."""
    first = make_build(corpora[0], WordEncoder(), small_disk)
    filler = small_disk / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(small_disk).free - free)
    with pytest.raises(BuildError, match="cannot be written") as caught:
        make_build(corpora[1], WordEncoder(), small_disk)
    assert "Free some disk space" in caught.value.fix
    assert [folder.name for folder in _builds(small_disk)] == [first.id]
    _require_whole(open_build(small_disk, WordEncoder().identity), corpora)
    filler.unlink()
    made = make_build(corpora[1], WordEncoder(), small_disk)
    assert open_build(small_disk, WordEncoder().identity).id == made.id
