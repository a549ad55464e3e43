"""Coverage of facts: which are stated, which are left out for a reason, which are neither."""

from collections.abc import Callable, Iterable, Iterator

from ingest.documents import Corpus, Fact
from ingest.health.left_out import LeftOut
from ingest.report.figures import Figures


class Group(Figures):
    """How the facts of one topic, kind or voice fare."""

    name: str
    stated: int
    left_out: int
    missing: int

    @property
    def total(self) -> int:
        """All facts of the group."""
        return self.stated + self.left_out + self.missing


class Reason(Figures):
    """Why some facts are left out."""

    why: str
    facts: tuple[str, ...]


class Coverage(Figures):
    """Facts, all together and by group; groups with the most facts first."""

    all: Group
    by_kind: tuple[Group, ...]
    by_voice: tuple[Group, ...]
    by_topic: tuple[Group, ...]
    reasons: tuple[Reason, ...]
    missing: tuple[str, ...]

    @classmethod
    def of(cls, corpus: Corpus, left_out: LeftOut) -> "Coverage":
        """Count a corpus's facts.

        Args:
            corpus: whose statements rest on facts.
            left_out: the facts that are left out on purpose; one that is stated all the same counts as stated.
        """
        facts = tuple(corpus.facts.values())
        listed, stated = left_out.facts, corpus.statements_of_fact.keys()

        def group(name: str, some: Iterable[Fact]) -> Group:
            """How many facts of some are stated, left out and missing."""
            ids = {fact.id for fact in some}
            unstated = ids - stated
            return Group(
                name=name,
                stated=len(ids & stated),
                left_out=len(unstated & listed),
                missing=len(unstated - listed),
            )

        def groups(key: Callable[[Fact], str]) -> tuple[Group, ...]:
            """The facts by a key, the largest group first."""
            found = (group(name, (fact for fact in facts if key(fact) == name)) for name in {key(f) for f in facts})
            return tuple(sorted(found, key=lambda one: (-one.total, one.name)))

        return cls(
            all=group("all facts", facts),
            by_kind=groups(lambda fact: fact.kind),
            by_voice=groups(lambda fact: fact.voice.value),
            by_topic=groups(lambda fact: fact.topic),
            reasons=tuple(_reasons(left_out)),
            missing=tuple(fact.id for fact in facts if fact.id not in stated and fact.id not in listed),
        )

    @property
    def topics_with_gaps(self) -> tuple[Group, ...]:
        """Topics of which a fact is not stated."""
        return tuple(topic for topic in self.by_topic if topic.stated < topic.total)


def _reasons(left_out: LeftOut) -> Iterator[Reason]:
    """Reasons in the order of the list, each with all its facts."""
    for why in dict.fromkeys(entry.why for entry in left_out.entries):
        yield Reason(why=why, facts=tuple(entry.fact for entry in left_out.entries if entry.why == why))
