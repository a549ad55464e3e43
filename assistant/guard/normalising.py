"""A message as the guard reads it: one spelling for what people, and those who want to slip by, write in many."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ingest.yamlfile import load

SPELLING = Path(__file__).parent / "rules" / "_spelling.yaml"

_PUNCTUATION = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "."}
)
# Letters of other scripts that look Latin; folded only inside words that also hold Latin letters.
_LOOKALIKES = str.maketrans("аеорсухіјѕԁһӏкмтвнοαικρτυνη", "aeopcyxijsdhlkmtbhoaikptuvn")
_FOREIGN_IN_LATIN = re.compile(r"[a-z0-9]*[а-яёіјѕԁһӏα-ω]+[a-z0-9а-яёіјѕԁһӏα-ω]*")
_LEET = str.maketrans("013457@$!", "oieastasi")
_LEET_WORD = re.compile(r"(?<![\w@$])[a-z]+[013457@$!]+[a-z][a-z013457@$!]*(?![\w@$])")
_REPEATED = re.compile(r"([a-z])\1{2,}")
_CONTRACTIONS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\b(?:can'?t|can not)\b", "cannot"),
        (r"\bwon'?t\b", "will not"),
        (r"\b(do|does|did|is|are|was|were|has|have|had|would|could|should)n'?t\b", r"\1 not"),
        (r"\b(?:i'm|im)\b", "i am"),
        (r"\b(?:i've|ive)\b", "i have"),
        (r"\b(?:i'd)\b", "i would"),
        (r"\b(?:i'll)\b", "i will"),
        (r"\b(he|she|it|that|what|who|there|where|how)'s\b", r"\1 is"),
        (r"\bwhats\b", "what is"),
        (r"\b(you|we|they)'re\b", r"\1 are"),
        (r"\b(you|we|they)'ve\b", r"\1 have"),
        (r"\b(?:gonna)\b", "going to"),
        (r"\b(?:wanna)\b", "want to"),
        (r"\bu\b", "you"),
        (r"\br\b", "are"),
    )
)
_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+|[\n\r]+")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Message:
    """A message as written, normalised as a whole, and as normalised sentences."""

    raw: str
    text: str
    sentences: tuple[str, ...]


def read_message(text: str) -> Message:
    """Read a message.

    Args:
        text: as the person wrote it.

    Returns:
        The message; its sentences are the normalised parts between `.`, `!`, `?`, `;` and line ends.
    """
    sentences = (normalise(part) for part in _SENTENCE_END.split(unicodedata.normalize("NFKC", text)))
    kept = tuple(sentence for sentence in sentences if sentence)
    return Message(text, " ".join(kept), kept)


def normalise(text: str) -> str:
    """Fold a text to the spelling that rules are written in.

    Compatibility forms, invisible characters, typographic quotes, look-alike letters, digits used as letters,
    drawn-out letters, contractions and common misspellings of danger words all become plain lower-case words.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_PUNCTUATION)
    folded = "".join(
        letter for letter in folded if unicodedata.category(letter) not in ("Cf", "Cc") or letter.isspace()
    )
    folded = _FOREIGN_IN_LATIN.sub(lambda match: _latin(match[0]), folded)
    folded = _LEET_WORD.sub(lambda match: match[0].translate(_LEET), folded)
    folded = _REPEATED.sub(r"\1\1", folded)
    for pattern, replacement in _CONTRACTIONS:
        folded = pattern.sub(replacement, folded)
    spelling, pattern = _spelling()
    folded = pattern.sub(lambda match: spelling[match[0]], folded)
    return _SPACE.sub(" ", folded).strip()


def _latin(word: str) -> str:
    """A word with its look-alikes folded, if the result is wholly Latin; a truly foreign word stays."""
    folded = word.translate(_LOOKALIKES)
    mixed = any("a" <= letter <= "z" for letter in word)
    return folded if mixed and folded.isascii() else word


@lru_cache(maxsize=1)
def _spelling() -> tuple[dict[str, str], re.Pattern[str]]:
    """Misspelt → meant, for the words that danger is told in, and the pattern that finds them."""
    data: dict[str, list[str]] = load(SPELLING.read_text("utf-8"))
    meant = {wrong: right for right, wrongs in data.items() for wrong in wrongs}
    words = "|".join(sorted(map(re.escape, meant), key=len, reverse=True))
    return meant, re.compile(rf"\b(?:{words})\b")
