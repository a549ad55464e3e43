"""Messages as hurried hands type them: the same text always gets the same slips."""

import random
import re

_WORD = re.compile(r"[A-Za-z]{4,}")
_PUNCTUATION = re.compile(r"[^\w\s']")


def with_typos(text: str) -> str:
    """A text in which about every sixth longer word has one letter dropped, doubled or exchanged with the next.

    The first letter stays, and at least one word is hit if there is one.
    """
    chooser = random.Random(text)
    words = list(_WORD.finditer(text))
    hit = [word for word in words if chooser.random() < 1 / 6] or words[:1]
    for word in reversed(hit):
        at = word.start() + chooser.randint(1, len(word[0]) - 2)
        slip = chooser.choice((text[at + 1], text[at] * 2 + text[at + 1], text[at + 1] + text[at]))
        text = text[:at] + slip + text[at + 2 :]
    return text


def without_punctuation(text: str) -> str:
    """A text in small letters without any punctuation but apostrophes."""
    return " ".join(_PUNCTUATION.sub(" ", text.lower()).split())
