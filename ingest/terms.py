"""Text to stemmed terms, the one way in which documents and questions are read for matching by word.

Stemmer: Porter, "An algorithm for suffix stripping" (1980), in Snowball's English version.
"""

import re
import threading
from functools import lru_cache

import Stemmer

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
# Words that carry no subject in this field; negators stay, since they change meaning.
STOPWORDS = frozenset(
    """a about an and any are as at be been being but by can could did do does doing for from get gets getting
    give got had has have having he her hers him his how i if in into is it its itself just kind know like many me
    might mean means more most much my of on once one only or other our out over own please really said say says she
    should so some someone something such tell than that the their them then there these they thing things this those
    through to too up us very want was we were what whats when where which while who whom whos whose why will with
    would you your yours im ive id dont doesnt am also anyone ever explain describe define list name stuff does lot
    u ur r pls thx ok okay hi hello hey thanks thank actually maybe bit sort use used using work works go goes
    make makes made let need s t re ve ll d m""".split()
)
_local = threading.local()


def words(text: str) -> list[str]:
    """The words of a text in order, casefolded, without punctuation or possessive endings."""
    return [re.sub(r"['’]s$", "", word) for word in _WORD.findall(text.casefold())]


def terms(text: str) -> list[str]:
    """The stems of a text's words in order, stop words left out."""
    return [stem(word) for word in words(text) if word.replace("'", "").replace("’", "") not in STOPWORDS]


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A casefolded word's stem."""
    # A Snowball stemmer must not be shared between threads.
    if not hasattr(_local, "stemmer"):
        _local.stemmer = Stemmer.Stemmer("english")
    stemmed: str = _local.stemmer.stemWord(word)
    return stemmed
