"""A message to a standalone query: abbreviations spelt out, misspelt subject words mended, follow-ups completed.

No model is involved. What a follow-up was taken to mean is shown to the person (`about`).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein
from spellchecker import SpellChecker

from assistant.domain import Conversation, Turn
from ingest.documents import Corpus, Term
from ingest.terms import terms, words

SPELLING_SIMILARITY_MIN = 0.78
SPELLED_LETTERS_MIN = 5
FOLLOW_UP_WORDS_MAX = 12
TERSE_TERMS_MAX = 2
ALIAS_SHARE_MAX = 0.03

_NUMERALS = {
    "1": "I",
    "2": "II",
    "3": "III",
    "one": "I",
    "two": "II",
    "three": "III",
    "i": "I",
    "ii": "II",
    "iii": "III",
}
_ORDINALS = {"first": "I", "second": "II", "third": "III", "other": ""}
_LONG_WORD = re.compile(rf"[^\W\d_]{{{SPELLED_LETTERS_MIN},}}")
_CATEGORY = re.compile(
    r"\b(?:cats?|categ|category|categories|catagory|categorie)\.?\s*(?P<first>1|2|3|one|two|three|iii|ii|i)\b"
    r"(?:\s+(?P<and>and|or|vs\.?|versus|from|to|than)\s+(?:cat\.?\s*|category\s*)?(?P<second>1|2|3|one|two|three|iii|ii|i)\b)?",
    re.I,
)
_ORDINAL = re.compile(r"\b(first|second|third)(?:\s+(?:one|category|type))?\b", re.I)
_PERSON = re.compile(r"\b(he|him|his)\b", re.I)
_BACKWARD = re.compile(
    r"\b(it|its|that|this|these|those|they|them|their|there|the same|the other|the (?:first|second|third) one)\b", re.I
)
# A numbered category is one part: its numeral alone says nothing.
_PART = re.compile(r"category\s+(?:III|II|I)\b|[^\W_]+(?:['’-][^\W_]+)*", re.I)
_BRACKETED = re.compile(r"\(([^()]+)\)\s*$")
_OPENING = re.compile(
    r"^\s*(and|or|but|so|also|what about|how about|why|how so|what else|more|tell me more|go on)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Query:
    """A standalone question, and what the message was understood to mean if that is not plain from it.

    `context` is what a short message that does not lean back may still go on about, and `sections` where that was
    found, best first: a question in a conversation is more likely about its subject than about another. `completed`
    is the message with that subject behind it, to try if the message alone finds no answer.
    """

    text: str
    about: str | None = None
    context: str | None = None
    sections: tuple[str, ...] = ()
    completed: str | None = None


class Rewriter:
    """Reads messages in the light of a corpus's vocabulary and a conversation's topic."""

    def __init__(self, corpus: Corpus) -> None:
        self._terms_by_alias = {
            alias.casefold(): term
            for term in corpus.glossary
            for alias in term.aliases
            if not _is_everywhere(alias, corpus)
        }
        aliases = sorted((re.escape(alias) for alias in self._terms_by_alias), key=len, reverse=True)
        self._alias = re.compile(rf"\b({'|'.join(aliases)})\b", re.I) if aliases else None
        self._vocabulary = sorted(_vocabulary(corpus))
        self._known_stems = {stem for word in self._vocabulary for stem in terms(word)}

    def rewrite(self, message: str, conversation: Conversation) -> Query:
        """Make a query.

        Args:
            message: what was asked, redacted.
            conversation: its earlier turns.

        Returns:
            The query to retrieve with; `about` is set if the message was completed from an earlier turn.
        """
        spelt = self._spell(_category_numerals(message))
        topic = self._topic(conversation)
        if not topic or len(spelt.split()) > FOLLOW_UP_WORDS_MAX:
            return Query(self._expand(spelt))
        if self._leans_back(spelt):
            completed = self._complete(spelt, topic)
            return Query(self._expand(completed), completed, sections=topic.sections)
        subject = _subject_of(topic.query)
        completed = f"{spelt} ({subject})"
        if self._goes_on(spelt):
            return Query(self._expand(spelt), completed, subject, topic.sections, completed)
        return Query(self._expand(spelt), None, None, topic.sections, completed)

    def _topic(self, conversation: Conversation) -> Turn | None:
        """The last turn that found something."""
        return next((turn for turn in reversed(conversation.turns) if turn.sections), None)

    def _leans_back(self, message: str) -> bool:
        """Whether a message can only be understood from what went before."""
        if _PERSON.search(message) or not terms(_OPENING.sub("", message)) or self._names_another(message):
            return True
        return bool(_BACKWARD.search(message)) and "sot" not in words(message)

    def _goes_on(self, message: str) -> bool:
        """Whether a message that stands alone may still be about what went before: "and ...?", or hardly a word."""
        is_short = len(set(terms(message))) <= TERSE_TERMS_MAX
        return (is_short or bool(_OPENING.search(message))) and "sot" not in words(message)

    def _names_another(self, message: str) -> bool:
        """Whether it asks for another of what was numbered: "and the second one?"."""
        return bool(_ORDINAL.search(message)) and not set(terms(_ORDINAL.sub("", message)))

    def _complete(self, message: str, turn: Turn) -> str:
        """The message with what it leaves out: the category, the person, or the subject of the earlier turn."""
        if _ORDINAL.search(message) and "category" in turn.query.casefold():
            return _ORDINAL.sub(lambda match: f"category {_ORDINALS[match[1].casefold()]}", message)
        if _PERSON.search(message):
            return _PERSON.sub("DeJarnette", message)
        return f"{message} ({_subject_of(turn.query)})"

    def _expand(self, message: str) -> str:
        """The message with the corpus's own terms behind the abbreviations and lay words it uses."""
        if not self._alias:
            return message
        found = dict.fromkeys(self._terms_by_alias[match[1].casefold()].term for match in self._alias.finditer(message))
        added = [term for term in found if term.casefold() not in message.casefold()]
        return f"{message} ({', '.join(added)})" if added else message

    def _spell(self, message: str) -> str:
        """The message with misspelt words of the corpus's subject mended; ordinary English words are left alone."""
        return _LONG_WORD.sub(lambda match: self._mended(match[0]), message)

    def _mended(self, word: str) -> str:
        folded = word.casefold()
        if not set(terms(folded)) - self._known_stems or _is_english(folded):
            return word
        match = process.extractOne(
            folded,
            self._vocabulary,
            scorer=DamerauLevenshtein.normalized_similarity,
            score_cutoff=SPELLING_SIMILARITY_MIN,
        )
        return match[0] if match else word


def _subject_of(query: str) -> str:
    """What a query was about: what stands in brackets behind it, or else its words that carry a subject."""
    bracketed = _BRACKETED.search(query)
    if bracketed:
        return bracketed[1]
    return " ".join(part for part in _PART.findall(query) if terms(part))


def _is_everywhere(alias: str, corpus: Corpus) -> bool:
    """Whether the corpus itself uses an alias so often that spelling it out would only pull towards definitions."""
    pattern = re.compile(rf"\b{re.escape(alias)}\b", re.I)
    uses = sum(bool(pattern.search(statement.text)) for statement in corpus.statements.values())
    return uses > len(corpus.statements) * ALIAS_SHARE_MAX


def _vocabulary(corpus: Corpus) -> set[str]:
    """The words of statements, headings and glossary; asks stay out, since people misspell in them."""
    texts: Iterable[str] = (
        *(statement.text for statement in corpus.statements.values()),
        *(heading for section in corpus.sections.values() for heading in section.heading),
        *(_text_of(term) for term in corpus.glossary),
    )
    return {word for text in texts for word in words(text) if len(word) >= SPELLED_LETTERS_MIN and word.isalpha()}


def _text_of(term: Term) -> str:
    return " ".join((term.term, *term.aliases))


def _category_numerals(message: str) -> str:
    """`cat 2`, `category two` → `category II`, as the corpus writes it; `and 3` behind it → `and category III`."""

    def written(match: re.Match[str]) -> str:
        """The categories of a match as the corpus writes them."""
        first = f"category {_NUMERALS[match['first'].casefold()]}"
        return f"{first} {match['and']} category {_NUMERALS[match['second'].casefold()]}" if match["and"] else first

    return _CATEGORY.sub(written, message)


@lru_cache(maxsize=1)
def _english() -> SpellChecker:
    return SpellChecker(language="en")


def _is_english(word: str) -> bool:
    return bool(_english().known([word]))
