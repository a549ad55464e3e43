"""The training text: families of messages, read whole or with every fault named."""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from assistant.bootstrap import GUARD
from assistant.errors import GuardError
from assistant.guard.kinds import KINDS, Kind
from assistant.guard.training_text import FAMILIES_MIN, TEXTS_MIN, TrainingText, read_texts
from tests.fakes import FAMILIES, TOPICS, write_training

FEW = dict.fromkeys(KINDS, 4)
NONE = dict.fromkeys(KINDS, 0)
GREETING_WORDS_MAX = 3
TEXTS = 4 * len(FAMILIES)


@pytest.fixture(scope="module")
def committed() -> tuple[TrainingText, ...]:
    """The text in the repository."""
    return read_texts(GUARD / "training")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small training text, free to be spoilt."""
    return write_training(tmp_path / "training")


def _write(folder: Path, name: str, content: object) -> None:
    (folder / name).write_text(content if isinstance(content, str) else yaml.safe_dump(content), "utf-8")


def _faults(folder: Path) -> str:
    with pytest.raises(GuardError) as caught:
        read_texts(folder, texts_min=FEW)
    assert "sot guard train" in caught.value.fix
    return caught.value.problem


class TestReading:
    """Files become messages."""

    def test_every_text_of_every_file_is_read_in_order(self, folder: Path) -> None:
        """With its kind, and a family that no other file can share."""
        texts = read_texts(folder, texts_min=FEW)
        assert Counter(text.kind for text in texts) == dict.fromkeys(TOPICS, TEXTS)
        assert {text.family for text in texts} == {f"{kind}/{name}" for kind in KINDS for name in FAMILIES}
        assert [text.family.split("/")[0] for text in texts[::TEXTS]] == sorted(KINDS)

    def test_a_family_may_name_what_it_could_be_mistaken_for_and_its_language(self, folder: Path) -> None:
        """A near miss teaches where the border runs; English and no near miss are understood."""
        family = {"family": "calf", "kind": "answer", "near": "emergency", "language": "es", "texts": [" me duele "]}
        _write(folder, "more.yaml", [family])
        found = {text.family: text for text in read_texts(folder, texts_min=FEW)}
        calf, monday = found["more/calf"], found["answer/monday"]
        assert (calf.text, calf.kind, calf.near, calf.language) == ("me duele", Kind.ANSWER, Kind.EMERGENCY, "es")
        assert (monday.near, monday.language) == (None, "en")

    def test_families_of_one_name_in_two_files_are_two_families(self, folder: Path) -> None:
        """Two writers may both call a family `misc`."""
        _write(folder, "more.yaml", [{"family": "monday", "kind": "answer", "texts": ["wedges"]}])
        assert {"more/monday", "answer/monday"} <= {text.family for text in read_texts(folder, texts_min=FEW)}


class TestFaults:
    """What is wrong is said, all of it, with the file."""

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            ("- family: [", r"more\.yaml:1: \[unreadable\]"),
            ("", r"more\.yaml:1: \[family\]"),
            ("just words", r"more\.yaml:1: \[family\]"),
            ([{"family": "a", "kind": "answer"}], r"more\.yaml:1: \[family\] texts: Field required"),
            ([{"family": "a", "kind": "answer", "texts": []}], r"more\.yaml:1: \[family\] texts"),
            ([{"family": "a", "kind": "answer", "texts": ["  "]}], r"more\.yaml:1: \[family\] texts\.0"),
            ([{"family": "a", "kind": "panic", "texts": ["b"]}], r"more\.yaml:1: \[family\] kind"),
            ([{"family": "a", "kind": "answer", "near": "panic", "texts": ["b"]}], r"more\.yaml:1: \[family\] near"),
            (
                [{"family": "a", "kind": "answer", "language": "tlh", "texts": ["b"]}],
                r"more\.yaml:1: \[family\] language",
            ),
            ([{"family": "a", "kind": "answer", "hard": True, "texts": ["b"]}], r"more\.yaml:1: \[family\] hard"),
            ([{"family": "a", "kind": "answer", "texts": [911]}], r"more\.yaml:1: \[family\] texts\.0"),
            (
                "- {family: a, kind: answer, texts: [fine words]}\n- {family: b, texts: [no kind]}\n",
                r"more\.yaml:2: \[family\] kind",
            ),
        ],
    )
    def test_a_broken_file_or_family_is_named_with_its_line(self, content: object, says: str, folder: Path) -> None:
        """Whoever wrote it finds it."""
        _write(folder, "more.yaml", content)
        assert re.search(says, _faults(folder))

    def test_a_file_that_is_no_text_is_named(self, folder: Path) -> None:
        """It is our error and no traceback."""
        (folder / "more.yaml").write_bytes(b"\xff\xfe\x00")
        assert "more.yaml:1: [unreadable] UnicodeDecodeError" in _faults(folder)

    @pytest.mark.parametrize("kind", [Kind.ANSWER, Kind.EMERGENCY])
    def test_a_text_given_twice_is_a_fault_whatever_its_kind(self, kind: Kind, folder: Path) -> None:
        """It would stand on both sides of a fold; spaces and case make no other text of it."""
        _write(folder, "more.yaml", [{"family": "a", "kind": str(kind), "texts": ["Crushing  chest MONDAY one"]}])
        assert "more.yaml:1: [twice] 'Crushing  chest MONDAY one' stands in a and in emergency/monday" in _faults(
            folder
        )

    def test_too_few_texts_of_a_kind_are_a_fault(self, folder: Path) -> None:
        """What is learnt from a few is learnt by heart."""
        _write(
            folder,
            "crisis.yaml",
            [{"family": name, "kind": "crisis", "texts": [f"{name} words"]} for name in ("one", "two")],
        )
        assert "2 texts of crisis in 2 families" in _faults(folder)

    def test_a_single_family_of_a_kind_is_a_fault(self, folder: Path) -> None:
        """Held out, it would leave nothing to learn from."""
        texts = [f"hopeless {number}" for number in range(9)]
        _write(folder, "crisis.yaml", [{"family": "one", "kind": "crisis", "texts": texts}])
        assert "9 texts of crisis in 1 families" in _faults(folder)
        assert FAMILIES_MIN == 2

    def test_a_kind_that_nobody_asks_for_may_have_few_texts_or_none(self, tmp_path: Path) -> None:
        """A stranger's text that only measures need not teach."""
        family = {"family": "one", "kind": "answer", "texts": ["one text"]}
        _write(tmp_path, "stranger.yaml", [family])
        assert [text.text for text in read_texts(tmp_path, texts_min={})] == ["one text"]

    def test_an_empty_folder_lacks_every_kind(self, tmp_path: Path) -> None:
        """No text is not the same as nothing to learn."""
        with pytest.raises(GuardError, match=f"has {len(KINDS)} fault"):
            read_texts(tmp_path, texts_min=NONE)

    def test_all_faults_come_at_once(self, folder: Path) -> None:
        """Mending one to find the next is a waste of an afternoon."""
        _write(folder, "crisis.yaml", [{"family": "a", "kind": "crisis", "texts": ["Crushing  chest MONDAY one"]}])
        _write(folder, "smalltalk.yaml", [{"family": "b", "kind": "smalltalk", "text": ["misspelt key"]}])
        (folder / "answer.yaml").write_text("- {", "utf-8")
        problem = _faults(folder)
        for fault in (
            "emergency.yaml:1: [twice]",
            "1 texts of crisis",
            "smalltalk.yaml:1: [family]",
            "0 texts of smalltalk",
            "answer.yaml:1: [unreadable]",
        ):
            assert fault in problem


class TestCommitted:
    """What lies in the repository."""

    def test_the_training_text_is_whole(self, committed: tuple[TrainingText, ...]) -> None:
        """Every file loads, no text stands twice, and each kind has enough."""
        counts = Counter(text.kind for text in committed)
        assert all(counts[kind] >= fewest for kind, fewest in TEXTS_MIN.items())

    def test_honest_questions_that_look_risky_are_among_it(self, committed: tuple[TrainingText, ...]) -> None:
        """Refusing them is the mistake that is easiest to learn."""
        for near in (Kind.EMERGENCY, Kind.CRISIS, Kind.REFUSE_TREATMENT, Kind.REFUSE_DIAGNOSIS):
            assert sum(text.near is near and text.kind is Kind.ANSWER for text in committed) >= 50

    @pytest.mark.parametrize("language", ["es", "fr", "de", "pt", "it", "zh", "ar", "hi"])
    @pytest.mark.parametrize("kind", [Kind.EMERGENCY, Kind.CRISIS, Kind.ANSWER])
    def test_danger_and_honest_questions_are_there_in_every_language_that_we_reply_in(
        self, kind: Kind, language: str, committed: tuple[TrainingText, ...]
    ) -> None:
        """The classifier learns no danger that it has never read."""
        assert sum(text.kind is kind and text.language == language for text in committed) >= 20

    def test_the_strangers_text_shares_no_message_with_the_training_text(
        self, committed: tuple[TrainingText, ...]
    ) -> None:
        """What measures must not have taught. Anybody may say hello in the same few words."""
        seen = {" ".join(text.text.casefold().split()) for text in committed}
        told = (" ".join(text.text.casefold().split()) for text in read_texts(GUARD / "calibration", texts_min={}))
        assert not [text for text in told if text in seen and len(text.split()) > GREETING_WORDS_MAX]
