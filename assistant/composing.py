"""Evidence to an answer in the corpus's own sentences: the fewest that answer, and what must stand beside them.

A claim of benefit never stands alone: what research or guidelines say follows it, where the corpus has it. Sources
that differ stand side by side. Between statements stand only the fixed lead-ins below, which state no fact.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.domain import Candidate, Evidence
from assistant.retrieval import without_subject
from ingest.build import Build
from ingest.documents import Audience, Conflict, Statement, Voice
from ingest.index import Kind, share
from ingest.terms import terms

WORDS_MAX: Mapping[Audience, int] = {Audience.PATIENT: 80, Audience.STUDENT: 110, Audience.STAFF: 90}
STATEMENTS_MAX = 4
SUBJECT_WORDS = 5
SUGGESTIONS_MAX = 3
# `best` goes to the best section's statements, `opening` to its first sentence if people ask for the section in such
# words: sections open with what they are about. `subject` goes to sentences that begin with what a
# question such as "what is ...?" asks for.
WEIGHTS: Mapping[str, float] = {
    "similarity": 0.50,
    "words": 0.15,
    "section": 0.40,
    "best": 0.02,
    "opening": 0.07,
    "subject": 0.15,
}

# A section nearly as good as the best may contribute; one clearly worse may not.
SECTION_SHARE_MIN = 0.90
SECTIONS_MAX = 3
STATEMENT_SHARE_MIN = 0.72
# Where an ask is this close, its section as a whole answers, whatever the words of its sentences.
ASKED_FOR_MIN = 0.75
ASKED_FOR_SHARE_MIN = 0.50
SAME_COSINE_MIN = 0.86

# Statements this close to the best open a conflict, if two of its sides bear on the question this much.
LEADING_SHARE_MIN = 0.90
CONFLICT_SHARE_MIN = 0.70

_ASKS_WHAT_IT_IS = re.compile(
    r"^\W*(?:(?:hi|hello|ok|and|so|please|(?:can|could) you)\W+)*"
    r"(?:what|whats|who|whos|define|explain|describe|tell me (?:about|what)|meaning of)\b",
    re.I,
)
_CHECKED = frozenset({Voice.RESEARCH, Voice.AUTHORITY})
_STRONG = frozenset({"systematic-review", "rct", "guideline", "authority", "law"})
_STRONG_BONUS = 0.15
_CLAIM_NOTE = "the article cites no study"


class LeadIn(StrEnum):
    """Every line an answer may hold that is neither a statement nor a reply template. None states a fact."""

    RESEARCH = "What research and guidelines say:"
    CONFLICT = "Where sources differ:"
    GENERAL = "What the sources say in general:"


@dataclass(frozen=True, slots=True)
class Opposition:
    """A conflict with one statement a side."""

    conflict: Conflict
    sides: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """What an answer states. `oppositions` come first if the lead is part of one, else last."""

    said: tuple[Statement, ...]
    found: tuple[Statement, ...] = ()
    oppositions: tuple[Opposition, ...] = ()
    opposition_leads: bool = False


class Composer:
    """Selects statements from evidence of one build."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self._corpus = build.corpus
        self._order = {id: position for position, id in enumerate(build.corpus.statements)}

    def compose(self, evidence: Evidence, audience: Audience) -> Selection:
        """Select what to state.

        Args:
            evidence: at least one candidate.
            audience: whose length limit holds.

        Returns:
            The fewest statements that answer, the lead first and the rest in reading order, with what research found
            on claims of benefit, and the conflicts that the leading statements are part of.
        """
        similarity = {one.statement.id: one.similarity for one in evidence.statements}
        near = _near(evidence.candidates)
        scored = self._scored(near, similarity, evidence.query)
        chosen = self._choose(scored, near, WORDS_MAX[audience])
        leading = [statement for statement in chosen if scored[statement] >= LEADING_SHARE_MIN * scored[chosen[0]]]
        oppositions = self._oppositions(leading, chosen, similarity)
        quoted = {fact for opposition in oppositions for side in opposition.sides for fact in side.facts}
        # A clinic's statement rests on no fact, so no conflict quotes it.
        besides = [statement for statement in chosen if not statement.facts or not quoted.issuperset(statement.facts)]
        found = self._counterpart(chosen, near, similarity)
        lead, rest = besides[:1], sorted(besides[1:], key=lambda statement: self._order[statement.id])
        return Selection(
            said=tuple(s for s in (*lead, *rest) if not found or s.voice not in _CHECKED),
            found=(*(s for s in (*lead, *rest) if found and s.voice in _CHECKED), *found),
            oppositions=oppositions,
            opposition_leads=chosen[0] not in besides,
        )

    def suggestions(self, evidence: Evidence, audience: Audience, stated: Iterable[str] = ()) -> tuple[str, ...]:
        """Questions near the query that the corpus answers.

        Args:
            evidence: what was found for the query.
            audience: whose questions are preferred.
            stated: ids of sections that were just stated from; they are left out.

        Returns:
            At most `SUGGESTIONS_MAX` asks, one a section, best section first.
        """
        used = set(stated)
        found = (self._suggestion(c.section.id, audience) for c in evidence.candidates if c.section.id not in used)
        return tuple(ask for ask in found if ask)[:SUGGESTIONS_MAX]

    def _suggestion(self, section: str, audience: Audience) -> str | None:
        """A section's first well-put ask, of this audience if there is one."""
        asks = self._corpus.asks_of_section.get(section, ())
        well_put = [ask for ask in asks if ask.text[:1].isupper() and ask.text.endswith("?")]
        own = [ask for ask in well_put if ask.audience is audience]
        return next((ask.text for ask in (*own, *well_put)), None)

    def _scored(self, near: Sequence[Candidate], similarity: Mapping[str, float], query: str) -> dict[Statement, float]:
        """Statements of the near sections, best first: by meaning, words, section and subject."""
        wanted = self._build.index.rarities(query)
        subject = self._build.index.rarities(without_subject(query)) if _ASKS_WHAT_IT_IS.search(query) else {}
        scores = {
            statement: WEIGHTS["similarity"] * similarity[statement.id]
            + WEIGHTS["words"] * share(wanted, set(terms(statement.text)))
            + WEIGHTS["subject"] * share(subject, set(terms(" ".join(statement.text.split()[:SUBJECT_WORDS]))))
            + WEIGHTS["section"] * candidate.score
            + WEIGHTS["best"] * (candidate is near[0])
            + WEIGHTS["opening"] * (candidate is near[0] and position == 0 and _is_asked_for(candidate))
            for candidate in near
            for position, statement in enumerate(candidate.section.statements)
        }
        return dict(sorted(scores.items(), key=lambda pair: (-pair[1], pair[0].id)))

    def _choose(self, scored: Mapping[Statement, float], near: Sequence[Candidate], words_max: int) -> list[Statement]:
        """The best statement, then others good enough that say something else, while they fit."""
        best = next(iter(scored.values()))
        asked_for = set(near[0].section.statements) if _is_asked_for(near[0]) else set()
        chosen: list[Statement] = []
        words = 0
        for statement, score in scored.items():
            share_min = ASKED_FOR_SHARE_MIN if statement in asked_for else STATEMENT_SHARE_MIN
            length = len(statement.text.split())
            fits = len(chosen) < STATEMENTS_MAX and words + length <= words_max and score >= best * share_min
            if not chosen or (fits and not self._says_the_same(statement, chosen)):
                chosen.append(statement)
                words += length
        return chosen

    def _says_the_same(self, statement: Statement, chosen: Sequence[Statement]) -> bool:
        # Rows of one table share their headers' words and differ in what they say.
        if _is_row(statement):
            return False
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
        stated = (
            [statement for fact in side for statement in self._corpus.statements_of_fact.get(fact, ())]
            for side in conflict.sides
        )
        return tuple(max(side, key=lambda s: (similarity[s.id], s.id)) for side in stated if side)


def _near(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The sections nearly as good as the best; what a clinic says of itself is not mixed with what others say."""
    best = candidates[0]
    near = [candidate for candidate in candidates if candidate.score >= best.score * SECTION_SHARE_MIN]
    return [candidate for candidate in near if candidate.is_of_clinic is best.is_of_clinic][:SECTIONS_MAX]


def _is_row(statement: Statement) -> bool:
    """Whether a statement is a table's row, which ends without a stop."""
    return not statement.text.endswith((".", "?", "!"))


def _is_asked_for(candidate: Candidate) -> bool:
    return candidate.features["ask"] >= ASKED_FOR_MIN
