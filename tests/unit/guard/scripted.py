"""A guard whose rules and classifier hear single words, for tests of how they decide together."""

from pathlib import Path

from assistant.bootstrap import GUARD
from assistant.domain import Action, Conversation, Turn, Verdict
from assistant.guard.classifier import Classifier
from assistant.guard.conversation import ConversationPolicy
from assistant.guard.guard import Guard
from assistant.guard.kinds import KINDS, Kind
from assistant.guard.policy import Band, Policy
from assistant.guard.review import Reviewer
from assistant.guard.rules import Rulebook
from ingest.encoder import Encoder
from tests.fakes import ScriptedClassifier, WordEncoder

NOBODY = Conversation("con_test")
POLICY = Policy([Band(kinds=(kind,), maybe=0.5, surely=0.8) for kind in KINDS[:-1]], honest=0.95)
RULE = """
- {{id: {action}.test, action: {action}, source: design-4, why: a test, topic: {topic}, frame: {{word: [{word}]}},
   within: message, unless: [], yes: [a, b, c], no: [d, e, f]}}
"""


def guard_of(rulebook: Rulebook, classifier: Classifier | None = None, encoder: Encoder | None = None) -> Guard:
    """A guard; by default its classifier is of no opinion."""
    return Guard(
        rulebook=rulebook,
        classifier=classifier or unsure(),
        policy=POLICY,
        conversation=ConversationPolicy.read(GUARD / "conversation.yaml"),
        reviewer=Reviewer.read(GUARD / "review.yaml"),
        encoder=encoder or WordEncoder(),
        version="3.test",
    )


def unsure(**given: float) -> ScriptedClassifier:
    """A classifier with the given scores for the word `plain`, and no opinion on anything else."""
    return ScriptedClassifier({"plain": {Kind(kind): score for kind, score in given.items()}, "": {Kind.TODAY: 0.1}})


def after(asked: str, action: Action = Action.ANSWER, topic: str | None = None) -> Conversation:
    """A conversation of one turn."""
    return NOBODY.with_turn(Turn(asked, asked, Verdict(action, "r", "w", topic)))


def face_and_droop(folder: Path) -> Rulebook:
    """One rule of danger with two slots."""
    rule = RULE.format(action="emergency", topic="stroke", word="x")
    (folder / "rules.yaml").write_text(rule.replace("{word: [x]}", "{a: [face], b: [droops]}"), "utf-8")
    return Rulebook.read(folder)
