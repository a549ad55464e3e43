"""One question to one answer: every branch is here, every step is a part that can be called alone.

screen → redact → rewrite → retrieve → decide coverage → compose → cite → review → record
"""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import structlog

from assistant.composing import LeadIn
from assistant.coverage import Coverage, CoverageJudge
from assistant.domain import (
    Action,
    Answer,
    Conversation,
    Evidence,
    Question,
    Receipt,
    Reply,
    Turn,
    Verdict,
)
from assistant.drafting import Draft, draft
from assistant.errors import GuardError, QuestionError, SOTError, StoreError, UnknownConversation, UnknownPassage
from assistant.guard.audit import Audit
from assistant.guard.guard import Guard
from assistant.guard.kinds import TODAY
from assistant.guard.replies import Replies
from assistant.receipts import Difference, compare, write_receipt
from assistant.redaction import Redactor
from assistant.rewriting import Query
from assistant.store import Store
from assistant.workbench import Workbench, Workbenches
from ingest.build import current_build_id
from ingest.documents import Audience, Place, Statement
from ingest.errors import BuildError

CHARACTERS_MAX = 4000
# After a redirect, general statements are shown only if they surely fit.
GENERAL_CONFIDENCE_MIN = 0.75
_REPLY_ONLY = frozenset({Action.EMERGENCY, Action.CRISIS, Action.SMALLTALK, Action.OFF_TOPIC})
_REDIRECTS = frozenset({Action.REFUSE_INJECTION, Action.REFUSE_TREATMENT, Action.REFUSE_DIAGNOSIS})

_log = structlog.get_logger()


@dataclass(slots=True)
class _Timings:
    """Milliseconds by step."""

    ms: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what is done within, under a name."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.ms[name] = round((time.perf_counter() - started) * 1000, 3)


@dataclass(frozen=True, slots=True)
class _Case:
    """A redacted question in its conversation, the id of its answer, the guard's verdict, the language it is in.

    `build` is the id of the build that serves it, and `bench` opens that build when something is looked up.
    """

    id: str
    question: Question
    conversation: Conversation
    verdict: Verdict
    language: str
    build: str
    bench: Callable[[], Workbench]

    @property
    def needs_the_corpus(self) -> bool:
        """Whether more than the reply may be said. What a doctor should see today, and a plain attack, get no more."""
        verdict = self.verdict
        if verdict.action is Action.REFUSE_INJECTION and verdict.sure:
            return False
        return verdict.action not in _REPLY_ONLY and verdict.topic != TODAY


@dataclass(frozen=True, slots=True)
class Found:
    """What retrieval gave for a message: how it was read, what was found in which build, and whether that answers."""

    workbench: Workbench
    query: Query
    evidence: Evidence
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class Explanation:
    """An answer with the work behind it. `found` is None where nothing was looked up (an emergency, small talk)."""

    answer: Answer
    screened: Verdict
    found: Found | None


class Assistant:
    """Answers questions. Safe to call from several threads."""

    def __init__(
        self,
        *,
        home: Path,
        guard: Guard,
        audit: Audit,
        replies: Replies,
        redactor: Redactor,
        judge: CoverageJudge,
        store: Store,
        workbenches: Workbenches,
        versions: Mapping[str, str],
    ) -> None:
        """Take the parts; `versions` names what else answers depend on (code, guard, settings), for receipts."""
        self._home = home
        self._guard = guard
        self._audit = audit
        self._replies = replies
        self._redactor = redactor
        self._judge = judge
        self._store = store
        self._workbenches = workbenches
        self._versions = versions

    def ask(self, question: Question) -> Answer:
        """Answer one question.

        Args:
            question: the message as written, with its audience, region and conversation.

        Returns:
            The answer. A refusal is an answer too, with its verdict; an emergency or crisis is answered even if
            there is no build.

        Raises:
            QuestionError: the question cannot be asked as it stands.
            GuardError: the guard failed; nothing was answered.
            BuildError: there is no build that can serve.
        """
        return self.explain(question).answer

    def explain(self, question: Question) -> Explanation:
        """Answer one question as `ask` does, and show the work: the guard's verdict, the candidates, the coverage.

        Args:
            question: the message as written, with its audience, region and conversation.

        Returns:
            The answer and what led to it. Nothing in it holds the message as written, only its redacted form.

        Raises:
            QuestionError, GuardError, BuildError: as `ask` does.
        """
        timings = _Timings()
        with timings.step("total"):
            self._validate(question)
            conversation = self._remembered(question.conversation_id)
            with timings.step("screen"):
                case = self._screened(question, conversation)
            made = self._made(case, timings)
        answer = self._recorded(case, replace(made, answer=replace(made.answer, timings_ms=timings.ms)))
        _log.info("answered", id=answer.id, action=answer.verdict.action, rule=answer.verdict.rule, ms=timings.ms)
        return replace(made, answer=answer)

    def replay(self, receipt: Receipt) -> Answer:
        """Make an answer again, from what its receipt names.

        Returns:
            The same answer, byte for byte, if code, guard and settings are the receipt's (`receipts.is_same`).

        Raises:
            BuildError: the build that the answer came from is gone or cannot be opened.
        """
        build = receipt.made_from["build"]
        case = self._case_of(receipt, receipt.screened, build, lambda: self._workbenches.of(build))
        answer = self._made(case, _Timings()).answer
        return replace(answer, receipt=receipt.id, timings_ms=receipt.timings_ms)

    def compare(self, receipt: Receipt) -> Difference:
        """Answer a receipt's question as it would be answered now, and hold both against each other.

        The guard reads the redacted question now, since the message as it was written is not kept.

        Raises:
            GuardError, BuildError: as `ask` does.
        """
        verdict = self._guard.screen(receipt.question.text, receipt.conversation)
        case = self._case_of(receipt, verdict, self._current_build_id, self._workbenches.current)
        made = self._made(case, _Timings())
        return compare(
            receipt,
            made.answer,
            screened=verdict,
            made_from=self._made_from(case, made.found),
            evidence=made.found.evidence if made.found else None,
            confidence=made.found.coverage.confidence if made.found else None,
        )

    def receipt(self, id: str) -> Receipt:
        """The receipt with this id, or of the answer with this id.

        Raises:
            UnknownReceipt: there is none (any more).
            StoreError: the database cannot be read.
        """
        return self._store.receipt(id)

    def conversation(self, id: str) -> Conversation:
        """A conversation with its last turns, as it is remembered: redacted.

        Raises:
            UnknownConversation: there is none (any more).
            StoreError: the database cannot be read.
        """
        found = self._store.conversation(id)
        if found.id != id:
            raise _no_conversation()
        return found

    def forget(self, conversation_id: str) -> None:
        """Delete a conversation with its turns and receipts.

        Raises:
            UnknownConversation: there is none (any more).
            StoreError: the database cannot be written.
        """
        if not self._store.delete(conversation_id):
            raise _no_conversation()

    def place(self, passage_id: str) -> Place:
        """Where a passage stands, with its text.

        Raises:
            UnknownPassage: the current build has no passage with this id.
        """
        found = self._workbenches.current().build.corpus.places.get(passage_id)
        if found is None:
            raise UnknownPassage(
                f"No passage has the id {passage_id[:80]!r}.",
                fix="Take the id from an answer's citations; ids change when the corpus does.",
            )
        return found

    def warm_up(self) -> None:
        """Use each part once, the build if there is one: the first person should not wait for a model to open.

        Raises:
            GuardError: the guard's model cannot be opened.
        """
        self._guard.screen("warming up", Conversation("con_none"))
        with suppress(BuildError):
            workbench = self._workbenches.current()
            # A word that no dictionary holds makes the rewriter load its own.
            query = workbench.rewriter.rewrite("warming upp", Conversation("con_none"))
            workbench.retriever.find(query.text, Audience.PATIENT)

    @property
    def workbench(self) -> Workbench:
        """The current build and the parts that read it."""
        return self._workbenches.current()

    @property
    def regions(self) -> frozenset[str]:
        """The regions whose emergency numbers are known."""
        return self._replies.contacts.regions()

    def _validate(self, question: Question) -> None:
        text = question.text
        if not text.strip():
            raise QuestionError("The question is empty.", fix="Write a question of 1 to 4,000 characters.")
        if len(text) > CHARACTERS_MAX:
            raise QuestionError(
                f"The question has {len(text):,} characters, {CHARACTERS_MAX:,} at most are read.",
                fix="Shorten it to the part that matters.",
            )
        if not any(character.isalnum() for character in text):
            raise QuestionError(
                "The question holds no words.", fix="Write it in words; in an emergency call your emergency number."
            )
        if question.region not in self.regions:
            raise QuestionError(
                f"The region {question.region[:10]!r} is not known.",
                fix=f"Use one of: {', '.join(sorted(self.regions))}.",
                field="region",
            )

    def _screened(self, question: Question, conversation: Conversation) -> _Case:
        """The case with the guard's verdict. Whatever goes wrong in it, nothing is answered."""
        try:
            found = self._guard.examine(question.text, conversation)
        except SOTError:
            raise
        except Exception as error:
            raise GuardError("The guard failed on this message.", fix="Report it; nothing was answered.") from error
        answer_id = f"ans_{secrets.token_urlsafe(12)}"
        self._audit.record(answer_id, found)
        wanted = (question.language or "")[:2].casefold()
        return _Case(
            id=answer_id,
            question=replace(question, text=self._redactor.redact(question.text)),
            conversation=conversation,
            verdict=found.verdict,
            language=wanted if wanted in self._replies.books else found.language,
            build=self._current_build_id,
            bench=self._workbenches.current,
        )

    def _case_of(self, receipt: Receipt, verdict: Verdict, build: str, bench: Callable[[], Workbench]) -> _Case:
        """The case of an earlier question."""
        return _Case(receipt.answer_id, receipt.question, receipt.conversation, verdict, receipt.language, build, bench)

    @property
    def _current_build_id(self) -> str:
        return current_build_id(self._home) or "none"

    def _remembered(self, conversation_id: str | None) -> Conversation:
        """The conversation; a new one if what was said cannot be read: nobody goes without an answer for that."""
        try:
            return self._store.conversation(conversation_id)
        except StoreError as error:
            _log.error("conversation not read", problem=error.problem)
            return Conversation(f"con_{secrets.token_urlsafe(16)}")

    def _recorded(self, case: _Case, made: Explanation) -> Answer:
        """The answer with its receipt; without one if that could not be kept."""
        found = made.found
        answer, receipt = write_receipt(
            made.answer,
            question=case.question,
            conversation=case.conversation,
            screened=made.screened,
            language=case.language,
            made_from=self._made_from(case, found),
            evidence=found.evidence if found else None,
            confidence=found.coverage.confidence if found else None,
        )
        try:
            self._store.add(case.conversation, _turn(case, answer, found), receipt)
        except StoreError as error:
            _log.error("answer not recorded", id=answer.id, problem=error.problem)
            return made.answer
        return answer

    def _made_from(self, case: _Case, found: Found | None) -> dict[str, str]:
        """What an answer depends on, by name."""
        corpus = {"corpus": found.workbench.build.corpus_sha256} if found else {}
        return {"build": found.workbench.build.id if found else case.build, **corpus, **self._versions}

    def _made(self, case: _Case, timings: _Timings) -> Explanation:
        """The answer to a screened question, and what led to it."""
        found = self._look_up(case, timings) if case.needs_the_corpus else None
        return Explanation(self._answer(case, found, timings), case.verdict, found)

    def _look_up(self, case: _Case, timings: _Timings) -> Found:
        """What the corpus holds on a message."""
        workbench = case.bench()
        with timings.step("rewrite"):
            query = workbench.rewriter.rewrite(case.question.text, case.conversation)
        with timings.step("retrieve"):
            evidence = workbench.retriever.find(query.text, case.question.audience)
        coverage = self._judge.decide(evidence, workbench.build, doubted=case.verdict.doubt is Action.OFF_TOPIC)
        return Found(workbench, query, evidence, coverage)

    def _answer(self, case: _Case, found: Found | None, timings: _Timings) -> Answer:
        if found is None:
            return self._finished(case, self._reply(case), build=case.build)
        return (
            self._redirect(case, found) if case.verdict.action in _REDIRECTS else self._informed(case, found, timings)
        )

    def _redirect(self, case: _Case, found: Found) -> Answer:
        """The redirect first; behind it what the sources say in general, if they cover it: surely, where it is sure."""
        general = None
        if found.coverage.covered and (found.coverage.confidence >= GENERAL_CONFIDENCE_MIN or not case.verdict.sure):
            general = self._draft(case.question, found, LeadIn.GENERAL)
        return self._finished(
            case,
            self._reply(case),
            general,
            build=found.workbench.build.id,
            suggestions=found.workbench.composer.suggestions(found.evidence, case.question.audience),
        )

    def _informed(self, case: _Case, found: Found, timings: _Timings) -> Answer:
        """What the corpus says, or that it does not say."""
        with timings.step("compose"):
            stated = self._draft(case.question, found) if found.coverage.covered else None
        used = [found.evidence.candidates[0].section.id] if stated else []
        if stated:
            verdict = Verdict(Action.ANSWER, found.coverage.rule, "the corpus answers")
        else:
            off_topic = found.coverage.rule == "coverage.off_topic"
            action = Action.OFF_TOPIC if off_topic else Action.NOT_COVERED
            verdict = Verdict(action, found.coverage.rule, "the corpus does not answer")
        decided = replace(case, verdict=verdict)
        return self._finished(
            decided,
            self._reply(decided),
            stated,
            build=found.workbench.build.id,
            suggestions=found.workbench.composer.suggestions(found.evidence, case.question.audience, used),
            about=found.query.about,
        )

    def _draft(self, question: Question, found: Found, opening: LeadIn | None = None) -> Draft | None:
        """The stated part, or None if nothing sound can be stated."""
        corpus = found.workbench.build.corpus

        def is_sound(statement: Statement) -> bool:
            """Whether the review lets a statement pass."""
            return not self._guard.objections(statement)

        selection = found.workbench.composer.compose(found.evidence, question.audience)
        written = draft(selection, corpus, is_sound, opening)
        return written if written and written.is_sound(corpus) else None

    def _reply(self, case: _Case) -> Reply:
        verdict = case.verdict
        last = case.conversation.turns[-1].verdict if case.conversation.turns else None
        repeated = last is not None and (last.action, last.topic) == (verdict.action, verdict.topic)
        return self._replies.reply(
            verdict,
            audience=case.question.audience,
            region=case.question.region,
            language=case.language,
            repeated=repeated and verdict.action is not Action.ANSWER,
        )

    def _finished(
        self,
        case: _Case,
        reply: Reply,
        stated: Draft | None = None,
        *,
        build: str,
        suggestions: tuple[str, ...] = (),
        about: str | None = None,
    ) -> Answer:
        offered = (reply.offer,) if reply.offer else ()
        return Answer(
            id=case.id,
            conversation_id=case.conversation.id,
            language=self._replies.language(case.language),
            verdict=case.verdict,
            text="\n\n".join(part for part in (reply.text, stated.text if stated else "") if part),
            build=build,
            about=about,
            statements=stated.statements if stated else (),
            citations=stated.citations if stated else (),
            conflicts=stated.conflicts if stated else (),
            contacts=reply.contacts,
            suggestions=tuple(dict.fromkeys((*offered, *suggestions))),
        )


def _turn(case: _Case, answer: Answer, found: Found | None) -> Turn:
    """What is remembered of an exchange: redacted text, how it was read, what answered it."""
    asked = case.question.text
    if found is None:
        return Turn(asked, asked, answer.verdict)
    stated = answer.statements or answer.conflicts
    sections = [candidate.section.id for candidate in found.evidence.candidates[:3]] if stated else []
    return Turn(asked, found.query.text, answer.verdict, tuple(sections))


def _no_conversation() -> UnknownConversation:
    return UnknownConversation(
        "There is no such conversation.", fix="Take the id from an answer; it may have been deleted, or be too old."
    )
