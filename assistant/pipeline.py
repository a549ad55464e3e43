"""One question to one answer: every branch is here, every step is a part that can be called alone.

screen → redact → rewrite → retrieve → decide coverage → compose → cite → review → record
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import structlog

from assistant.case import Case, Explanation
from assistant.composing import LeadIn
from assistant.domain import REFUSALS, Action, Answer, Conversation, Question, Receipt, Reply, Verdict
from assistant.drafting import Draft, draft
from assistant.errors import GuardError, QuestionError, SOTError, UnknownPassage
from assistant.finding import Finder, Found
from assistant.guard.audit import Audit
from assistant.guard.guard import Guard
from assistant.guard.replies import Replies
from assistant.receipts import Difference
from assistant.recording import Recorder
from assistant.redaction import Redactor
from assistant.timings import Timings
from assistant.workbench import Workbench, Workbenches
from ingest.build import current_build_id
from ingest.documents import Audience, Place, Statement
from ingest.errors import BuildError

CHARACTERS_MAX = 4000
# After a redirect, general statements are shown only if they surely fit.
GENERAL_CONFIDENCE_MIN = 0.75
# What the clinic's staff can tell.
PRACTICAL = "practical"

_log = structlog.get_logger()


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
        finder: Finder,
        recorder: Recorder,
        workbenches: Workbenches,
    ) -> None:
        self._home = home
        self._guard = guard
        self._audit = audit
        self._replies = replies
        self._redactor = redactor
        self._finder = finder
        self._recorder = recorder
        self._workbenches = workbenches

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
        timings = Timings()
        with timings.step("total"):
            self._validate(question)
            conversation = self._recorder.remembered(question.conversation_id)
            with timings.step("screen"):
                case = self._screened(question, conversation)
            made = self._made(case, timings)
        made = self._recorder.record(case, replace(made, answer=replace(made.answer, timings_ms=timings.ms)))
        verdict = made.answer.verdict
        _log.info("answered", id=case.id, action=verdict.action, rule=verdict.rule, ms=timings.ms)
        return made

    def replay(self, receipt: Receipt) -> Answer:
        """Make an answer again, from what its receipt names.

        Returns:
            The same answer, byte for byte, if code, guard and settings are the receipt's (`receipts.is_same`).

        Raises:
            BuildError: the build that the answer came from is gone or cannot be opened.
        """
        build = receipt.made_from["build"]
        case = self._case_of(receipt, receipt.screened, build, lambda: self._workbenches.of(build))
        answer = self._made(case, Timings()).answer
        return replace(answer, receipt=receipt.id, timings_ms=receipt.timings_ms)

    def compare(self, receipt: Receipt) -> Difference:
        """Answer a receipt's question as it would be answered now, and hold both against each other.

        The guard reads the redacted question now, since the message as it was written is not kept.

        Raises:
            GuardError, BuildError: as `ask` does.
        """
        verdict = self._guard.screen(receipt.question.text, receipt.conversation)
        case = self._case_of(receipt, verdict, self._current_build_id, self._workbenches.current)
        return self._recorder.compare(receipt, case, self._made(case, Timings()))

    @property
    def memory(self) -> Recorder:
        """What is remembered: conversations and receipts."""
        return self._recorder

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

    def _screened(self, question: Question, conversation: Conversation) -> Case:
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
        return Case(
            id=answer_id,
            question=replace(question, text=self._redactor.redact(question.text)),
            conversation=conversation,
            verdict=found.verdict,
            language=wanted if wanted in self._replies.books else found.language,
            build=self._current_build_id,
            bench=self._workbenches.current,
        )

    def _case_of(self, receipt: Receipt, verdict: Verdict, build: str, bench: Callable[[], Workbench]) -> Case:
        """The case of an earlier question."""
        return Case(receipt.answer_id, receipt.question, receipt.conversation, verdict, receipt.language, build, bench)

    @property
    def _current_build_id(self) -> str:
        return current_build_id(self._home) or "none"

    def _made(self, case: Case, timings: Timings) -> Explanation:
        """The answer to a screened question, and what led to it."""
        found = None
        if case.needs_the_corpus:
            found = self._finder.find(case.question, case.conversation, case.verdict, case.bench(), timings)
        return Explanation(self._answer(case, found, timings), case.verdict, found)

    def _answer(self, case: Case, found: Found | None, timings: Timings) -> Answer:
        if found is None:
            return self._finished(case, self._reply(case), build=case.build)
        return self._redirect(case, found) if case.verdict.action in REFUSALS else self._informed(case, found, timings)

    def _redirect(self, case: Case, found: Found) -> Answer:
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

    def _informed(self, case: Case, found: Found, timings: Timings) -> Answer:
        """What the corpus says, or that it does not say."""
        with timings.step("compose"):
            stated = self._draft(case.question, found) if found.coverage.covered else None
        told = [fact for sentence in stated.statements for fact in sentence.facts] if stated else []
        if stated:
            verdict = Verdict(Action.ANSWER, found.coverage.rule, "the corpus answers")
        else:
            off_topic = found.coverage.rule == "coverage.off_topic"
            action = Action.OFF_TOPIC if off_topic else Action.NOT_COVERED
            topic = PRACTICAL if found.coverage.rule == "coverage.practical" else None
            verdict = Verdict(action, found.coverage.rule, "the corpus does not answer", topic)
        decided = replace(case, verdict=verdict)
        return self._finished(
            decided,
            self._reply(decided),
            stated,
            build=found.workbench.build.id,
            suggestions=found.workbench.composer.suggestions(found.evidence, case.question.audience, told),
            about=found.query.about,
        )

    def _draft(self, question: Question, found: Found, opening: LeadIn | None = None) -> Draft | None:
        """The stated part, or None if nothing sound can be stated."""
        corpus = found.workbench.build.corpus

        def is_sound(statement: Statement) -> bool:
            """Whether the review lets a statement pass."""
            return not self._guard.objections(statement)

        selection = found.workbench.composer.compose(found.evidence, question.audience, found.parts)
        written = draft(selection, corpus, is_sound, opening, LeadIn.PARTLY if found.is_partial else None)
        return written if written and written.is_sound(corpus) else None

    def _reply(self, case: Case) -> Reply:
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
        case: Case,
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
