"""What tests of the guard share."""

from pathlib import Path

import pytest

from assistant.guard.rules import Rulebook
from tests.unit.guard.scripted import RULE


@pytest.fixture
def rulebook(tmp_path: Path) -> Rulebook:
    """One word an action."""
    rules = [
        RULE.format(action=action, topic=topic, word=word).replace(".test", f".{topic}")
        for action, topic, word in (
            ("emergency", "stroke", "redword"),
            ("crisis", "suicide", "blackword"),
            ("refuse_diagnosis", "today", "orangeword"),
            ("refuse_injection", "orders", "greenword"),
            ("refuse_diagnosis", "scan", "greyword"),
            ("off_topic", "cooking", "brownword"),
        )
    ]
    (tmp_path / "rules.yaml").write_text("".join(rules), "utf-8")
    return Rulebook.read(tmp_path)
