"""The checkout that is measured: where its sets and results are, and which commit it stands at."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SETS = ROOT / "tests" / "evaluation" / "sets"
RESULTS = ROOT / "docs" / "results"

# What figures depend on. A changed README or a report that was just written does not make a measurement doubtful.
MEASURED = ("assistant", "corpus", "ingest", "tests/evaluation/sets", "pyproject.toml", "requirements.lock")


@dataclass(frozen=True, slots=True)
class Commit:
    """Where the checkout stands: its commit, None if that cannot be told, and whether what is measured differs."""

    id: str | None
    dirty: bool

    @classmethod
    def current(cls, root: Path = ROOT) -> "Commit":
        """The commit of a folder; unknown, and so not to be relied on, where git or the repository is missing."""
        id = _git(root, "rev-parse", "--short", "HEAD")
        changed = _git(root, "status", "--porcelain", "--", *MEASURED)
        if not id or changed is None:
            return cls(None, dirty=True)
        return cls(id, dirty=bool(changed))


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
