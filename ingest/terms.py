"""Text to stemmed terms, the one way in which documents and questions are read for matching by word.

Stemmer: Porter, "An algorithm for suffix stripping" (1980), in Snowball's English version.
"""

import re
import threading
from functools import lru_cache
from pathlib import Path

import Stemmer

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
# Words that carry no subject in this field; negators stay, since they change meaning.
STOPWORDS = frozenset((Path(__file__).parent / "stopwords.txt").read_text("utf-8").split())
# "Category I" would lose its numeral to the stop words, and with it its meaning.
_CATEGORY = re.compile(r"\bcategory\s+(i{1,3}|[123])\b", re.I)
_local = threading.local()


def words(text: str) -> list[str]:
    """The words of a text in order, casefolded, without punctuation or possessive endings."""
    return [re.sub(r"['’]s$", "", word) for word in _WORD.findall(text.casefold())]


def terms(text: str) -> list[str]:
    """The stems of a text's words in order, stop words left out; a numbered category counts as one more term."""
    numbered = _CATEGORY.sub(lambda match: f"category category{_numeral(match[1])}", text)
    return [stem(word) for word in words(numbered) if word.replace("'", "").replace("’", "") not in STOPWORDS]


def _numeral(written: str) -> str:
    return written if written.isdigit() else str(len(written))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A casefolded word's stem."""
    # A Snowball stemmer must not be shared between threads.
    if not hasattr(_local, "stemmer"):
        _local.stemmer = Stemmer.Stemmer("english")
    stemmed: str = _local.stemmer.stemWord(word)
    return stemmed
