"""The cross-validated figures of the guard's classifier, and the thresholds that they would bear."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from assistant.evaluation.intervals import wilson
from assistant.guard.kinds import KINDS, Kind
from assistant.guard.policy import Policy
from assistant.guard.training_text import TrainingText

COMPOSED = "composed"


@dataclass(frozen=True, slots=True)
class Share:
    """A share of cases, with its 95% Wilson interval."""

    hits: int
    cases: int

    def __str__(self) -> str:
        if not self.cases:
            return "-"
        interval = wilson(self.hits, self.cases)
        return f"{self.hits / self.cases:.3f} ({interval.low:.3f}-{interval.high:.3f})"


@dataclass(frozen=True, slots=True)
class Judged:
    """A message that was held out, and the number of the fold that held it out."""

    text: TrainingText
    fold: int


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """Held-out messages with each kind's probability, shape (messages, kinds)."""

    judged: tuple[Judged, ...]
    scores: NDArray[Any]

    def table(self, policy: Policy) -> str:
        """The figures under a policy as lines of text.

        Args:
            policy: when a score becomes a decision.

        Returns:
            By kind: messages, families, how many got this kind, how many some kind at least as urgent, and how many of
            those that got it were of it; then near misses, long messages made of several, and other languages.
        """
        decided = [self._decided(policy, row) for row in self.scores]
        lines = ["kind              texts  families  this kind            as urgent            of those that got it"]
        lines += [self._line(kind, decided) for kind in KINDS]
        lines += [
            f"{name}: {self._of(test, decided)}"
            for name, test in (
                ("near misses of danger that raised no alarm", lambda text: text.near in KINDS[:3]),
                ("honest near misses of a refusal that passed", _looks_refused),
                ("honest messages that passed", lambda text: text.kind is Kind.ANSWER and text.family != COMPOSED),
                ("long honest messages that passed", lambda text: text.kind is Kind.ANSWER and text.family == COMPOSED),
                ("danger hidden in long messages", lambda text: text.kind in KINDS[:2] and text.family == COMPOSED),
            )
        ]
        lines += self._by_language(decided)
        return "\n".join([*lines, "95% Wilson intervals; no figure comes from a classifier that has seen its family"])

    def rows(self) -> list[dict[str, Any]]:
        """Each message with its probabilities, for whoever chooses thresholds or looks for wrong labels."""
        return [
            {"text": case.text.text, "kind": case.text.kind, "family": case.text.family, "language": case.text.language}
            | {"scores": [round(float(share), 4) for share in row]}
            for case, row in zip(self.judged, self.scores, strict=True)
        ]

    def _decided(self, policy: Policy, row: NDArray[Any]) -> Kind:
        decision = policy.decide(dict(zip(KINDS, row.tolist(), strict=True)))
        return decision.kind if decision else Kind.ANSWER

    def _line(self, kind: Kind, decided: Sequence[Kind]) -> str:
        own = [
            got
            for case, got in zip(self.judged, decided, strict=True)
            if case.text.kind is kind and case.text.family != COMPOSED
        ]
        of_kind = {case.text.family for case in self.judged if case.text.kind is kind}
        families = len(of_kind - {COMPOSED})
        same = Share(own.count(kind), len(own))
        urgent = Share(sum(KINDS.index(got) <= KINDS.index(kind) for got in own), len(own))
        all_got = sum(
            got is kind and case.text.family != COMPOSED for case, got in zip(self.judged, decided, strict=True)
        )
        precise = Share(own.count(kind), all_got)
        return f"{kind:<17} {len(own):>5}  {families:>8}  {same!s:<20} {urgent!s:<20} {precise}"

    def _of(self, test: Callable[[TrainingText], bool], decided: Sequence[Kind]) -> Share:
        """Of the messages that a test picks, those that got what they should: the alarm, or none."""
        picked = [(case.text, got) for case, got in zip(self.judged, decided, strict=True) if test(case.text)]
        return Share(sum(_is_right(text.kind, got) for text, got in picked), len(picked))

    def _by_language(self, decided: Sequence[Kind]) -> Iterator[str]:
        for language in sorted({case.text.language for case in self.judged}):
            pairs = [
                (case.text.kind, got)
                for case, got in zip(self.judged, decided, strict=True)
                if case.text.language == language and case.text.family != COMPOSED
            ]
            danger = [got in KINDS[:2] for kind, got in pairs if kind in KINDS[:2]]
            honest = [got in KINDS[6:] for kind, got in pairs if kind is Kind.ANSWER]
            yield f"{language}: danger {Share(sum(danger), len(danger))}, honest {Share(sum(honest), len(honest))}"


def _looks_refused(text: TrainingText) -> bool:
    return text.kind is Kind.ANSWER and text.near in KINDS[3:6]


def _is_right(kind: Kind, got: Kind) -> bool:
    """Whether danger raised the alarm, anything else did not, and what is honest passed."""
    dangers = KINDS[:2]
    if kind in dangers:
        return got in dangers
    return got in KINDS[6:] if kind is Kind.ANSWER else got not in dangers
