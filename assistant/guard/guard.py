"""The guard as one part: rules, classifier and conversation decide together; review looks at every sentence shown."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from assistant.domain import DANGERS, Action, Conversation, Verdict
from assistant.guard.classifier import Classifier
from assistant.guard.conversation import ConversationPolicy
from assistant.guard.general import GeneralQuestions
from assistant.guard.normalising import Message, read_message
from assistant.guard.review import Objection, Reviewer
from assistant.guard.rules import Rulebook
from ingest.documents import Statement, Voice
from ingest.encoder import Encoder

PIECES_MAX = 100
# People in distress write without full stops; the encoder reads the beginning of a long run and no more.
WINDOW_WORDS = 40
_PERSONAL = frozenset({Action.REFUSE_TREATMENT, Action.REFUSE_DIAGNOSIS})


class Guard:
    """Screens messages and reviews statements."""

    def __init__(
        self,
        *,
        rulebook: Rulebook,
        classifier: Classifier,
        general: GeneralQuestions,
        policy: ConversationPolicy,
        reviewer: Reviewer,
        encoder: Encoder,
    ) -> None:
        self._rulebook = rulebook
        self._classifier = classifier
        self._general = general
        self._policy = policy
        self._reviewer = reviewer
        self._encoder = encoder

    def screen(self, text: str, conversation: Conversation) -> Verdict:
        """Decide what to do with a message.

        Args:
            text: the message, as written. It is read here and nowhere after.
            conversation: the earlier turns, redacted.

        Returns:
            The most urgent verdict of rules, classifier and conversation; `answer` under the rule `guard.pass` if
            none objects. If only the classifier finds it off topic, that is a doubt: what the corpus holds knows
            better. `reason` never holds message text.
        """
        message = read_message(text)
        verdicts = [
            *self._by_rules(message),
            *self._in_pieces(text, conversation),
            *self._by_classifier(message),
        ]
        if held := self._policy.in_force(conversation, text):
            verdicts.append(held)
        if not verdicts:
            return Verdict(Action.ANSWER, "guard.pass", "no rule and no score objects")
        first = min(verdicts, key=lambda verdict: verdict.action.precedence)
        dangers = frozenset(verdict.action for verdict in verdicts) & DANGERS
        return replace(first, also=dangers - {first.action})

    def objections(self, statement: Statement) -> tuple[Objection, ...]:
        """Why a statement may not be shown; empty if it may."""
        # A clinic's own sentence rests on its file; every other one needs a fact.
        cited = bool(statement.facts) or statement.voice is Voice.CLINIC
        return self._reviewer.objections(statement.text, voice=statement.voice, cited=cited)

    def _by_rules(self, message: Message) -> list[Verdict]:
        return [
            Verdict(match.rule.action, match.rule.id, match.rule.why, match.rule.topic)
            for match in self._rulebook.matches(message)
        ]

    def _in_pieces(self, text: str, conversation: Conversation) -> list[Verdict]:
        """Dangers that show only when the last turns are read together with this message."""
        joined = self._policy.joined(conversation, text)
        if joined is None:
            return []
        return [verdict for verdict in self._by_rules(read_message(joined)) if verdict.action in DANGERS]

    def _by_classifier(self, message: Message) -> list[Verdict]:
        """What the trained head says over the whole message and its sentences, so that nothing hides in a long text.

        That a question is personal, it may not say of one with nobody in it; that one is off topic, is only its doubt.
        """
        pieces = (piece for sentence in message.sentences for piece in _windows(sentence))
        texts = list(dict.fromkeys((message.raw, *islice(dict.fromkeys(pieces), PIECES_MAX))))
        scores = self._classifier.scores(self._encoder.encode(texts))
        decision = self._classifier.decide(scores)
        if decision is None or (decision.action in _PERSONAL and self._general.holds(message)):
            return []
        if decision.action is Action.OFF_TOPIC:
            return [Verdict(Action.ANSWER, decision.rule, decision.reason, doubt=decision.action)]
        return [Verdict(decision.action, decision.rule, decision.reason)]


def _windows(sentence: str) -> Iterator[str]:
    """A sentence; a long one as overlapping runs of words."""
    words = sentence.split()
    starts = range(0, max(1, len(words) - WINDOW_WORDS // 2), WINDOW_WORDS // 2)
    yield from (" ".join(words[start : start + WINDOW_WORDS]) for start in starts)
