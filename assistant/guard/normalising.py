"""A message as the guard reads it: one spelling for what people, and those who want to slip by, write in many."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from yaml import YAMLError

from assistant.errors import GuardError
from assistant.guard.decoding import hidden
from ingest.yamlfile import load

SPELLING = Path(__file__).parent / "rules" / "_spelling.yaml"
SUBJECT = Path(__file__).parent / "rules" / "_subject.yaml"

_PUNCTUATION = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "."}
)
# Format characters, controls and lone surrogates hide inside words; accents and variation selectors decorate them.
_HIDDEN = frozenset({"Cf", "Cc", "Cs"})
# Arabic's vowel signs and stretching and Hindi's dots below are decoration too: most people leave them out.
_DECORATION = re.compile("[\u0300-\u036f\ufe00-\ufe0f\u064b-\u065f\u0670\u0640\u093c]")
_ARABIC = str.maketrans("أإآٱىة", "ااااي\u0647")
# Letters of other scripts that look Latin; folded only inside words that also hold Latin letters.
_LOOKALIKES = str.maketrans("аеорсухіјѕԁһӏкмтвнοαικρτυνηε", "aeopcyxijsdhlkmtbhoaikptuvne")
_FOREIGN_IN_LATIN = re.compile(r"[a-z0-9]*[а-яёіјѕԁһӏα-ω]+[a-z0-9а-яёіјѕԁһӏα-ω]*")
_SPELT_OUT = re.compile(r"(?<![\w'])[a-z]([ .\-_*])(?:[a-z]\1){2,}[a-z](?!\w)")
# `!` is no letter here: people write "pain!my arm" more often than "k!ll", which _spelling.yaml knows.
_LEET = str.maketrans("013457@$", "oieastas")
_LEET_WORD = re.compile(r"(?<![\w@$])[a-z]+[013457@$]+[a-z][a-z013457@$]*(?![\w@$])")
_REPEATED = re.compile(r"([a-z])\1{2,}")
_CONTRACTIONS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\bcan(?:'?t| not)\b", "cannot"),
        (r"\bwon'?t\b", "will not"),
        (r"\b(do|does|did|is|are|was|were|has|have|had|would|could|should|must|need)n'?t\b", r"\1 not"),
        (r"\bi'?m\b", "i am"),
        (r"\bi'?ve\b", "i have"),
        (r"\bi'd\b", "i would"),
        (r"\bi'll\b", "i will"),
        (r"\b(he|she|it|that|what|who|there|where|how|here)'s\b", r"\1 is"),
        (r"\b(he|she|that|what|who|where|there)s\b", r"\1 is"),
        (r"\b(you|we|they)'re\b", r"\1 are"),
        (r"\b(you|they)re\b", r"\1 are"),
        (r"\b(you|we|they)'?ve\b", r"\1 have"),
        (r"\b(you|we|they|he|she|it)'ll\b", r"\1 will"),
        (r"\bgonna\b", "going to"),
        (r"\bwanna\b", "want to"),
        (r"\bgotta\b", "have to"),
        (r"\br(?= (?:u|you|we|they|there|these)\b)", "are"),
        (r"\bu\b", "you"),
        (r"\bur\b", "your"),
    )
)
_SENTENCE_END = re.compile(r"(?<=[.!?;؟])\s+|(?<=[。！？।])|[\n\r]+")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Message:
    """A message as written, normalised as a whole, and as normalised sentences.

    `text` is the sentences joined by single spaces. What hid in it in another writing stands at its end.
    """

    raw: str
    text: str
    sentences: tuple[str, ...]


def read_message(text: str) -> Message:
    """Read a message.

    Args:
        text: as the person wrote it.

    Returns:
        The message; its sentences are the normalised parts between `.`, `!`, `?`, `;` and line ends. A long run
        without these stays whole.

    Raises:
        GuardError: the spelling data cannot be read.
    """
    whole = "\n".join((text, *hidden(text)))
    sentences = (normalise(part) for part in _SENTENCE_END.split(unicodedata.normalize("NFKC", whole)))
    kept = tuple(sentence for sentence in sentences if sentence)
    return Message(text, " ".join(kept), kept)


def normalise(text: str) -> str:
    """Fold a text to the spelling that rules are written in.

    Compatibility forms, invisible characters, accents, typographic quotes, look-alike letters, digits used as
    letters, words spelt out letter by letter, drawn-out letters, contractions and common misspellings of danger
    words all become plain lower-case words.

    Args:
        text: a message or a part of one.

    Returns:
        The folded text, one space between words.

    Raises:
        GuardError: the spelling data cannot be read.
    """
    folded = _visible(text).casefold().translate(_PUNCTUATION)
    folded = _FOREIGN_IN_LATIN.sub(lambda match: _latin(match[0]), folded)
    folded = _SPACE.sub(" ", folded)
    folded = _SPELT_OUT.sub(lambda match: match[0].replace(match[1], ""), folded)
    folded = _LEET_WORD.sub(lambda match: match[0].translate(_LEET), folded)
    folded = _REPEATED.sub(r"\1\1", folded)
    for pattern, replacement in _CONTRACTIONS:
        folded = pattern.sub(replacement, folded)
    meant, misspelt = _spelling()
    return misspelt.sub(lambda match: meant[match[0]], folded).strip()


def _visible(text: str) -> str:
    """A text in compatibility form, without what cannot be seen and without accents."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).translate(_PUNCTUATION))
    seen = "".join(sign for sign in apart if sign.isspace() or unicodedata.category(sign) not in _HIDDEN)
    return unicodedata.normalize("NFC", _DECORATION.sub("", seen)).translate(_ARABIC)


def _latin(word: str) -> str:
    """A word with its look-alikes folded, if the result is wholly Latin; a truly foreign word stays."""
    folded = word.translate(_LOOKALIKES)
    mixed = any("a" <= letter <= "z" for letter in word)
    return folded if mixed and folded.isascii() else word


@lru_cache(maxsize=1)
def _spelling() -> tuple[dict[str, str], re.Pattern[str]]:
    """Misspelt → meant, for the words that danger is told in and those of the subject, and the pattern for them."""
    try:
        data: dict[str, list[str]] = load(SPELLING.read_text("utf-8"))
        subject: dict[str, list[str]] = load(SUBJECT.read_text("utf-8"))
        meant = {slip: word for word, kept in subject.items() for slip in _slips(word).difference(kept, subject)}
        meant |= {wrong: right for right, wrongs in data.items() for wrong in wrongs}
        words = "|".join(sorted(map(re.escape, meant), key=len, reverse=True))
    except (OSError, UnicodeDecodeError, YAMLError, AttributeError, TypeError) as error:
        raise GuardError(
            f"The guard's spellings ({SPELLING.name}, {SUBJECT.name}) cannot be read: {type(error).__name__}.",
            fix="Make them mappings from each right word to a list: its misspellings, and what is none of them.",
        ) from error
    return meant, re.compile(rf"(?<!\w)(?:{words})(?!\w)")


def _slips(word: str) -> set[str]:
    """What a slip of one letter behind the first makes of a word."""
    slips = set()
    for place in range(1, len(word)):
        before, letter, after = word[:place], word[place], word[place + 1 :]
        slips |= {before + after, before + letter * 2 + after}
        slips |= {before + vowel + after for vowel in "aeiou" if letter in "aeiou"}
        slips |= {before + after[:1] + letter + after[1:]}
    return slips - {word}
