"""The guard as one part: rules, classifier and conversation decide together; review looks at every sentence shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.domain import DANGERS, Action, Conversation, Verdict
from assistant.errors import GuardError
from assistant.guard.classifier import Classifier, Scores
from assistant.guard.conversation import ConversationPolicy
from assistant.guard.kinds import RISKY, TODAY
from assistant.guard.languages import language_of
from assistant.guard.normalising import Message, read_message
from assistant.guard.pieces import rows
from assistant.guard.policy import Decision, Policy
from assistant.guard.review import Objection, Reviewer
from assistant.guard.rules import Match, Rulebook
from ingest.documents import Statement, Voice
from ingest.encoder import Encoder
from ingest.errors import EncoderError

# What several innocent turns may add up to.
_ADDS_UP = frozenset({Action.EMERGENCY, Action.CRISIS, Action.REFUSE_TREATMENT, Action.REFUSE_DIAGNOSIS})
# To somebody who says that help is there, and nothing else.
_RELIEF = Verdict(Action.SMALLTALK, "conversation.help_reached", "it says that help is there", "acknowledgement")


@dataclass(frozen=True, slots=True)
class Examination:
    """Everything that led to a verdict. It holds message text: for a developer's eyes, never for a log.

    `message` is what was read: without the words which say that help is there, once a danger was raised.
    `joined` is the rules that fired only on the last turns read together, `scores` is None where a danger rule had
    decided before any model was asked, `together` is the classifier's decision on the last turns read together,
    `policy` the version of the guard's data.
    """

    message: Message
    language: str
    matches: tuple[Match, ...]
    joined: tuple[Match, ...]
    scores: Scores | None
    decision: Decision | None
    together: Decision | None
    held: Verdict | None
    verdict: Verdict
    policy: str


class Guard:
    """Screens messages and reviews statements. Safe to call from several threads."""

    def __init__(
        self,
        *,
        rulebook: Rulebook,
        classifier: Classifier,
        policy: Policy,
        conversation: ConversationPolicy,
        reviewer: Reviewer,
        encoder: Encoder,
        version: str = "unversioned",
    ) -> None:
        """Join the parts.

        Args:
            rulebook: decides first; a danger that it finds needs no model.
            classifier: reads meaning and wording.
            policy: from which of the classifier's scores on it acts.
            conversation: what earlier turns mean.
            reviewer: looks at sentences before they are shown.
            encoder: what the classifier reads with; it may open when it is first used.
            version: of the data that all of this was read from.
        """
        self.version = version
        self._rulebook = rulebook
        self._classifier = classifier
        self._policy = policy
        self._conversation = conversation
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

        Raises:
            GuardError: a model cannot be opened or gives no sound numbers.
        """
        return self.examine(text, conversation).verdict

    def examine(self, text: str, conversation: Conversation) -> Examination:
        """Decide as `screen` does, and show the work.

        Args:
            text: the message, as written.
            conversation: the earlier turns, redacted.

        Returns:
            The verdict with everything that led to it.

        Raises:
            GuardError: as `screen` does.
        """
        rest = self._conversation.beside_help(conversation, text)
        message = read_message(text if rest is None else rest)
        matches = self._rulebook.matches(message)
        joined = self._in_pieces(text, conversation, matches)
        held = self._conversation.in_force(conversation, text)
        scores = decision = together = None
        if _has_words(message) and not any(match.rule.action in DANGERS for match in (*matches, *joined)):
            scores = self._scores(message)
            decision = self._policy.decide(scores)
            together = self._taken_together(text, conversation, decision)
        is_honest = self._policy.is_honest(scores)
        if held and not held.sure and is_honest:
            # What may have been none does not wall in who goes on with a plainly honest question.
            held = None
        counted = [match for match in (*matches, *joined) if _is_pressing(match) or not is_honest]
        verdicts = [_of_match(match) for match in counted]
        verdicts += [_of_decision(found) for found in (decision, together) if found]
        verdicts += [held] if held else []
        verdicts += [] if _has_words(message) else [_RELIEF]
        return Examination(
            message=message,
            language=language_of(text),
            matches=matches,
            joined=joined,
            scores=scores,
            decision=decision,
            together=together,
            held=held,
            verdict=_first(verdicts),
            policy=self.version,
        )

    def objections(self, statement: Statement) -> tuple[Objection, ...]:
        """Why a statement may not be shown; empty if it may."""
        # A clinic's own sentence rests on its file; every other one needs a fact.
        cited = bool(statement.facts) or statement.voice is Voice.CLINIC
        return self._reviewer.objections(statement.text, voice=statement.voice, cited=cited)

    def _in_pieces(self, text: str, conversation: Conversation, alone: Sequence[Match]) -> tuple[Match, ...]:
        """Dangers that show only when the last turns are read together with this message."""
        joined = self._conversation.joined(conversation, text)
        if joined is None:
            return ()
        known = {match.rule.id for match in alone}
        found = self._rulebook.matches(read_message(joined))
        return tuple(match for match in found if match.rule.action in DANGERS and match.rule.id not in known)

    def _scores(self, message: Message) -> Scores:
        texts = rows(message)
        try:
            self._classifier.require_encoder(self._encoder.identity)
            vectors = self._encoder.encode(texts)
        except EncoderError as error:
            raise GuardError(f"The guard's encoder cannot be opened: {error.problem}", fix=error.fix) from error
        return self._classifier.scores(texts, vectors)

    def _taken_together(self, text: str, conversation: Conversation, alone: Decision | None) -> Decision | None:
        """What the last innocent turns and this message add up to, if that is surely more than the message alone.

        Questions that are each innocent may lead to a diagnosis; a message that goes on about nobody's body does not.
        """
        joined = self._conversation.leading_up_to(conversation, text)
        if joined is None or (alone is not None and alone.kind in RISKY):
            return None
        found = self._policy.decide(self._scores(read_message(joined)))
        return found if found and found.sure and found.kind.action in _ADDS_UP else None


def _has_words(message: Message) -> bool:
    return any(sign.isalnum() for sign in message.text)


def _is_pressing(match: Match) -> bool:
    """Whether a rule counts whatever the classifier says: danger, and what a doctor should see today."""
    return match.rule.action in DANGERS or match.rule.topic == TODAY


def _of_match(match: Match) -> Verdict:
    return Verdict(match.rule.action, match.rule.id, match.rule.why, match.rule.topic)


def _of_decision(decision: Decision) -> Verdict:
    """What a decision of the classifier asks for."""
    kind, limit = decision.kind, decision.surely if decision.sure else decision.maybe
    reason = f"the classifier scores {decision.score:.2f}, at or above {limit:.2f}"
    if kind.action is Action.OFF_TOPIC:
        return Verdict(Action.ANSWER, f"classifier.{kind}", reason, doubt=kind.action)
    return Verdict(kind.action, f"classifier.{kind}", reason, kind.topic, sure=decision.sure)


def _first(verdicts: Sequence[Verdict]) -> Verdict:
    """The most urgent verdict, with every kind of danger that any of them found."""
    if not verdicts:
        return Verdict(Action.ANSWER, "guard.pass", "no rule and no score objects")
    first = min(verdicts, key=_urgency)
    found = frozenset().union(*({verdict.action} | verdict.also for verdict in verdicts))
    return replace(first, also=(found & DANGERS) - {first.action})


def _urgency(verdict: Verdict) -> tuple[float, bool]:
    """Smaller is more urgent: the action's precedence; what a doctor should see today comes before other refusals."""
    is_today = verdict.topic == TODAY
    return (Action.CRISIS.precedence + 0.5 if is_today else verdict.action.precedence), not verdict.sure
