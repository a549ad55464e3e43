"""Evidence to an answer in the corpus's own sentences: the fewest that answer, and what must stand beside them.

A claim of benefit never stands alone: what research or guidelines say follows it, where the corpus has it. Sources
that differ stand side by side. Between statements stand only the fixed lead-ins below, which state no fact.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import TypeVar

from assistant.domain import Candidate, Evidence
from assistant.retrieval import without_subject
from ingest.build import Build
from ingest.documents import Ask, Audience, Conflict, Section, Statement, Voice
from ingest.index import Kind, share
from ingest.terms import terms

WORDS_MAX: Mapping[Audience, int] = {Audience.PATIENT: 80, Audience.STUDENT: 110, Audience.STAFF: 90}
# With sources that differ and what research found beside it; what does not fit is left out from the end.
WHOLE_WORDS_MAX: Mapping[Audience, int] = {Audience.PATIENT: 135, Audience.STUDENT: 190, Audience.STAFF: 160}
STATEMENTS_MAX = 4
# A section is a list of warning signs if so many of its statements tell one.
SIGNS_SHARE_MIN = 0.6
SUBJECT_WORDS = 5
SUGGESTIONS_MAX = 3
# `told` goes to what asks in such words are known to be answered by; `subject` to sentences that begin with what a
# question such as "what is ...?" asks for. Weights and shares were chosen on the development half of the evaluation
# questions, for right facts first and few others beside them.
WEIGHTS: Mapping[str, float] = {"similarity": 0.75, "told": 0.70, "words": 0.30, "section": 0.60, "subject": 0.30}

# A section nearly as good as the best may contribute; one clearly worse may not.
SECTION_SHARE_MIN = 0.81
SECTIONS_MAX = 3
STATEMENT_SHARE_MIN = 0.77
SAME_COSINE_MIN = 0.89

# Statements this close to the best open a conflict, if two of its sides bear on the question this much.
LEADING_SHARE_MIN = 0.90
CONFLICT_SHARE_MIN = 0.70

_ASKS_WHAT_IT_IS = re.compile(
    r"^\W*(?:(?:hi|hello|ok|and|so|please|(?:can|could) you)\W+)*"
    r"(?:what|whats|who|whos|define|explain|describe|tell me (?:about|what)|meaning of)\b",
    re.I,
)
_ASKS_FOR_SIGNS = re.compile(
    r"\b(?:signs|symptoms|(?:red )?flags|warnings?|list|name|which|emergenc(?:y|ies)|urgent)\b", re.I
)
_SIGN = "red-flag"
_CHECKED = frozenset({Voice.RESEARCH, Voice.AUTHORITY})
_STRONG = frozenset({"systematic-review", "rct", "guideline", "authority", "law"})
_STRONG_BONUS = 0.15
_CLAIM_NOTE = "the article cites no study"


Stated = TypeVar("Stated")


class LeadIn(StrEnum):
    """Every line an answer may hold that is neither a statement nor a reply template. None states a fact."""

    RESEARCH = "What research and guidelines say:"
    CONFLICT = "Where sources differ:"
    GENERAL = "What the sources say in general:"
    PARTLY = "The sources do not answer all of this question."


@dataclass(frozen=True, slots=True)
class Opposition:
    """A conflict with one statement a side."""

    conflict: Conflict
    sides: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """What an answer states. `oppositions` come first if the lead is part of one, else last.

    `is_list` tells that `said` is a list, each statement of it on a line of its own.
    """

    said: tuple[Statement, ...]
    found: tuple[Statement, ...] = ()
    oppositions: tuple[Opposition, ...] = ()
    opposition_leads: bool = False
    is_list: bool = False


class Composer:
    """Selects statements from evidence of one build."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self._corpus = build.corpus
        self._order = {id: position for position, id in enumerate(build.corpus.statements)}

    def compose(self, evidence: Evidence, audience: Audience, parts: Sequence[Evidence] = ()) -> Selection:
        """Select what to state.

        Args:
            evidence: at least one candidate.
            audience: whose length limit holds.
            parts: evidence for each part of a question that asks several things; the best on each is stated.

        Returns:
            The fewest statements that answer, the lead first and the rest in reading order, with what research found
            on claims of benefit, and the conflicts that the leading statements are part of.
        """
        similarity = {one.statement.id: one.similarity for each in (*parts, evidence) for one in each.statements}
        near = _near(evidence.candidates)
        scored = self._scored(near, evidence)
        leads = dict.fromkeys(next(iter(self._scored(_near(part.candidates), part))) for part in parts)
        signs = self._warning_signs(near[0].section, evidence.query)
        if signs:
            chosen = self._whole(signs, scored, WHOLE_WORDS_MAX[audience])
        else:
            chosen = self._choose(_with_leads(scored, leads), WORDS_MAX[audience])
        enough = LEADING_SHARE_MIN * next(iter(scored.values()))
        leading = [statement for statement in chosen if scored.get(statement, 0.0) >= enough]
        oppositions = _within(self._oppositions(leading, chosen, similarity), WHOLE_WORDS_MAX[audience], _words)
        quoted = {fact for opposition in oppositions for side in opposition.sides for fact in side.facts}
        # A clinic's statement rests on no fact, so no conflict quotes it.
        besides = [statement for statement in chosen if not statement.facts or not quoted.issuperset(statement.facts)]
        found = self._counterpart(chosen, near, similarity)
        opposition_leads = chosen[0] not in besides
        room = WHOLE_WORDS_MAX[audience] - sum(map(_words, oppositions)) - sum(map(_length, found))
        besides = _within(besides, room, _length)
        first = max(1, sum(statement in leads for statement in besides))
        lead, rest = besides[:first], sorted(besides[first:], key=lambda statement: self._order[statement.id])
        return Selection(
            said=tuple(s for s in (*lead, *rest) if not found or s.voice not in _CHECKED),
            found=(*(s for s in (*lead, *rest) if found and s.voice in _CHECKED), *found),
            oppositions=tuple(oppositions),
            opposition_leads=opposition_leads,
            is_list=bool(signs),
        )

    def suggestions(self, evidence: Evidence, audience: Audience, stated: Iterable[str] = ()) -> tuple[str, ...]:
        """Questions near the query that the corpus answers.

        Args:
            evidence: what was found for the query.
            audience: whose questions they are.
            stated: ids of facts that were just stated; what they answer is not suggested.

        Returns:
            At most `SUGGESTIONS_MAX` asks, one a section, best section first.
        """
        told = set(stated)
        found = (_suggestion(candidate.asks, audience, told) for candidate in evidence.candidates)
        return tuple(ask for ask in found if ask)[:SUGGESTIONS_MAX]

    def _scored(self, near: Sequence[Candidate], evidence: Evidence) -> dict[Statement, float]:
        """Statements of the near sections, best first: by meaning, asks, words, section and subject."""
        query = evidence.query
        found = {one.statement.id: one for one in evidence.statements}
        wanted = self._build.index.rarities(query)
        subject = self._build.index.rarities(without_subject(query)) if _ASKS_WHAT_IT_IS.search(query) else {}
        scores = {
            statement: WEIGHTS["similarity"] * found[statement.id].similarity
            + WEIGHTS["told"] * found[statement.id].told
            + WEIGHTS["words"] * share(wanted, set(terms(statement.text)))
            + WEIGHTS["subject"] * share(subject, set(terms(" ".join(statement.text.split()[:SUBJECT_WORDS]))))
            + WEIGHTS["section"] * candidate.score
            for candidate in near
            for statement in candidate.section.statements
        }
        return dict(sorted(scores.items(), key=lambda pair: (-pair[1], pair[0].id)))

    def _warning_signs(self, section: Section, query: str) -> list[Statement]:
        """The signs of a section that lists them, if they are asked for: a part of such a list could hurt somebody."""
        if not _ASKS_FOR_SIGNS.search(query):
            return []
        listed = [s for s in section.statements if any(self._corpus.facts[f].kind == _SIGN for f in s.facts)]
        return listed if len(listed) >= SIGNS_SHARE_MIN * len(list(section.statements)) else []

    def _whole(self, listed: Sequence[Statement], scored: Mapping[Statement, float], words_max: int) -> list[Statement]:
        """A list, what fits the question best first and the rest in its own order, as much of it as may be read."""
        first = next(statement for statement in scored if statement in listed)
        return _within([first, *(statement for statement in listed if statement is not first)], words_max, _length)

    def _choose(self, scored: Mapping[Statement, float], words_max: int) -> list[Statement]:
        """The best statement, then others nearly as good that say something else, while they fit."""
        enough = STATEMENT_SHARE_MIN * next(iter(scored.values()))
        chosen: list[Statement] = []
        words = 0
        for statement, score in scored.items():
            length = _length(statement)
            fits = len(chosen) < STATEMENTS_MAX and words + length <= words_max and score >= enough
            if not chosen or (fits and not self._adds_nothing(statement, chosen)):
                chosen.append(statement)
                words += length
        return chosen

    def _adds_nothing(self, statement: Statement, chosen: Sequence[Statement]) -> bool:
        """Whether a statement rests on facts that are stated already, or is nearly in words that are."""
        # Rows of one table share facts and their headers' words and differ in what they say.
        if _is_row(statement):
            return False
        stated = {fact for other in chosen for fact in other.facts}
        if statement.facts and stated.issuperset(statement.facts):
            return True
        vectors = self._build.index.vectors(Kind.STATEMENT, [statement.id, *(other.id for other in chosen)])
        return bool((vectors[1:] @ vectors[0]).max() >= SAME_COSINE_MIN)

    def _counterpart(
        self, said: Sequence[Statement], near: Sequence[Candidate], similarity: Mapping[str, float]
    ) -> tuple[Statement, ...]:
        """What a study or an authority says on a claim of benefit, unless something strong is already said."""
        claims = [statement for statement in said if self._claims_benefit(statement)]
        if not claims or any(statement.strength in _STRONG for statement in said):
            return ()
        sections = [self._corpus.place_of_statement[statement.id].section for statement in claims]
        for section in dict.fromkeys((*sections, *(candidate.section for candidate in near))):
            checked = [s for s in section.statements if s.voice in _CHECKED and s not in said]
            if checked:
                return (
                    max(checked, key=lambda s: similarity.get(s.id, 0.0) + _STRONG_BONUS * (s.strength in _STRONG)),
                )
        return ()

    def _claims_benefit(self, statement: Statement) -> bool:
        facts = [self._corpus.facts[fact] for fact in statement.facts]
        return any(fact.kind == "claimed-benefit" or _CLAIM_NOTE in (fact.note or "") for fact in facts)

    def _oppositions(
        self, leading: Sequence[Statement], chosen: Sequence[Statement], similarity: Mapping[str, float]
    ) -> tuple[Opposition, ...]:
        """The conflicts that a leading statement opens and the question bears on, or that the answer walks into."""
        enough = CONFLICT_SHARE_MIN * max(similarity.values())
        found = []
        for conflict in self._conflicts_of(chosen):
            sides = self._sides(conflict, similarity)
            opened = conflict in self._conflicts_of(leading) and sum(similarity[s.id] >= enough for s in sides) >= 2
            walked_into = sum(any(set(side) & set(s.facts) for s in chosen) for side in conflict.sides) >= 2
            if (opened or walked_into) and len(set(sides)) == len(conflict.sides):
                found.append(Opposition(conflict, sides))
        return tuple(found)

    def _conflicts_of(self, statements: Sequence[Statement]) -> list[Conflict]:
        """The conflicts that statements are part of, in the statements' order."""
        facts = (fact for statement in statements for fact in statement.facts)
        return list(dict.fromkeys(c for fact in facts for c in self._corpus.conflicts_of_fact.get(fact, ())))

    def _sides(self, conflict: Conflict, similarity: Mapping[str, float]) -> tuple[Statement, ...]:
        """For each side the statement that fits the question best; a side that nothing states is left out."""
        stated = [
            {statement for fact in side for statement in self._corpus.statements_of_fact.get(fact, ())}
            for side in conflict.sides
        ]
        # A statement that rests on both sides speaks for neither, if there is another that does.
        shared = {s for number, side in enumerate(stated) for s in side if any(s in o for o in stated[number + 1 :])}
        return tuple(max(side - shared or side, key=lambda s: (similarity[s.id], s.id)) for side in stated if side)


def _words(opposition: Opposition) -> int:
    """How many words a shown conflict has."""
    conflict = opposition.conflict
    return sum(len(text.split()) for text in (conflict.about, conflict.comment, *(s.text for s in opposition.sides)))


def _length(statement: Statement) -> int:
    """How many words a statement has."""
    return len(statement.text.split())


def _within(found: Sequence[Stated], words_max: int, length: Callable[[Stated], int]) -> list[Stated]:
    """As many of what was found as fit, in its order, up to the first that does not."""
    lengths = accumulate(map(length, found))
    return [one for one, so_far in zip(found, lengths, strict=True) if so_far <= words_max]


def _suggestion(asks: Sequence[Ask], audience: Audience, told: set[str]) -> str | None:
    """The first of a section's asks that is well put, this audience's own, and answered by what was not yet told."""
    return next(
        (
            ask.text
            for ask in asks
            if ask.audience is audience
            and ask.text[:1].isupper()
            and ask.text.endswith("?")
            and not told.issuperset(ask.facts)
        ),
        None,
    )


def _with_leads(scored: Mapping[Statement, float], leads: Iterable[Statement]) -> dict[Statement, float]:
    """Scored statements with some in front, in their order, each as good as the best."""
    front = dict.fromkeys(leads, next(iter(scored.values())))
    return front | {statement: score for statement, score in scored.items() if statement not in front}


def _near(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The sections nearly as good as the best; what a clinic says of itself is not mixed with what others say."""
    best = candidates[0]
    near = [candidate for candidate in candidates if candidate.score >= best.score * SECTION_SHARE_MIN]
    return [candidate for candidate in near if candidate.is_of_clinic is best.is_of_clinic][:SECTIONS_MAX]


def _is_row(statement: Statement) -> bool:
    """Whether a statement is a table's row, which ends without a stop."""
    return not statement.text.endswith((".", "?", "!"))
