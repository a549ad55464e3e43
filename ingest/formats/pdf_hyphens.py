"""Words that a line's end broke: joined if the whole is a word, kept with their hyphen if it is a compound."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from ingest.formats.foreign_writer import Line

_BROKEN = re.compile(r"(?P<head>[^\W\d_]+)[-\u2010\u00ad]$")
_REST = re.compile(r"(?P<rest>[^\W\d_]+(?:-[^\W\d_]+)*)(?P<after>\S*)\s*")
_COMPOUND = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")


class Hyphens:
    """Joins broken words as one document writes them elsewhere, else as English does."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._compounds = {match.casefold() for text in texts for match in _COMPOUND.findall(text)}

    @cached_property
    def _english(self) -> set[str]:
        from spellchecker import SpellChecker

        return set(SpellChecker().word_frequency.words())

    def join(self, lines: Sequence[Line]) -> list[Line]:
        """Lines with each broken word whole, on the line where it begins."""
        joined = list(lines)
        for index in range(len(joined) - 1):
            broken, rest = _BROKEN.search(joined[index].text), _REST.match(joined[index + 1].text)
            if broken and rest:
                text = joined[index].text[: broken.end("head")] + self._link(broken["head"], rest["rest"])
                joined[index] = replace(joined[index], text=text + rest["rest"] + rest["after"])
                joined[index + 1] = replace(joined[index + 1], text=joined[index + 1].text[rest.end() :])
        return [line for line in joined if line.text]

    def _link(self, head: str, rest: str) -> str:
        """What stands between the halves: nothing, or the compound's own hyphen."""
        whole, second = (head + rest).casefold(), rest.casefold()
        if rest[0].isupper() or f"{head.casefold()}-{second}" in self._compounds:
            return "-"
        return "-" if whole not in self._english and len(rest) > 2 and second in self._english else ""
