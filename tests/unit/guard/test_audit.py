"""The audit: ids, scores and thresholds of every decision, no word of any message, and never a reason to stop."""

import json
import logging
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

import assistant.guard.audit
from assistant.bootstrap import GUARD
from assistant.domain import Action, Conversation, Turn, Verdict
from assistant.guard.audit import FileAudit, NoAudit, entry
from assistant.guard.conversation import ConversationPolicy
from assistant.guard.guard import Examination, Guard
from assistant.guard.kinds import KINDS, Kind
from assistant.guard.policy import Band, Policy
from assistant.guard.review import Reviewer
from assistant.guard.rules import Rulebook
from tests.fakes import ScriptedClassifier, WordEncoder

LINE_MAX = 1000
NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
POLICY = Policy([Band(kinds=(kind,), maybe=0.5, surely=0.8) for kind in KINDS[:-1]], honest=0.95)
NOBODY = Conversation("con_test")
RULES = """
- {id: emergency.stroke, action: emergency, source: design-4, why: a test, topic: stroke, frame: {a: [zebra], b: [gnu]},
   within: message, unless: [], yes: [a, b, c], no: [d, e, f]}
- {id: refuse_diagnosis.scan, action: refuse_diagnosis, source: design-4, why: a test, frame: {a: [okapi]},
   within: message, unless: [], yes: [a, b, c], no: [d, e, f]}
"""
# Each leads to a verdict in its own way: rule, pieces, classifier, turns taken together, an earlier danger, nothing.
EARLIER = NOBODY.with_turn(Turn("zebra", "zebra", Verdict(Action.ANSWER, "r", "w")))
MESSAGES = [
    ("zebra and gnu", NOBODY),
    ("gnu with stripes", EARLIER),
    ("okapi lion", NOBODY),
    ("lion", NOBODY),
    ("my tiger", EARLIER),
    ("penguin?", NOBODY.with_turn(Turn("walrus", "walrus", Verdict(Action.CRISIS, "r", "w")))),
    ("walrus", NOBODY),
    ("100% of %s walrus {0}\n🙂 \ud800", NOBODY),
]
ANIMALS = {"zebra", "gnu", "okapi", "lion", "tiger", "penguin", "walrus", "stripes"}


@pytest.fixture
def guard(tmp_path: Path) -> Guard:
    """A guard of two rules and a scripted classifier."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(RULES, "utf-8")
    return Guard(
        rulebook=Rulebook.read(tmp_path / "rules"),
        classifier=ScriptedClassifier(
            {
                "zebra tiger": {Kind.REFUSE_DIAGNOSIS: 0.9},
                "lion": {Kind.REFUSE_TREATMENT: 0.61239, Kind.TODAY: 0.1},
                "tiger": {Kind.OFF_TOPIC: 0.2},
            }
        ),
        policy=POLICY,
        conversation=ConversationPolicy.read(GUARD / "conversation.yaml"),
        reviewer=Reviewer.read(GUARD / "review.yaml"),
        encoder=WordEncoder(),
        version="3.test",
    )


@pytest.fixture
def found(guard: Guard) -> Examination:
    """What the guard found in some message."""
    return guard.examine("okapi lion", NOBODY)


@pytest.fixture
def open_audit() -> Iterator[Callable[..., FileAudit]]:
    """Makes audits, and closes their files: a process keeps them open to its end, a test ends sooner."""
    made: list[FileAudit] = []

    def make(path: Path, **options: Any) -> FileAudit:
        made.append(FileAudit(path, **options))
        return made[-1]

    yield make
    for audit in made:
        if audit._handler:
            audit._handler.close()


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _in_threads(count: int, work: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class TestEntry:
    """What one line holds."""

    def test_it_holds_ids_scores_and_thresholds(self, found: Examination) -> None:
        """Enough to say later why a message was refused."""
        rounded = {Kind.TODAY: 0.1, Kind.REFUSE_TREATMENT: 0.6124, Kind.ANSWER: 0.2876}
        assert entry("ans_1", found) == {
            "answer": "ans_1",
            "policy": "3.test",
            "action": "refuse_treatment",
            "rule": "classifier.refuse_treatment",
            "topic": None,
            "sure": False,
            "also": [],
            "rules": ["refuse_diagnosis.scan"],
            "rules_joined": [],
            "scores": {str(kind): rounded.get(kind, 0.0) for kind in KINDS},
            "band": {"score": 0.7124, "maybe": 0.5, "surely": 0.8},
            "together": None,
            "held": None,
            "language": "en",
            "characters": 10,
        }

    def test_it_says_what_earlier_turns_did(self, guard: Guard) -> None:
        """Rules that fired on pieces, kinds that turns add up to, and dangers in force."""
        pieces, together, held = (entry("ans_1", guard.examine(*MESSAGES[number])) for number in (1, 4, 5))
        assert (pieces["rules"], pieces["rules_joined"], pieces["scores"]) == ([], ["emergency.stroke"], None)
        assert (together["together"], together["action"], together["band"]) == (
            "refuse_diagnosis",
            "refuse_diagnosis",
            None,
        )
        assert (held["held"], held["rule"]) == ("crisis", "conversation.in_force")

    @pytest.mark.parametrize(("text", "conversation"), MESSAGES)
    def test_no_word_of_a_message_is_in_it(self, text: str, conversation: Conversation, guard: Guard) -> None:
        """However the verdict came about: messages are about people's bodies and lives."""
        said = json.dumps(entry("ans_1", guard.examine(text, conversation)))
        assert not [animal for animal in ANIMALS if animal in said.casefold()]


class TestFile:
    """Lines are written to a file that stays small."""

    def test_it_writes_one_line_a_decision_with_its_time(
        self, guard: Guard, tmp_path: Path, open_audit: Callable[..., FileAudit]
    ) -> None:
        """Whatever signs a message holds, each line is JSON of its own."""
        path = tmp_path / "audit" / "guard.jsonl"
        audit = open_audit(path, now=lambda: NOON)
        for number, (text, conversation) in enumerate(MESSAGES):
            audit.record(f"ans_{number}", guard.examine(text, conversation))
        lines = _lines(path)
        assert [line["answer"] for line in lines] == [f"ans_{number}" for number in range(len(MESSAGES))]
        assert {line["at"] for line in lines} == {"2026-12-01T12:00:00.000+00:00"}
        assert not [animal for animal in ANIMALS if animal in path.read_text("utf-8").casefold()]

    def test_its_owner_alone_may_read_it(
        self, found: Examination, tmp_path: Path, open_audit: Callable[..., FileAudit]
    ) -> None:
        """What was decided on people is nobody else's business."""
        path = tmp_path / "guard.jsonl"
        open_audit(path).record("ans_1", found)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_a_second_process_adds_to_what_is_there(
        self, found: Examination, tmp_path: Path, open_audit: Callable[..., FileAudit]
    ) -> None:
        """Starting again loses nothing."""
        path = tmp_path / "guard.jsonl"
        for number in range(2):
            open_audit(path).record(f"ans_{number}", found)
        assert [line["answer"] for line in _lines(path)] == ["ans_0", "ans_1"]

    def test_a_full_file_is_set_aside_and_the_oldest_is_dropped(
        self, found: Examination, tmp_path: Path, open_audit: Callable[..., FileAudit]
    ) -> None:
        """The newest lines are kept, in order, and no disk fills up."""
        path = tmp_path / "audit" / "guard.jsonl"
        audit = open_audit(path, bytes_max=2000, files_kept=2)
        for number in range(50):
            audit.record(f"ans_{number}", found)
        files = [path.with_name(name) for name in ("guard.jsonl.2", "guard.jsonl.1", "guard.jsonl")]
        assert sorted(files) == sorted(path.parent.glob("guard.jsonl*"))
        assert all(file.stat().st_size < 2000 + LINE_MAX for file in files)
        kept = [line["answer"] for file in files for line in _lines(file)]
        assert kept == [f"ans_{number}" for number in range(50 - len(kept), 50)]
        assert len(kept) < 50

    def test_many_threads_write_whole_lines(
        self, found: Examination, tmp_path: Path, open_audit: Callable[..., FileAudit]
    ) -> None:
        """Answers are given side by side."""
        path = tmp_path / "audit" / "guard.jsonl"
        audit = open_audit(path, bytes_max=20_000, files_kept=50)
        audit.record("ans_first", found)

        def write(writer: int) -> None:
            for number in range(25):
                audit.record(f"ans_{writer}_{number}", found)

        _in_threads(8, write)
        answers = {line["answer"] for file in path.parent.glob("guard.jsonl*") for line in _lines(file)}
        assert answers == {"ans_first", *(f"ans_{writer}_{number}" for writer in range(8) for number in range(25))}

    def test_many_threads_open_the_file_once(
        self,
        found: Examination,
        tmp_path: Path,
        open_audit: Callable[..., FileAudit],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """A file that is opened twice at the first moment stays open unseen."""
        opened: list[logging.Handler] = []
        met = threading.Barrier(2)

        class Slow(assistant.guard.audit._Handler):
            """Opens slowly enough for another thread to come in, if one can."""

            def __init__(self, *args: Any, **options: Any) -> None:
                super().__init__(*args, **options)
                opened.append(self)
                with suppress(threading.BrokenBarrierError):
                    met.wait(0.5)

        monkeypatch.setattr(assistant.guard.audit, "_Handler", Slow)
        audit = open_audit(tmp_path / "guard.jsonl")
        _in_threads(4, lambda writer: audit.record(f"ans_{writer}", found))
        for handler in opened:
            handler.close()
        assert len(_lines(tmp_path / "guard.jsonl")) == 4
        assert len(opened) == 1


class TestFailing:
    """Whoever is in danger must not wait for a disk."""

    @pytest.mark.parametrize("blocked", ["folder", "file"])
    def test_what_cannot_be_written_raises_nothing_and_is_logged(
        self, blocked: str, found: Examination, tmp_path: Path, open_audit: Callable[..., FileAudit]
    ) -> None:
        """A file where the folder should be, or a folder where the file should be; the log holds no message either."""
        path = tmp_path / "audit" / "guard.jsonl"
        if blocked == "folder":
            path.parent.write_text("in the way", "utf-8")
        else:
            path.mkdir(parents=True)
        with capture_logs() as logs:
            open_audit(path).record("ans_1", found)
        assert [(line["event"], line["log_level"]) for line in logs] == [("audit_failed", "error")]
        assert not [animal for animal in ANIMALS if animal in str(logs)]

    def test_it_writes_again_when_it_can(
        self, found: Examination, tmp_path: Path, open_audit: Callable[..., FileAudit]
    ) -> None:
        """One failure is not the end of the audit."""
        path = tmp_path / "audit" / "guard.jsonl"
        path.parent.write_text("in the way", "utf-8")
        audit = open_audit(path)
        audit.record("ans_1", found)
        path.parent.unlink()
        audit.record("ans_2", found)
        assert [line["answer"] for line in _lines(path)] == ["ans_2"]

    def test_no_file_is_made_before_there_is_something_to_write(self, tmp_path: Path) -> None:
        """Opening an assistant that is asked nothing leaves no trace."""
        FileAudit(tmp_path / "audit" / "guard.jsonl")
        assert not (tmp_path / "audit").exists()

    def test_no_audit_writes_nothing(self, found: Examination, tmp_path: Path) -> None:
        """For those who want none."""
        NoAudit().record("ans_1", found)
        assert [path.name for path in tmp_path.iterdir()] == ["rules"]
