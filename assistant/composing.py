"""Evidence to an answer in the corpus's own sentences: the fewest that answer, and what must stand beside them.

A claim of benefit never stands alone: what research or guidelines say follows it, where the corpus has it. Sources
that differ stand side by side. Between statements stand only the fixed lead-ins below, which state no fact.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from assistant.domain import Candidate, Evidence
from ingest.build import Build
from ingest.documents import Audience, Conflict, Statement, Voice
from ingest.index import Kind
from ingest.terms import terms

WORDS_MAX: Mapping[Audience, int] = {Audience.PATIENT: 80, Audience.STUDENT: 110, Audience.STAFF: 90}
STATEMENTS_MAX = 4
# A section nearly as good as the best may contribute; one clearly worse may not.
SECTION_SHARE_MIN = 0.90
STATEMENT_SHARE_MIN = 0.72
# Only statements this close to the best decide which conflicts are shown.
LEADING_SHARE_MIN = 0.95
SAME_COSINE_MIN = 0.86
WEIGHTS: Mapping[str, float] = {"similarity": 0.50, "words": 0.15, "section": 0.30, "first": 0.05}
SUGGESTIONS_MAX = 3

_CLAIMS = frozenset({"claimed-benefit"})
_CLAIM_NOTE = "the article cites no study"
_CHECKED = frozenset({Voice.RESEARCH, Voice.AUTHORITY})


class LeadIn(StrEnum):
    """Every line an answer may hold that is neither a statement nor a reply template. None states a fact."""

    RESEARCH = "What research and guidelines say:"
    CONFLICT = "Where sources differ:"
    GENERAL = "What the sources say in general:"


@dataclass(frozen=True, slots=True)
class Selection:
    """What an answer states: the answering statements, what was found on them, and the conflicts among them."""

    said: tuple[Statement, ...]
    found: tuple[Statement, ...] = ()
    conflicts: tuple[tuple[Conflict, tuple[Statement, ...]], ...] = ()
    sections: tuple[str, ...] = ()

    @property
    def statements(self) -> tuple[Statement, ...]:
        """All statements outside the conflicts, in the order in which they are shown."""
        return (*self.said, *self.found)


class Composer:
    """Selects statements from evidence of one build."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self._corpus = build.corpus

    def compose(self, evidence: Evidence, audience: Audience) -> Selection:
        """Select what to state.

        Args:
            evidence: at least one candidate.
            audience: whose length limit holds.

        Returns:
            The fewest statements that answer, in reading order, with their research and conflicts.
        """
        similarity = {one.statement.id: one.similarity for one in evidence.statements}
        near = self._near(evidence.candidates)
        scored = self._scored(near, similarity, evidence.query)
        chosen = self._choose(scored, WORDS_MAX[audience])
        leading = [statement for score, statement in scored if score >= scored[0][0] * LEADING_SHARE_MIN]
        conflicts = self._conflicts([s for s in chosen if s in leading], similarity)
        said = self._apart_from(conflicts, chosen, leading)
        found = self._counterpart(said, near, similarity)
        order = {id: position for position, id in enumerate(self._corpus.statements)}
        rank = {candidate.section.id: position for position, candidate in enumerate(near)}

        def reading_order(statement: Statement) -> tuple[int, int]:
            section = self._corpus.place_of_statement[statement.id].section.id
            return rank.get(section, len(rank)), order[statement.id]

        claims = sorted((s for s in said if s.voice not in _CHECKED or not found), key=reading_order)
        checked = sorted((s for s in (*said, *found) if s not in claims), key=reading_order)
        return Selection(tuple(claims), tuple(checked), conflicts, tuple(c.section.id for c in near))

    def suggestions(self, evidence: Evidence, audience: Audience, stated: Iterable[str] = ()) -> tuple[str, ...]:
        """Questions near the query that the corpus answers, one a section, none of a section already stated."""
        used = set(stated)
        found: list[str] = []
        for candidate in evidence.candidates:
            if candidate.section.id in used or len(found) == SUGGESTIONS_MAX:
                continue
            asks = [ask for ask in self._corpus.asks if ask.section == candidate.section.id]
            well_put = [ask for ask in asks if ask.text[:1].isupper() and ask.text.endswith("?")]
            own = [ask for ask in well_put if ask.audience is audience] or well_put
            if own:
                found.append(own[0].text)
        return tuple(found)

    def _near(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        best = candidates[0].score
        return [candidate for candidate in candidates if candidate.score >= best * SECTION_SHARE_MIN][:3]

    def _scored(
        self, near: Sequence[Candidate], similarity: Mapping[str, float], query: str
    ) -> list[tuple[float, Statement]]:
        """Statements of the near sections, best first: by meaning, words, section, and leading their section."""
        wanted = {term: self._build.index.rarity(term) for term in terms(query)}
        scored = [
            (
                WEIGHTS["similarity"] * similarity[statement.id]
                + WEIGHTS["words"] * _share(wanted, statement)
                + WEIGHTS["section"] * candidate.score
                + WEIGHTS["first"] * (position == 0),
                statement,
            )
            for candidate in near
            for position, statement in enumerate(candidate.section.statements)
        ]
        return sorted(scored, key=lambda pair: (-pair[0], pair[1].id))

    def _choose(self, scored: Sequence[tuple[float, Statement]], words_max: int) -> list[Statement]:
        """The best statement, then others nearly as good that say something else, while they fit."""
        chosen: list[Statement] = []
        words = 0
        for score, statement in scored:
            length = len(statement.text.split())
            if chosen and (
                len(chosen) == STATEMENTS_MAX
                or score < scored[0][0] * STATEMENT_SHARE_MIN
                or words + length > words_max
                or self._says_the_same(statement, chosen)
            ):
                continue
            chosen.append(statement)
            words += length
        return chosen

    def _apart_from(
        self,
        conflicts: Sequence[tuple[Conflict, tuple[Statement, ...]]],
        chosen: Sequence[Statement],
        leading: Sequence[Statement],
    ) -> list[Statement]:
        """What to say besides the conflicts: nothing that they quote, unless the lead would be lost to a side remark."""
        quoted = {fact for _, sides in conflicts for side in sides for fact in side.facts}
        besides = [statement for statement in chosen if not quoted.issuperset(statement.facts)]
        if conflicts and not any(statement in leading for statement in besides):
            return [chosen[0]]
        return besides or [chosen[0]]

    def _says_the_same(self, statement: Statement, chosen: Sequence[Statement]) -> bool:
        vectors = self._build.index.vectors(Kind.STATEMENT, [statement.id, *(other.id for other in chosen)])
        return bool((vectors[1:] @ vectors[0]).max() >= SAME_COSINE_MIN)

    def _counterpart(
        self, said: Sequence[Statement], near: Sequence[Candidate], similarity: Mapping[str, float]
    ) -> list[Statement]:
        """What research or an authority says on a claim of benefit, unless it is already among what is said."""
        if not any(self._claims_benefit(statement) for statement in said) or any(s.voice in _CHECKED for s in said):
            return []
        sections = [self._corpus.place_of_statement[s.id].section for s in said if self._claims_benefit(s)]
        sections += [candidate.section for candidate in near]
        for section in dict.fromkeys(sections):
            checked = [statement for statement in section.statements if statement.voice in _CHECKED]
            if checked:
                return [max(checked, key=lambda statement: similarity.get(statement.id, 0.0))]
        return []

    def _claims_benefit(self, statement: Statement) -> bool:
        facts = [self._corpus.facts[fact] for fact in statement.facts]
        return any(fact.kind in _CLAIMS or _CLAIM_NOTE in (fact.note or "") for fact in facts)

    def _conflicts(
        self, chosen: Sequence[Statement], similarity: Mapping[str, float]
    ) -> tuple[tuple[Conflict, tuple[Statement, ...]], ...]:
        """The conflicts that these statements are part of, each with one statement a side."""
        facts = {fact for statement in chosen for fact in statement.facts}
        shown = []
        for conflict in self._corpus.conflicts:
            if not any(facts & set(side) for side in conflict.sides):
                continue
            sides = [self._best_statement(side, similarity) for side in conflict.sides]
            present = tuple(statement for statement in sides if statement)
            if len(present) == len(sides) and len({s.id for s in present}) == len(present):
                shown.append((conflict, present))
        return tuple(shown)

    def _best_statement(self, facts: Sequence[str], similarity: Mapping[str, float]) -> Statement | None:
        """The statement on a side's facts that fits the question best."""
        statements = [s for fact in facts for s in self._corpus.statements_of_fact.get(fact, ())]
        return max(statements, key=lambda s: (similarity.get(s.id, 0.0), s.id), default=None)


def _share(wanted: Mapping[str, float], statement: Statement) -> float:
    """The share, by rarity, of the wanted terms that a statement holds."""
    total = sum(wanted.values())
    held = wanted.keys() & set(terms(statement.text))
    return sum(wanted[term] for term in held) / total if total else 0.0
