"""The guard's audit: one line a message on what was decided and why, without a word of the message.

Append-only and bounded: a full file is set aside, the oldest is dropped. Several processes may write to one.
"""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import structlog
from concurrent_log_handler import ConcurrentRotatingFileHandler

from assistant.guard.guard import Examination

BYTES_MAX = 5 * 1024 * 1024
FILES_KEPT = 5

_log = structlog.get_logger()


class Audit(Protocol):
    """Where decisions are written."""

    def record(self, answer_id: str, found: Examination) -> None:
        """Write what was decided for an answer. Never raises: whoever is in danger must not wait for a disk."""
        ...


class NoAudit:
    """Writes nothing."""

    def record(self, answer_id: str, found: Examination) -> None:
        """Forget it."""


class FileAudit:
    """Writes JSON lines to a file that is set aside when it is full."""

    def __init__(
        self,
        path: Path,
        *,
        bytes_max: int = BYTES_MAX,
        files_kept: int = FILES_KEPT,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Take where to write.

        Args:
            path: the file; its folder is made when the first line is written.
            bytes_max: when it is full.
            files_kept: how many full ones are kept beside it, as `.1`, `.2` and so on.
            now: the clock.
        """
        self._path = path
        self._bytes_max = bytes_max
        self._files_kept = files_kept
        self._now = now
        self._handler: logging.Handler | None = None
        self._lock = threading.Lock()

    def record(self, answer_id: str, found: Examination) -> None:
        """Write one line (see `entry`). A disk that is full or read-only is logged and nothing else."""
        try:
            line = json.dumps({"at": self._now().isoformat(timespec="milliseconds"), **entry(answer_id, found)})
            self._opened().emit(logging.makeLogRecord({"msg": line}))
        except OSError as error:
            _log.error("audit_failed", problem=type(error).__name__)

    def _opened(self) -> logging.Handler:
        with self._lock:
            if self._handler is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                # A file that stays open between lines could not be told from one that leaks.
                self._handler = _Handler(
                    str(self._path),
                    maxBytes=self._bytes_max,
                    backupCount=self._files_kept,
                    encoding="utf-8",
                    chmod=0o600,
                    keep_file_open=False,
                )
            return self._handler


class _Handler(ConcurrentRotatingFileHandler):
    """Tells the one log that writing failed, instead of printing a traceback."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Say that a line was lost, at the level it had; logging calls this from within `emit`."""
        _log.error("audit_failed", problem="writing", level=record.levelname)


def entry(answer_id: str, found: Examination) -> Mapping[str, Any]:
    """What one line holds.

    Args:
        answer_id: the answer that the decision led to.
        found: the guard's examination.

    Returns:
        Rule ids, scores, thresholds and the verdict; language and lengths; the guard data's version. No text.
    """
    verdict, decision = found.verdict, found.decision
    return {
        "answer": answer_id,
        "policy": found.policy,
        "action": verdict.action,
        "rule": verdict.rule,
        "topic": verdict.topic,
        "sure": verdict.sure,
        "also": sorted(verdict.also),
        "rules": [match.rule.id for match in found.matches],
        "rules_joined": [match.rule.id for match in found.joined],
        "scores": {kind: round(score, 4) for kind, score in found.scores.items()} if found.scores else None,
        "band": {"score": round(decision.score, 4), "maybe": decision.maybe, "surely": decision.surely}
        if decision
        else None,
        "together": found.together.kind if found.together else None,
        "held": found.held.action if found.held else None,
        "language": found.language,
        "characters": len(found.message.raw),
    }
