"""Takes out what could name a person, before anything is stored, logged or searched with. The patterns are data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import re2
from yaml import YAMLError

from assistant.errors import GuardError
from ingest.yamlfile import load


@dataclass(frozen=True, slots=True)
class Pattern:
    """One kind of personal detail. Only the group `secret`, or else the whole match, is replaced."""

    name: str
    matcher: Any
    holds: Callable[[str], bool]
    yes: tuple[str, ...]
    no: tuple[str, ...]


class Redactor:
    """Replaces personal details by placeholders such as [email]."""

    def __init__(self, patterns: tuple[Pattern, ...]) -> None:
        self.patterns = patterns

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the patterns.

        Args:
            path: a YAML list; each has `name`, `pattern`, `yes` and `no`, and `check: luhn` where digits must add up.

        Raises:
            GuardError: the file cannot be read or a pattern cannot be compiled.
        """
        try:
            return cls(tuple(_pattern(record) for record in load(path.read_text("utf-8"))))
        except (OSError, YAMLError, KeyError, TypeError, re2.error) as error:
            raise GuardError(
                f"The redaction patterns in {path.name} cannot be read ({type(error).__name__}).",
                fix="Mend the file: each pattern needs name, pattern, yes and no.",
            ) from error

    def redact(self, text: str) -> str:
        """Redact a text.

        Args:
            text: as a person wrote it.

        Returns:
            The text with placeholders; redacting it again changes nothing.
        """
        for pattern in self.patterns:
            text = _replaced(pattern, text)
        return text


def _pattern(record: Mapping[str, Any]) -> Pattern:
    return Pattern(
        record["name"],
        re2.compile(record["pattern"]),
        _CHECKS[record.get("check", "none")],
        tuple(record["yes"]),
        tuple(record["no"]),
    )


def _replaced(pattern: Pattern, text: str) -> str:
    parts: list[str] = []
    end = 0
    for match in pattern.matcher.finditer(text):
        secret = pattern.matcher.groupindex.get("secret", 0)
        if not pattern.holds(match[secret]):
            continue
        parts += (text[end : match.start(secret)], f"[{pattern.name}]")
        end = match.end(secret)
    return "".join((*parts, text[end:]))


def _luhn(digits: str) -> bool:
    """Whether a card number's digits add up (ISO/IEC 7812-1, annex B)."""
    numbers = [int(digit) for digit in digits if digit.isdigit()]
    doubled = [number * 2 - 9 * (number > 4) for number in numbers[-2::-2]]
    return len(numbers) >= 13 and (sum(numbers[-1::-2]) + sum(doubled)) % 10 == 0


_CHECKS: Mapping[str, Callable[[str], bool]] = {"none": lambda _: True, "luhn": _luhn}
