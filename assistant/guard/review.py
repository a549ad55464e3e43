"""The review of what is about to be shown: no diagnosis aimed at the reader, no directive, dose, promise or licence.

The rules are data. A sentence that only reports such a claim, and says whose it is, passes.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import re2
from yaml import YAMLError

from assistant.errors import GuardError
from ingest.documents import Voice
from ingest.yamlfile import load

UNCITED = "review.uncited"


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a sentence may not be shown."""

    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class ReviewRule:
    """A pattern that no shown sentence may match; `reported` ones pass where the sentence says whose claim it is."""

    id: str
    why: str
    matcher: Any
    may_be_reported: bool
    yes: tuple[str, ...]
    no: tuple[str, ...]


class Reviewer:
    """Looks at every sentence before it is shown."""

    def __init__(self, rules: tuple[ReviewRule, ...], attribution: Any) -> None:
        self.rules = rules
        self._attribution = attribution

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the rules.

        Args:
            path: a mapping with `attribution` (patterns) and `rules`.

        Raises:
            GuardError: the file cannot be read or a pattern cannot be compiled.
        """
        try:
            data = load(path.read_text("utf-8"))
            rules = tuple(
                ReviewRule(
                    record["id"],
                    record["why"],
                    _any_of(record["patterns"]),
                    record.get("may_be_reported", False),
                    tuple(record["yes"]),
                    tuple(record["no"]),
                )
                for record in data["rules"]
            )
            return cls(rules, _any_of(data["attribution"]))
        except (OSError, YAMLError, KeyError, TypeError, re2.error) as error:
            raise GuardError(
                f"The review rules in {path.name} cannot be read ({type(error).__name__}).",
                fix="Mend the file: each rule needs id, why, patterns, yes and no.",
            ) from error

    def objections(self, sentence: str, *, voice: Voice, cited: bool) -> tuple[Objection, ...]:
        """Review one sentence.

        Args:
            sentence: what is about to be shown.
            voice: whose it is. A clinic may tell its own visitors what to do about a visit.
            cited: whether it rests on at least one source.

        Returns:
            Every objection; empty if the sentence may be shown.
        """
        is_reported = self._attribution.search(sentence) is not None
        found = [
            Objection(rule.id, rule.why)
            for rule in self.rules
            if not (rule.may_be_reported and is_reported)
            and not (voice is Voice.CLINIC and rule.id == "review.directive")
            and rule.matcher.search(sentence)
        ]
        if not cited:
            found.append(Objection(UNCITED, "it rests on no source"))
        return tuple(found)


def _any_of(patterns: list[str]) -> Any:
    return re2.compile("(?i)" + "|".join(f"(?:{pattern})" for pattern in patterns))
