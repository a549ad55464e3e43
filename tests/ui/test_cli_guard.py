"""`sot guard explain` as a developer uses it: what was read, what fired, what it scored, what was decided."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ui.cli import app

STROKE = "mum's smile has gone lopsided since lunch, prob nothing"


def _explained(home: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    monkeypatch.setenv("SOT_HOME", str(home))
    done = CliRunner().invoke(app, ["guard", "explain", *arguments], env={"COLUMNS": "160"})
    assert done.exit_code == 0, done.output
    return done.output


def test_a_rule_is_shown_with_its_source_and_the_words_that_met_it(
    encoder_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is scored, for nothing needed to be."""
    said = _explained(encoder_home, monkeypatch, STROKE)
    assert "emergency.stroke.face (red-flag-001)" in said
    assert "smile has gone lopsided" in said
    assert "emergency, topic stroke" in said
    assert "no scores" in said


def test_scores_stand_beside_their_thresholds(
    encoder_home: Path, guard_encoder: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The band that acts is marked."""
    said = _explained(encoder_home, monkeypatch, "should I stop my tablets before the session")
    acts = next(line for line in said.splitlines() if line.strip().startswith("acts"))
    assert "refuse_treatment" in acts
    assert "0.65" in acts


def test_earlier_messages_count(encoder_home: Path, guard_encoder: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """A danger that was told before is still in force."""
    said = _explained(encoder_home, monkeypatch, "what is category II?", "--after", STROKE)
    assert "in force" in said
    assert "conversation.in_force" in said
