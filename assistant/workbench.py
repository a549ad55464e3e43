"""What answers are made with: one opened build and its tools, exchanged when a new build is switched in."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assistant.composing import Composer
from assistant.retrieval import Retriever
from assistant.rewriting import Rewriter
from ingest.build import Build, current_build_id, open_build
from ingest.encoder import Encoder


@dataclass(frozen=True, slots=True)
class Workbench:
    """One build and the parts that read it."""

    build: Build
    rewriter: Rewriter
    retriever: Retriever
    composer: Composer

    @classmethod
    def on(cls, build: Build, encoder: Encoder) -> "Workbench":
        """The workbench for a build and the encoder it was made with."""
        return cls(build, Rewriter(build.corpus), Retriever(build, encoder), Composer(build))


class Workbenches:
    """The current workbench. A new build is picked up before the next question, without a restart."""

    def __init__(self, home: Path, encoder: Encoder, opened: Callable[[str], None] = lambda _id: None) -> None:
        self._home = home
        self._encoder = encoder
        self._opened = opened
        self._current: Workbench | None = None
        self._lock = threading.Lock()

    def current(self) -> Workbench:
        """The workbench on the current build.

        Raises:
            BuildMissing, BuildBroken, BuildOfAnotherEncoder: there is no build that can serve.
        """
        with self._lock:
            if self._current is None or self._current.build.id != current_build_id(self._home):
                self._current = Workbench.on(open_build(self._home, self._encoder.identity), self._encoder)
                self._opened(self._current.build.id)
            return self._current

    def of(self, build_id: str) -> Workbench:
        """A workbench on one build, the current one or an earlier one that is still kept.

        Raises:
            BuildMissing, BuildBroken, BuildOfAnotherEncoder: it is gone or cannot be opened.
        """
        current = self.current()
        if current.build.id == build_id:
            return current
        return Workbench.on(open_build(self._home, self._encoder.identity, build_id), self._encoder)
