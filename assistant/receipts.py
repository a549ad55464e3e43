"""Receipts: what an answer was made from, the bytes it came out as, and why it would come out otherwise now."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter

from assistant.domain import Answer, Conversation, Evidence, Question, Receipt, Verdict, Weighed

PACKAGES = tuple(Path(__file__).parents[1] / name for name in ("assistant", "ingest"))
# Data that trains and is not read when a question is answered.
_UNREAD = frozenset({"training", "calibration", "evaluation", "adapter"})
_READ = frozenset({".py", ".yaml", ".txt", ".npz"})
_ANSWER = TypeAdapter(Answer)


@dataclass(frozen=True, slots=True)
class Shift:
    """One section's score when an answer was made and now; None where it was not among the candidates."""

    section: str
    then: float | None
    now: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """How an answer would differ now, and from what. `changed` names what it was made from, then and now."""

    changed: Mapping[str, tuple[str, str]]
    screened: tuple[Verdict, Verdict]
    verdict: tuple[Verdict, Verdict]
    confidence: tuple[float | None, float | None]
    removed: tuple[str, ...]
    added: tuple[str, ...]
    candidates: tuple[Shift, ...]

    @property
    def is_none(self) -> bool:
        """Whether the same would be said."""
        return not self.removed and not self.added and self.verdict[0].action is self.verdict[1].action


@lru_cache(maxsize=1)
def code_fingerprint() -> str:
    """The beginning of a SHA-256 over all code and data that answer a question, by name."""
    digest = hashlib.sha256()
    for package in PACKAGES:
        for file in sorted(package.rglob("*")):
            if file.suffix in _READ and not _UNREAD.intersection(file.relative_to(package).parts):
                digest.update(f"{file.relative_to(package.parent).as_posix()}\0".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def answer_bytes(answer: Answer) -> bytes:
    """An answer as bytes, the same for the same answer. How long it took is no part of it."""
    data = _ANSWER.dump_python(answer, mode="json", exclude={"timings_ms"})
    data["verdict"]["also"].sort()
    return json.dumps(data, ensure_ascii=False, sort_keys=True).encode()


def write_receipt(
    answer: Answer,
    *,
    question: Question,
    conversation: Conversation,
    screened: Verdict,
    language: str,
    made_from: Mapping[str, str],
    evidence: Evidence | None,
    confidence: float | None,
) -> tuple[Answer, Receipt]:
    """Write the receipt of an answer.

    Args:
        answer: as it was made, its timings included.
        question: what was asked, redacted.
        conversation: as it stood before.
        screened: the guard's verdict on the message as it was written.
        language: the language that it was read as.
        made_from: build, corpus, guard, code and settings; a build names its encoder.
        evidence: what was found, if anything was looked up.
        confidence: that the evidence answers, likewise.

    Returns:
        The answer, with the receipt's id in it, and the receipt.
    """
    receipted = replace(answer, receipt=f"rcp_{secrets.token_urlsafe(12)}")
    return receipted, Receipt(
        id=str(receipted.receipt),
        answer_id=answer.id,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        question=question,
        conversation=conversation,
        screened=screened,
        language=language,
        made_from=dict(made_from),
        weighed=weighed(evidence),
        confidence=confidence,
        verdict=answer.verdict,
        text=answer.text,
        sha256=hashlib.sha256(answer_bytes(receipted)).hexdigest(),
        timings_ms=answer.timings_ms,
    )


def weighed(evidence: Evidence | None) -> tuple[Weighed, ...]:
    """The candidates of evidence as a receipt keeps them."""
    found = evidence.candidates if evidence else ()
    return tuple(Weighed(candidate.section.id, candidate.score, dict(candidate.features)) for candidate in found)


def is_same(receipt: Receipt, answer: Answer) -> bool:
    """Whether an answer has, byte for byte, what the receipt's answer had."""
    return hashlib.sha256(answer_bytes(answer)).hexdigest() == receipt.sha256


def compare(
    receipt: Receipt,
    answer: Answer,
    *,
    screened: Verdict,
    made_from: Mapping[str, str],
    evidence: Evidence | None,
    confidence: float | None,
) -> Difference:
    """Hold what was answered against what would be answered now.

    Args:
        receipt: of the earlier answer.
        answer: to the same question, made now.
        screened: what the guard says now of the redacted question.
        made_from, evidence, confidence: what the answer of now rests on.

    Returns:
        What changed, and what of it shows in the answer.
    """
    names = dict.fromkeys((*receipt.made_from, *made_from))
    both = {name: (receipt.made_from.get(name, "-"), made_from.get(name, "-")) for name in names}
    then, now = receipt.text.splitlines(), answer.text.splitlines()
    scores_then = {one.section: one.score for one in receipt.weighed}
    scores_now = {one.section: one.score for one in weighed(evidence)}
    return Difference(
        changed={name: pair for name, pair in both.items() if pair[0] != pair[1]},
        screened=(receipt.screened, screened),
        verdict=(receipt.verdict, answer.verdict),
        confidence=(receipt.confidence, confidence),
        removed=tuple(line for line in then if line and line not in now),
        added=tuple(line for line in now if line and line not in then),
        candidates=tuple(
            Shift(section, scores_then.get(section), scores_now.get(section))
            for section in dict.fromkeys((*scores_then, *scores_now))
        ),
    )
