"""A message that asks several things, or for two things beside each other, to its parts, so that each is answered."""

import re

from assistant.retrieval import without_subject
from ingest.terms import terms

PARTS_MAX = 3
# A part with fewer says nothing alone ("what do our sources say?", "and why?"): the whole question finds its answer.
PART_TERMS_MIN = 2

_ASKING = r"(?:who|whom|whose|what|whats|when|where|why|how|which|is|are|was|were|does|do|did|can|could|has|have)"
# A question mark with more behind it; a stop or comma, or nothing, before "and what ..."; a new line.
_BORDER = re.compile(
    rf"\?+\s+(?=\w)|[.;]\s+(?={_ASKING}\b)|\s*[,;]?\s+(?:and|also|plus)\s+(?=(?:also\s+)?{_ASKING}\b)|\n+", re.I
)
# Two things named beside each other, of a few words each.
_ONE, _OTHER = r"(?P<one>[\w'’ -]{2,45}?)", r"(?P<other>[\w'’ -]{2,45}?)\W*$"
_CONTRASTS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"\bdifferences? (?:is )?(?:there )?between {_ONE} (?:and|vs\.?|versus) {_OTHER}",
        rf"\b(?:compare|contrast|distinguish) {_ONE} (?:and|with|from|to) {_OTHER}",
        rf"\bhow (?:does|do|is|are) {_ONE} (?:differ|different) (?:from|to) {_OTHER}",
        rf"^\W*{_ONE} (?:vs\.?|versus) {_OTHER}",
    )
)


def parts_of(query: str) -> tuple[str, ...]:
    """The questions of a query, in order.

    Args:
        query: standalone, redacted.

    Returns:
        Two or more questions, at most `PARTS_MAX`; none if it is one question, or is told in so many parts that to
        answer each would answer none. A contrast is asked as it stands and then for either side.
    """
    contrast = next((found for pattern in _CONTRASTS if (found := pattern.search(query))), None)
    if contrast:
        sides = [contrast["one"], contrast["other"]]
        return (query, *(f"What is {side}?" for side in sides)) if all(map(terms, sides)) else ()
    parts = tuple(part.strip() for part in _BORDER.split(query) if part and _asks_something(part))
    return parts if 2 <= len(parts) <= PARTS_MAX else ()


def _asks_something(part: str) -> bool:
    return len(set(terms(without_subject(part)))) >= PART_TERMS_MIN
