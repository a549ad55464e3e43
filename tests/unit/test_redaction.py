"""Redaction: personal details go, medical words stay."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import assistant
from assistant.errors import GuardError
from assistant.redaction import Redactor

PATH = Path(assistant.__file__).parent / "redaction.yaml"
REDACTOR = Redactor.read(PATH)
YES = [(pattern.name, text) for pattern in REDACTOR.patterns for text in pattern.yes]
NO = [text for pattern in REDACTOR.patterns for text in pattern.no]
MEDICAL = [
    "T7",
    "what is category 2",
    "in 1925",
    "C5/C6",
    "L4-L5",
    "a 16 mm disc",
    "SB+ and SB-",
    "call 911",
    "1899-1992",
    "7.4 to 4.8",
]


@pytest.mark.parametrize(("name", "text"), YES)
def test_a_personal_detail_becomes_its_placeholder(name: str, text: str) -> None:
    """Each pattern's own examples."""
    assert f"[{name}]" in REDACTOR.redact(text)


@pytest.mark.parametrize("text", [*NO, *MEDICAL])
def test_other_text_stays_as_it_is(text: str) -> None:
    """A spine level is not a telephone number."""
    assert REDACTOR.redact(text) == text


@given(st.lists(st.sampled_from([text for _, text in YES] + NO) | st.text(max_size=30), max_size=6).map(" ".join))
def test_redacting_twice_changes_nothing(text: str) -> None:
    """A stored text can be redacted again."""
    once = REDACTOR.redact(text)
    assert REDACTOR.redact(once) == once


def test_broken_patterns_are_an_error_with_a_fix(tmp_path: Path) -> None:
    """Nothing is stored unredacted because a file was damaged."""
    broken = tmp_path / "redaction.yaml"
    broken.write_text("- name: x\n  pattern: '('\n  yes: [a]\n  no: [b]\n", "utf-8")
    for path in (broken, tmp_path / "missing.yaml"):
        with pytest.raises(GuardError, match="Mend the file"):
            Redactor.read(path)
